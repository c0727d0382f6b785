//! The kinds of control planes.

/// The kind of a control plane, which decides what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Tailscale. A version's [`crate::ETag`] is the hash of the formatted text.
    Tailscale,
    /// headscale 0.30 or later, with `/api/v2`. A version's [`crate::ETag`] is the hash of the text as stored.
    HeadscaleV2,
    /// headscale until 0.29, with `/api/v1` alone. It has no conditional write.
    HeadscaleV1,
}

impl Server {
    /// Returns the name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Server::Tailscale => "Tailscale",
            Server::HeadscaleV2 => "headscale",
            Server::HeadscaleV1 => "headscale before 0.30",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Server> {
        [Server::Tailscale, Server::HeadscaleV2, Server::HeadscaleV1].into_iter().find(|server| server.name() == name)
    }
}
