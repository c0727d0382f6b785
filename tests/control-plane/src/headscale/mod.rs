//! headscale's APIs.

pub(crate) mod v1;
pub(crate) mod v2;

use serde_json::json;

use crate::http::Response;

/// Returns an error of headscale 0.30's `/api/v1`.
pub(crate) fn problem(status: u16, detail: &str) -> Response {
    let title = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        _ => "Internal Server Error",
    };
    let body = json!({"title": title, "status": status, "detail": detail});
    Response::new(status, "application/problem+json", body.to_string())
}

/// Returns an error of headscale 0.29, in the form of gRPC's gateway.
pub(crate) fn grpc_error(status: u16, code: u8, message: &str) -> Response {
    let body = json!({"code": code, "message": message, "details": []});
    Response::new(status, "application/json", body.to_string())
}
