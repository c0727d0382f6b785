//! Asks the server about a policy that it should not store.

use policy_core::json::json;

use super::answer::{Answer, reason};
use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::Client;
use super::server::Server;
use super::verdict::Verdict;
use crate::escape;
use crate::transport::{Method, Response};

/// The subject of a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewOf<'a> {
    /// The rules that match for a user.
    User(&'a str),
    /// The rules that match for a destination, such as `10.0.0.1:22`.
    Destination(&'a str),
}

/// A rule that the server finds for the subject of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewMatch {
    /// The sources.
    pub users: Vec<String>,
    /// The destinations, with their ports.
    pub ports: Vec<String>,
    /// The line of the rule in the text that was sent, from 1.
    pub line: Option<u64>,
}

impl Client {
    /// Asks whether the server would accept a policy. It stores nothing.
    ///
    /// # Errors
    /// Fails if the server does not answer, or in a form that is not understood. The kind is
    /// [`ApiErrorKind::NotSupported`] if the server has no such call.
    pub fn validate(&self, text: &str) -> Result<Verdict, ApiError> {
        match self.server()? {
            Server::Tailscale => {
                let request = self
                    .request(Method::Post, "acl/validate")
                    .header("Accept", "application/json")
                    .header("Content-Type", "application/hujson")
                    .body(text);
                Verdict::read(&self.accepted(Call::Validate, request)?)
            }
            Server::HeadscaleV2 | Server::HeadscaleV1 => self.check_v1(text),
        }
    }

    /// Asks headscale's `/api/v1`, which has this call since 0.29.
    fn check_v1(&self, text: &str) -> Result<Verdict, ApiError> {
        let request = self
            .request_v1(Method::Post, "policy/check")
            .header("Content-Type", "application/json")
            .body(json!({"policy": text}).to_string());
        let answered = self.send(Call::Validate, request)?;
        if matches!(answered.response.status, 404 | 405 | 501) {
            let message = "this version of headscale cannot validate a policy without storing it";
            let error = ApiError::new(ApiErrorKind::NotSupported, message).request_of(&answered.response);
            return Err(error.help("update headscale to 0.29 or later"));
        }
        if let Some(verdict) = headscale_refusal(&answered.response) {
            return Ok(verdict);
        }
        Verdict::read(&answered.accepted()?)
    }

    /// Asks which rules of a policy match for a user or a destination. It stores nothing.
    ///
    /// # Errors
    /// Fails if the server does not answer, or in a form that is not understood. The kind is
    /// [`ApiErrorKind::NotSupported`] if the server has no such call.
    pub fn preview(&self, text: &str, of: PreviewOf<'_>) -> Result<Vec<PreviewMatch>, ApiError> {
        if self.server()? != Server::Tailscale {
            return Err(ApiError::new(ApiErrorKind::NotSupported, "headscale cannot preview a policy"));
        }
        let (kind, subject) = match of {
            PreviewOf::User(user) => ("user", user),
            PreviewOf::Destination(destination) => ("ipport", destination),
        };
        let query = escape::pairs(&[("type", kind), ("previewFor", subject)]);
        let request = self
            .request(Method::Post, &format!("acl/preview?{query}"))
            .header("Accept", "application/json")
            .header("Content-Type", "application/hujson")
            .body(text);
        let response = self.accepted(Call::Preview, request)?;
        let answer = Answer::object(&response)?;
        // Without a match, Tailscale's list is null.
        let is_list =
            |key: &str| answer.value(answer.root(), key).is_none() || answer.items(answer.root(), key).is_some();
        if !is_list("matches") {
            let message = "the server's answer has no list of `matches`";
            return Err(ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response));
        }
        let texts = |id, key| {
            let items = answer.items(id, key).unwrap_or_default();
            items.into_iter().filter_map(|item| answer.string(item)).collect()
        };
        let matches = answer.items(answer.root(), "matches").unwrap_or_default().into_iter();
        let one = |id| PreviewMatch {
            users: texts(id, "users"),
            ports: texts(id, "ports"),
            line: answer.number(id, "lineNumber"),
        };
        Ok(matches.map(one).collect())
    }
}

/// Returns headscale's reasons to refuse a policy. Until 0.29, it answers with 500 and a code of gRPC where a policy is
/// not valid.
fn headscale_refusal(response: &Response) -> Option<Verdict> {
    let has_code = || Answer::read(response).is_some_and(|answer| answer.number(answer.root(), "code").is_some());
    let is_refusal = response.status == 400 || (response.status == 500 && has_code());
    if is_refusal { Verdict::refused(&reason(response)?) } else { None }
}
