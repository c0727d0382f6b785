//! Makes sure that a server has no `/api/v2`.

use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::{Answered, Client};
use crate::transport::{Method, Request};

/// Asks again after `missing`, the answer 404. Fails if headscale has `/api/v2`, but not under the name of this tailnet,
/// or if something in front of the server gave the first answer. Otherwise `/api/v1`, which has no conditional write,
/// would be used for no reason.
pub(super) fn confirm_missing_v2(client: &Client, missing: &Answered) -> Result<(), ApiError> {
    let request = Request::new(Method::Get, format!("{}/api/v2/tailnet/-/acl", client.base_url));
    let again = client.send(Call::ReadPolicy, request.header("Accept", "application/hujson"))?;
    if again.response.status == 404 {
        return Ok(());
    }
    if client.tailnet.is_default() {
        return Err(missing.refusal());
    }
    let message = format!("headscale has no tailnet `{}`", client.tailnet);
    Err(ApiError::new(ApiErrorKind::Status(404), message).help("leave out the tailnet: headscale has only one, `-`"))
}
