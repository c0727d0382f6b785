//! Reads and writes the policy of a tailnet through the API of its control plane: Tailscale's, or headscale's.
//!
//! A [`Client`] asks the control plane. Every write is conditional: it names the [`Revision`] that it replaces, so it
//! never overwrites a change that somebody else made.
//!
//! A [`Connection`] says which control plane is asked, and with which credential. It is read from environment
//! variables.
//!
//! [`push`] replaces the live policy: backup, conditional write, verification, and the way back. [`watchdog`] is a
//! process that goes the way back by itself.
//!
//! [`guard`] proves that a push locks nobody out.
//!
//! [`HttpTransport`] is the only part that opens connections. Tests replace it with another [`Transport`].

pub mod api;
mod base_url;
mod config_error;
mod connection;
mod credentials;
mod environment;
mod escape;
mod etag;
pub mod guard;
mod http;
mod private_file;
pub mod push;
mod secret;
mod state_directory;
mod tailnet_id;
mod timestamp;
mod transport;
pub mod watchdog;

pub use api::{ApiError, Client, PolicyVersion, Revision, WriteError};
pub use base_url::BaseUrl;
pub use config_error::ConfigError;
pub use connection::Connection;
pub use credentials::{Credentials, Identity};
pub use environment::Environment;
pub use etag::{ETag, is_same_policy};
pub use http::HttpTransport;
pub use secret::Secret;
pub use state_directory::state_directory;
pub use tailnet_id::TailnetId;
pub use timestamp::{Timestamp, TimestampError};
pub use transport::{Method, Request, Response, Transport, TransportError};
