//! The policy in headscale's `/api/v1`, which has no conditional write.

use policy_core::json::json;

use super::answer::{Answer, reason};
use super::api_error::{ApiError, ApiErrorKind, request_id};
use super::call::Call;
use super::client::Client;
use super::revision::{PolicyVersion, Revision, WriteError, Written, write_error, written};
use crate::transport::Method;

/// A policy that allows the same as none.
const NONE: &str = "{}";

/// Reads the stored policy.
pub(super) fn read(client: &Client) -> Result<PolicyVersion, ApiError> {
    let answered = client.send(Call::ReadPolicy, client.request_v1(Method::Get, "policy"))?;
    let is_missing = |reason: String| reason.contains("acl policy not found");
    if answered.response.status == 500 && reason(&answered.response).is_some_and(is_missing) {
        let revision = Revision::Unguarded { text: String::new(), updated_at: String::new() };
        return Ok(PolicyVersion { text: NONE.to_owned(), revision, request_id: request_id(&answered.response) });
    }
    let response = answered.accepted()?;
    let answer = Answer::object(&response)?;
    let Some(stored) = answer.text(answer.root(), "policy") else {
        let message = "the server's answer has no `policy`";
        return Err(ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response));
    };
    let updated_at = answer.text(answer.root(), "updatedAt").unwrap_or_default();
    let text = if stored.trim().is_empty() { NONE.to_owned() } else { stored.clone() };
    let revision = Revision::Unguarded { text: stored, updated_at };
    Ok(PolicyVersion { text, revision, request_id: request_id(&response) })
}

/// Replaces the stored policy if it still is the expected one, as far as a read just before can tell.
pub(super) fn write(client: &Client, text: &str, stored: &str, updated_at: &str) -> Result<Written, WriteError> {
    let now = read(client).map_err(WriteError::Refused)?;
    let expected = Revision::Unguarded { text: stored.to_owned(), updated_at: updated_at.to_owned() };
    if now.revision != expected {
        let mut error = ApiError::new(ApiErrorKind::Status(412), "the stored policy has changed since it was read");
        error.request_id = now.request_id;
        return Err(WriteError::Conflict(error));
    }
    let request = client
        .request_v1(Method::Put, "policy")
        .header("Content-Type", "application/json")
        .body(json!({"policy": text}).to_string());
    let answered = client.send(Call::WritePolicy, request).map_err(write_error)?;
    let response = written(answered)?;
    Ok(Written { etag: None, request_id: request_id(&response) })
}
