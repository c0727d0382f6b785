//! The tailnet that a push is for.

use std::fmt;

use crate::api::Client;

/// The tailnet that a push is for, and the control plane that keeps its policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The address of the API, such as `https://api.tailscale.com`.
    pub api: String,
    /// The tailnet in the API's words. `-` is the tailnet of the credential.
    pub tailnet: String,
}

impl Target {
    /// Returns the tailnet that a client asks.
    pub fn new(client: &Client) -> Target {
        Target { api: client.base_url().as_str().to_owned(), tailnet: client.tailnet().as_str().to_owned() }
    }

    /// Returns whether both are certainly different tailnets. `-` may be any tailnet of the control plane.
    pub fn differs(&self, other: &Target) -> bool {
        let is_named = |target: &Target| target.tailnet != "-";
        self.api != other.api || (is_named(self) && is_named(other) && self.tailnet != other.tailnet)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tailnet.as_str() {
            "-" => write!(f, "the credential's tailnet at `{}`", self.api),
            tailnet => write!(f, "`{tailnet}` at `{}`", self.api),
        }
    }
}
