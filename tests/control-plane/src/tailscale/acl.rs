//! The policy: `GET` and `POST /tailnet/{tailnet}/acl`.

use serde_json::{Value, json};

use super::{json_answer, precondition_failed, refuse};
use crate::base64;
use crate::control_plane::ControlPlane;
use crate::http::{Request, Response};
use crate::judgement::{Problem, judge, to_json};
use crate::stored::{DEFAULT_POLICY, Origin, etag};

/// Reads the policy: as HuJSON, as JSON without comments, or with `details=true`.
pub(super) fn read(plane: &ControlPlane, request: &Request) -> Response {
    let accepts = request.value("Accept");
    let response = if accepts.is_none() && request.query("details").as_deref() == Some("true") {
        details(plane)
    } else {
        echo(plane, accepts)
    };
    response.header("ETag", etag(plane.flavour, &plane.policy))
}

/// Replaces the policy, if the condition holds. An empty body resets it to the one of a new
/// tailnet.
pub(super) fn write(plane: &mut ControlPlane, request: &Request, writer: &str) -> Response {
    if !condition_holds(plane, request) {
        return precondition_failed();
    }
    let text = match text(request) {
        Ok(text) if text.trim().is_empty() => DEFAULT_POLICY,
        Ok(text) => text,
        Err(message) => return refuse(400, &message),
    };
    if let Err(problem) = judge(plane.flavour, text) {
        return Response::new(400, "application/json", problem.to_json().to_string());
    }
    plane.store(text, writer, Origin::Api);
    echo(plane, request.value("Accept")).header("ETag", etag(plane.flavour, &plane.policy))
}

/// Returns whether the stored policy is the one that the request wants to replace.
///
/// A request without a condition replaces every policy.
fn condition_holds(plane: &ControlPlane, request: &Request) -> bool {
    match request.value("If-Match") {
        None => true,
        Some("\"ts-default\"") => plane.policy == DEFAULT_POLICY,
        Some(wanted) => wanted == etag(plane.flavour, &plane.policy),
    }
}

/// Returns the text of a policy in a body. As JSON, it must not have comments.
pub(super) fn text(request: &Request) -> Result<&str, String> {
    let text = std::str::from_utf8(&request.body).map_err(|_| "invalid UTF-8".to_owned())?;
    let is_json = request.value("Content-Type").is_some_and(|kind| kind.starts_with("application/json"));
    if is_json && !text.trim().is_empty() && serde_json::from_str::<Value>(text).is_err() {
        // These are the words of Go's JSON reader.
        return Err(match text.trim_start().chars().next() {
            Some(first) if first != '{' && first != '[' => {
                format!("invalid character '{first}' looking for beginning of value")
            }
            _ => "invalid JSON".to_owned(),
        });
    }
    Ok(text)
}

fn echo(plane: &ControlPlane, accepts: Option<&str>) -> Response {
    match (accepts, to_json(&plane.policy)) {
        (Some("application/json"), Some(json)) => json_answer(&json),
        _ => Response::new(200, "application/hujson", plane.policy.as_bytes()),
    }
}

fn details(plane: &ControlPlane) -> Response {
    let errors = match judge(plane.flavour, &plane.policy) {
        Ok(()) => Value::Null,
        Err(Problem::Invalid(message)) => json!([message]),
        Err(problem @ Problem::FailingTests(_)) => problem.to_json()["data"].clone(),
    };
    let warnings: Vec<String> = plane.warnings.iter().map(|(_, warning)| warning.clone()).collect();
    let warnings = if warnings.is_empty() { Value::Null } else { json!(warnings) };
    json_answer(&json!({"acl": base64::encode(plane.policy.as_bytes()), "warnings": warnings, "errors": errors}))
}
