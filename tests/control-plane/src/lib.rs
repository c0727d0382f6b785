//! A control plane for tests. It stores a policy like Tailscale or headscale, and misbehaves on
//! demand.
//!
//! It does not use `policy-deploy`, because it is that crate's oracle. Tailscale's own clients read
//! and write through it in `tests/deploy`.
//!
//! [`ControlPlane::handle`] answers one request, without a connection. Tests in one process call it
//! directly. Other programs need a [`Server`].

mod base64;
mod call;
mod control_plane;
mod credentials;
mod fault;
mod flavour;
mod headscale;
mod http;
mod judgement;
mod serve;
mod stored;
mod tailnet;
mod tailscale;
mod time;

pub use call::Call;
pub use control_plane::ControlPlane;
pub use credentials::Credentials;
pub use fault::{Fault, SOMEBODY_ELSE};
pub use flavour::Flavour;
pub use http::{Reply, Request, Response};
pub use serve::{Certificate, Server};
pub use stored::{DEFAULT_POLICY, Origin, Stored, etag};
pub use tailnet::Tailnet;
pub use time::{START, rfc3339};
