//! A push that is ready to be approved.

use crate::api::{ApiError, PolicyVersion, Verdict};
use crate::etag::ETag;

use super::provenance::Provenance;
use super::target::Target;
use super::version_name::version_name;
use super::wanted::Wanted;

/// A push that nothing speaks against so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The tailnet.
    pub target: Target,
    /// The live version, which the write replaces.
    pub live: PolicyVersion,
    /// The policy to write.
    pub wanted: Wanted,
    /// Where the live version comes from.
    pub provenance: Provenance,
    /// The server's verdict on the wanted policy. `None` if the server has no such call.
    pub verdict: Option<Verdict>,
    /// The server's verdict on the live policy, which says whether it could be put back.
    pub live_verdict: Result<Option<Verdict>, ApiError>,
}

impl Prepared {
    /// Returns the name of the live version.
    pub fn from(&self) -> ETag {
        version_name(&self.live)
    }
}
