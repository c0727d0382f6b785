//! The API of a control plane: Tailscale's v2, that of headscale 0.30 (`/api/v2`) and of headscale 0.29 (`/api/v1`).

mod answer;
mod api_error;
mod audit_log;
mod authorization;
mod call;
mod client;
mod discovery;
mod facts;
mod handover;
mod headscale_names;
mod headscale_v1;
mod jwt;
mod missing_v2;
mod policy;
mod redact;
mod revision;
mod sender;
mod server;
mod server_words;
mod settings;
mod validate;
mod verdict;

pub use api_error::{ApiError, ApiErrorKind};
pub use audit_log::PolicyChange;
pub use client::Client;
pub use revision::{PolicyVersion, Revision, WriteError, Written};
pub use server::Server;
pub use settings::ExternalManagement;
pub use validate::{PreviewMatch, PreviewOf};
pub use verdict::{Verdict, VerdictItem};
