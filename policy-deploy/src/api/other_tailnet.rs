//! Refuses the name of a tailnet on headscale, which has only one.

use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::Client;
use crate::transport::{Method, Request};

/// Fails if headscale has `/api/v2`, but not under the name of this tailnet. Otherwise its `/api/v1`, which has no
/// conditional write, would be used for no reason.
pub(super) fn refuse_other_tailnet(client: &Client) -> Result<(), ApiError> {
    if client.tailnet.is_default() {
        return Ok(());
    }
    let request = Request::new(Method::Get, format!("{}/api/v2/tailnet/-/acl", client.base_url));
    let answered = client.send(Call::ReadPolicy, request.header("Accept", "application/hujson"))?;
    if answered.response.status == 404 {
        return Ok(());
    }
    let message = format!("headscale has no tailnet `{}`", client.tailnet);
    Err(ApiError::new(ApiErrorKind::Status(404), message).help("leave out the tailnet: headscale has only one, `-`"))
}
