//! Finds out which control plane a server is.

use super::api_error::ApiError;
use super::call::Call;
use super::client::Client;
use super::server::Server;
use crate::transport::Method;

impl Client {
    /// Returns the kind of the server. It is found out once:
    ///
    /// - `api.tailscale.com` is Tailscale.
    /// - A server that has the policy in `/api/v1` alone is headscale before 0.30.
    /// - A server that has the policy in `/api/v2`, and answers for `/api/v1/policy`, is headscale 0.30 or later.
    ///   Tailscale's API, and everything that stands in for it, has no `/api/v1`.
    ///
    /// # Errors
    /// Fails if the policy cannot be read.
    pub fn server(&self) -> Result<Server, ApiError> {
        if let Some(server) = self.known_server.get() {
            return Ok(server);
        }
        self.read_policy()?;
        if let Some(server) = self.known_server.get() {
            return Ok(server);
        }
        let answered = self.send(Call::ReadPolicy, self.request_v1(Method::Get, "policy"))?;
        // An API key may be valid for one version of the API alone, so a refusal shows the call, too.
        let has_v1 = answered.response.status != 404;
        let server = if has_v1 { Server::HeadscaleV2 } else { Server::Tailscale };
        self.known_server.set(Some(server));
        Ok(server)
    }
}
