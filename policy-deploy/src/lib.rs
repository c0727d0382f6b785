//! Reads and writes the policy of a tailnet through the API of its control plane: Tailscale's, or headscale's.
//!
//! A [`Client`] asks the control plane. Every write is conditional: it names the [`Revision`] that it replaces, so it
//! never overwrites a change that somebody else made.
//!
//! [`Transport`] is the only part that opens connections. Tests replace it with a control plane in the same process.

pub mod api;
mod etag;
pub mod guard;
mod secret;
mod transport;

pub use api::{ApiError, Client, PolicyVersion, Revision, WriteError};
pub use etag::ETag;
pub use secret::Secret;
pub use transport::{Method, Request, Response, Transport, TransportError};
