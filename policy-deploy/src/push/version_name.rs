//! The name of a version of a policy.

use crate::api::{PolicyVersion, Revision};
use crate::etag::ETag;

/// Returns the name of a version: its ETag, or if the server has none, the one that Tailscale would give to the text.
pub fn version_name(version: &PolicyVersion) -> ETag {
    match &version.revision {
        Revision::ETag(etag) => etag.clone(),
        Revision::Unguarded { .. } => ETag::of_policy(&version.text),
    }
}
