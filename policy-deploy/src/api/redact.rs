//! Removes secrets from what a server answers, because a server may repeat what it got.

use crate::secret::Secret;
use crate::transport::Response;

/// Shorter values are not secret, and removing them would make a message unreadable.
const SHORTEST: usize = 8;

/// Returns the answer without the secrets in its headers and, unless it is to be returned as served, in its body.
pub(super) fn redacted(mut response: Response, secrets: &[Secret], as_served: bool) -> Response {
    for secret in secrets.iter().map(Secret::expose).filter(|secret| secret.len() >= SHORTEST) {
        for (_, value) in &mut response.headers {
            *value = value.replace(secret, "…");
        }
        let is_in_body = || response.body.windows(secret.len()).any(|window| window == secret.as_bytes());
        if !as_served && is_in_body() {
            response.body = String::from_utf8_lossy(&response.body).replace(secret, "…").into_bytes();
        }
    }
    response
}
