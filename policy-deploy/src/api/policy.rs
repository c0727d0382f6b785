//! Reads and writes the policy.

use super::api_error::{ApiError, ApiErrorKind, request_id};
use super::call::Call;
use super::client::{Answered, Client};
use super::headscale_v1;
use super::missing_v2::confirm_missing_v2;
use super::revision::{PolicyVersion, Revision, WriteError, Written, write_error, written};
use super::server::Server;
use crate::etag::ETag;
use crate::transport::Method;

impl Client {
    /// Reads the stored policy.
    ///
    /// # Errors
    /// Fails if the server does not answer with a policy and its name.
    pub fn read_policy(&self) -> Result<PolicyVersion, ApiError> {
        if self.known_server.get() == Some(Server::HeadscaleV1) {
            return headscale_v1::read(self);
        }
        let request = self.request(Method::Get, "acl").header("Accept", "application/hujson");
        let answered = self.send(Call::ReadPolicy, request)?;
        if answered.response.status == 404 && self.known_server.get().is_none() {
            return self.read_first_from_v1(&answered);
        }
        let response = answered.accepted()?;
        let not_understood = |message: &str| ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response);
        let Some(etag) = response.header("ETag").and_then(ETag::parse) else {
            return Err(not_understood("the server's answer has no usable `ETag`"));
        };
        match String::from_utf8(response.body.clone()) {
            Ok(text) => Ok(PolicyVersion { text, revision: Revision::ETag(etag), request_id: request_id(&response) }),
            Err(_) => Err(not_understood("the stored policy is not UTF-8 text")),
        }
    }

    /// Reads the policy from `/api/v1`, after the server had none in `/api/v2`.
    fn read_first_from_v1(&self, missing: &Answered) -> Result<PolicyVersion, ApiError> {
        let version = match headscale_v1::read(self) {
            Err(error) if error.kind == ApiErrorKind::Status(404) => return Err(missing.refusal()),
            result => result?,
        };
        confirm_missing_v2(self, missing)?;
        self.known_server.set(Some(Server::HeadscaleV1));
        Ok(version)
    }

    /// Replaces the stored policy if it is still `expected`. It never sends an empty text, with which Tailscale would
    /// return to its default, which allows everything.
    ///
    /// # Errors
    /// Says whether the policy may have been written.
    pub fn write_policy(&self, text: &str, expected: &Revision) -> Result<Written, WriteError> {
        if text.trim().is_empty() {
            let error = ApiError::new(ApiErrorKind::NotSent, "the policy is empty, and an empty one is never sent");
            return Err(WriteError::Refused(error));
        }
        // Without a token, nothing of the policy is sent.
        self.token().map_err(WriteError::Refused)?;
        let etag = match expected {
            Revision::ETag(etag) => etag,
            Revision::Unguarded { text: stored, updated_at } => {
                return headscale_v1::write(self, text, stored, updated_at);
            }
        };
        let request = self
            .request(Method::Post, "acl")
            .header("Accept", "application/hujson")
            .header("Content-Type", "application/hujson")
            .header("If-Match", format!("\"{etag}\""))
            .body(text);
        let answered = self.send(Call::WritePolicy, request).map_err(write_error)?;
        let response = written(answered)?;
        Ok(Written { etag: response.header("ETag").and_then(ETag::parse), request_id: request_id(&response) })
    }
}
