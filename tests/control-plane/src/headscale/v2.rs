//! The `/api/v2` of headscale 0.30, which looks like Tailscale's.

use serde_json::Value;

use crate::call::{Call, Route};
use crate::control_plane::ControlPlane;
use crate::credentials::Refusal;
use crate::http::{Request, Response, decode};
use crate::judgement::judge;
use crate::stored::{DEFAULT_POLICY, Origin, etag};
use crate::tailscale::{json_answer, precondition_failed, refuse, token};

/// Answers a request.
pub(crate) fn answer(plane: &mut ControlPlane, route: &Route<'_>, request: &Request) -> Response {
    if route.call == Call::Token {
        return token(plane, request);
    }
    let name = match plane.credentials.name(request, plane.now, route.call.scopes()) {
        Ok(name) => name,
        Err(Refusal::Unauthorized) => return refuse(401, "API token invalid"),
        Err(Refusal::Forbidden) => return refuse(403, "insufficient scope"),
    };
    if decode(route.subject) != "-" {
        return refuse(404, "tailnet not found");
    }
    match route.call {
        Call::ReadPolicy => policy(plane, request),
        Call::WritePolicy => write(plane, request, &name),
        Call::Devices => json_answer(&plane.tailnet.list_devices(request.query("fields").as_deref() == Some("all"))),
        Call::Users => json_answer(&plane.tailnet.users_as_members()),
        Call::Settings | Call::ChangeSettings => {
            let mut settings = plane.tailnet.settings.clone();
            settings.insert("aclsExternallyManagedOn".to_owned(), Value::Bool(plane.is_file_mode));
            json_answer(&Value::Object(settings))
        }
        _ => refuse(404, "not found"),
    }
}

fn policy(plane: &ControlPlane, request: &Request) -> Response {
    let kind = match request.value("Accept") {
        Some("application/hujson") => "application/hujson",
        _ => "application/json",
    };
    let text = stored_or_default(plane);
    Response::new(200, kind, text).header("ETag", etag(plane.flavour, text))
}

fn write(plane: &mut ControlPlane, request: &Request, writer: &str) -> Response {
    let holds = match request.value("If-Match") {
        None | Some("*") => true,
        Some("\"ts-default\"") => plane.policy.is_empty(),
        Some(wanted) => wanted == etag(plane.flavour, stored_or_default(plane)),
    };
    if !holds {
        return precondition_failed();
    }
    if plane.is_file_mode {
        return refuse(400, "update is disabled for modes other than 'database'");
    }
    let Ok(text) = std::str::from_utf8(&request.body) else { return refuse(400, "invalid UTF-8") };
    if let Err(problem) = judge(plane.flavour, text) {
        return refuse(400, &problem.to_text());
    }
    plane.store(text, writer, Origin::Api);
    policy(plane, request)
}

/// Returns the stored policy, or the one that headscale answers with if it stores none.
fn stored_or_default(plane: &ControlPlane) -> &str {
    if plane.policy.is_empty() { DEFAULT_POLICY } else { &plane.policy }
}
