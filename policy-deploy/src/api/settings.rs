//! The setting that says that the policy is managed outside the admin console.

use super::answer::Answer;
use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::Client;
use super::server::Server;

/// The setting that says whether the policy is managed outside the admin console, which then cannot edit it. The API
/// still can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalManagement {
    /// Whether it is on. For headscale it means that the policy is in a file, and cannot be written at all.
    pub is_on: bool,
    /// The address that the console shows.
    pub link: Option<String>,
}

impl Client {
    /// Returns the setting that says whether the policy is managed outside the admin console.
    ///
    /// # Errors
    /// Fails if the server does not answer with settings. The kind is [`ApiErrorKind::NotSupported`] for headscale
    /// before 0.30.
    pub fn external_management(&self) -> Result<ExternalManagement, ApiError> {
        if self.server()? == Server::HeadscaleV1 {
            let message = "headscale before 0.30 does not show its settings";
            return Err(ApiError::new(ApiErrorKind::NotSupported, message));
        }
        let response = self.accepted(Call::Settings, self.get("settings"))?;
        let answer = Answer::object(&response)?;
        let link = answer.text(answer.root(), "aclsExternalLink").filter(|link| !link.is_empty());
        Ok(ExternalManagement { is_on: answer.flag(answer.root(), "aclsExternallyManagedOn").unwrap_or(false), link })
    }
}
