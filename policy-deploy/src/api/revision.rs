//! The versions of the stored policy, and what a write does to them.

use super::api_error::{ApiError, ApiErrorKind};
use super::call::{is_file_mode, is_page};
use super::client::Answered;
use crate::etag::ETag;
use crate::transport::Response;

/// The name of a version of the stored policy, for a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The server checks the condition itself.
    ETag(ETag),
    /// The server has no conditional write (headscale 0.29). The client reads the policy again immediately before it
    /// writes, and compares this text and time of change. That leaves a gap.
    Unguarded {
        /// The stored text.
        text: String,
        /// When it was stored, in the server's words. Empty if no policy is stored.
        updated_at: String,
    },
}

/// A version of the policy that the control plane stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The HuJSON as stored, with comments. If headscale stores none, it is `{}`, which allows the same: everything.
    pub text: String,
    /// Its name for a conditional write.
    pub revision: Revision,
    /// The server's name for the request.
    pub request_id: Option<String>,
}

/// The server's answer to a write that it accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The name of the new version, if the answer has it.
    pub etag: Option<ETag>,
    /// The server's name for the request.
    pub request_id: Option<String>,
}

/// The reason why a write did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// The stored policy is no longer the one that should be replaced. Nothing was written.
    Conflict(ApiError),
    /// The server refused, or nothing was sent. Nothing was written.
    Refused(ApiError),
    /// It is not known whether the policy was written.
    Unknown(ApiError),
}

/// Returns the answer to a write if the server accepted it, and otherwise what the answer says about its effect.
pub(super) fn written(answered: Answered) -> Result<Response, WriteError> {
    // headscale checks this before it does anything, and answers with 500.
    if is_file_mode(&answered.response) {
        return Err(WriteError::Refused(answered.refusal()));
    }
    // A page is not from the server. Whatever stands in front of it may have passed the request on.
    if !answered.response.is_success() && is_page(&answered.response) {
        return Err(WriteError::Unknown(answered.refusal()));
    }
    answered.accepted().map_err(write_error)
}

/// Returns what an error says about the effect of a write. 4xx is a refusal, except of a request that took too long,
/// which may still be carried out.
pub(super) fn write_error(error: ApiError) -> WriteError {
    match error.kind {
        ApiErrorKind::Status(412) => WriteError::Conflict(error),
        ApiErrorKind::Status(408 | 499) => WriteError::Unknown(error),
        ApiErrorKind::Status(400..=498) | ApiErrorKind::NotSent | ApiErrorKind::NotSupported => {
            WriteError::Refused(error)
        }
        ApiErrorKind::Status(_) | ApiErrorKind::NoAnswer | ApiErrorKind::NotUnderstood => WriteError::Unknown(error),
    }
}
