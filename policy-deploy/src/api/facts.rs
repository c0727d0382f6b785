//! Lists of the tailnet, as facts about it.

use policy_core::hujson::Kind;

use super::answer::Answer;
use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::Client;
use super::headscale_names::with_names_of_the_command_line;
use super::server::Server;
use crate::escape::percent_encoded;
use crate::transport::{Method, Response};

impl Client {
    /// Returns the devices as JSON, as Tailscale's API or headscale's command line lists them.
    ///
    /// # Errors
    /// Fails if the server does not answer with a list of devices.
    pub fn devices(&self) -> Result<String, ApiError> {
        match self.server()? {
            Server::HeadscaleV1 => self.list_v1(Call::Devices, "node", "nodes"),
            Server::Tailscale | Server::HeadscaleV2 => self.list(Call::Devices, "devices?fields=all", "devices"),
        }
    }

    /// Returns the users as JSON, as Tailscale's API or headscale's command line lists them.
    ///
    /// # Errors
    /// Fails if the server does not answer with a list of users.
    pub fn users(&self) -> Result<String, ApiError> {
        match self.server()? {
            Server::HeadscaleV1 => self.list_v1(Call::Users, "user", "users"),
            Server::Tailscale | Server::HeadscaleV2 => self.list(Call::Users, "users", "users"),
        }
    }

    /// Returns the services as JSON, as Tailscale's API lists them.
    ///
    /// # Errors
    /// Fails if the server does not answer with a list of services. The kind is [`ApiErrorKind::NotSupported`] for
    /// headscale, which has none.
    pub fn services(&self) -> Result<String, ApiError> {
        if self.server()? != Server::Tailscale {
            return Err(ApiError::new(ApiErrorKind::NotSupported, "headscale has no services"));
        }
        self.list(Call::Services, "services", "vipServices")
    }

    /// Returns the posture attributes of the device with this id as JSON, as Tailscale's API lists them.
    ///
    /// # Errors
    /// Fails if the server does not answer with attributes. The kind is [`ApiErrorKind::NotSupported`] for headscale,
    /// which has none.
    pub fn attributes(&self, device: &str) -> Result<String, ApiError> {
        if self.server()? != Server::Tailscale {
            return Err(ApiError::new(ApiErrorKind::NotSupported, "headscale has no posture attributes"));
        }
        let url = format!("{}/api/v2/device/{}/attributes", self.base_url, percent_encoded(device));
        let response = self.accepted(Call::Attributes, Call::get(url))?;
        served(&response, "attributes", Kind::Object)
    }

    fn list(&self, call: Call, path: &str, key: &str) -> Result<String, ApiError> {
        served(&self.accepted(call, self.get(path))?, key, Kind::Array)
    }

    /// Returns a list of headscale's `/api/v1` as its command line prints it: the list alone.
    fn list_v1(&self, call: Call, path: &str, key: &str) -> Result<String, ApiError> {
        let response = self.accepted(call, self.request_v1(Method::Get, path))?;
        let text = served(&response, key, Kind::Array)?;
        with_names_of_the_command_line(&text, key).ok_or_else(|| missing(&response, key, Kind::Array))
    }
}

/// Returns the text of an answer, if it is an object with a value of this kind.
fn served(response: &Response, key: &str, kind: Kind) -> Result<String, ApiError> {
    let answer = Answer::object(response)?;
    match answer.value(answer.root(), key) {
        Some(value) if answer.kind(value) == kind => Ok(answer.source(answer.root()).to_owned()),
        Some(_) | None => Err(missing(response, key, kind)),
    }
}

fn missing(response: &Response, key: &str, kind: Kind) -> ApiError {
    let message = format!("the server's answer does not have {} as `{key}`", kind.noun());
    ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(response)
}
