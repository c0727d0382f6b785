//! Tokens for an hour: `POST /oauth/token` and `POST /oauth/token-exchange`.

use serde_json::json;

use super::json_answer;
use crate::control_plane::ControlPlane;
use crate::http::{Request, Response};

/// Issues a token for the secret of an OAuth client.
pub(crate) fn token(plane: &mut ControlPlane, request: &Request) -> Response {
    let grant_type = request.field("grant_type");
    if grant_type.is_some_and(|kind| kind != "client_credentials") {
        return Response::new(400, "application/json", json!({"error": "unsupported_grant_type"}).to_string());
    }
    match plane.credentials.issue_for_secret(request, plane.now) {
        Some(token) => json_answer(&token),
        None => Response::new(401, "application/json", json!({"message": "API token invalid"}).to_string()),
    }
}

/// Issues a token for the JWT of a federated identity.
pub(super) fn exchange_token(plane: &mut ControlPlane, request: &Request) -> Response {
    match plane.credentials.issue_for_jwt(request, plane.now) {
        Some(token) => json_answer(&token),
        None => Response::new(403, "application/json", json!({"message": "Unauthorized"}).to_string()),
    }
}
