//! The API of a control plane: Tailscale's v2, that of headscale 0.30 (`/api/v2`) and of headscale 0.29 (`/api/v1`).

mod api_error;
mod client;
mod verdict;

pub use api_error::{ApiError, ApiErrorKind};
pub use client::{Client, PolicyVersion, Revision, WriteError, Written};
pub use verdict::{Verdict, VerdictItem};
