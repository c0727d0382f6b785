//! headscale's `/api/v1`: of 0.29 with the errors of gRPC's gateway, of 0.30 with
//! `application/problem+json`.

use serde_json::{Value, json};

use super::{grpc_error, problem};
use crate::call::{Call, Route};
use crate::control_plane::ControlPlane;
use crate::flavour::Flavour;
use crate::http::{Request, Response};
use crate::judgement::judge;
use crate::stored::Origin;
use crate::time::rfc3339;

/// Answers a request.
pub(crate) fn answer(plane: &mut ControlPlane, route: &Route<'_>, request: &Request) -> Response {
    let Ok(name) = plane.credentials.name(request, plane.now, &[]) else {
        return match plane.flavour {
            Flavour::Headscale030 => problem(401, "Unauthorized"),
            Flavour::Headscale029 | Flavour::Tailscale => Response::new(401, "text/plain", "Unauthorized"),
        };
    };
    match route.call {
        Call::ReadPolicy if plane.policy.is_empty() => refuse(plane, [500, 500], "acl policy not found"),
        Call::ReadPolicy => policy(plane),
        Call::WritePolicy | Call::Validate => {
            let is_write = route.call == Call::WritePolicy;
            if is_write && plane.is_file_mode {
                return refuse(plane, [500, 400], "update is disabled for modes other than 'database'");
            }
            let body: Option<Value> = serde_json::from_slice(&request.body).ok();
            let Some(text) = body.as_ref().and_then(|body| body["policy"].as_str()) else {
                return refuse(plane, [400, 400], "the body has no policy");
            };
            if let Err(problem) = judge(plane.flavour, text) {
                // gRPC's gateway answers with 500 for every error without a code of its own, and
                // `check` has one.
                let before_030 = if is_write { 500 } else { 400 };
                return refuse(plane, [before_030, 400], &problem.to_text());
            }
            if !is_write {
                return Response::new(200, "application/json", "{}");
            }
            plane.store(text, &name, Origin::Api);
            policy(plane)
        }
        Call::Devices => json_answer(&plane.tailnet.nodes),
        Call::Users => json_answer(&plane.tailnet.headscale_users),
        _ => refuse(plane, [404, 404], "Not Found"),
    }
}

fn policy(plane: &ControlPlane) -> Response {
    let updated_at = plane.history.last().filter(|_| !plane.is_file_mode).map(|stored| rfc3339(stored.at));
    json_answer(&json!({"policy": plane.policy, "updatedAt": updated_at}))
}

fn json_answer(value: &Value) -> Response {
    Response::new(200, "application/json", value.to_string())
}

/// Refuses with the status of 0.29 or that of 0.30, in the form of that version.
fn refuse(plane: &ControlPlane, [before_030, since_030]: [u16; 2], message: &str) -> Response {
    match plane.flavour {
        Flavour::Headscale030 => problem(since_030, message),
        Flavour::Headscale029 | Flavour::Tailscale => {
            let code = match before_030 {
                400 => 3,
                404 => 5,
                _ => 2,
            };
            grpc_error(before_030, code, message)
        }
    }
}
