//! The options of a push.

use crate::etag::ETag;

use super::plan::Plan;
use super::target::Target;

/// The options of a push. None of them makes a write unconditional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOptions {
    /// The tailnet.
    pub target: Target,
    /// A version that may be overwritten although somebody else wrote it.
    pub overwrite: Option<ETag>,
    /// The plan that was approved.
    pub plan: Option<Plan>,
    /// Whether the policy may have neither `grants` nor `acls`, and so allow everything.
    pub allow_open: bool,
    /// Whether a live policy may be replaced that is not HuJSON.
    pub force_unreadable: bool,
    /// Whether the old policy may have to be put back.
    pub may_put_back: bool,
}

impl PushOptions {
    /// Returns the options that allow the least.
    pub fn new(target: Target) -> PushOptions {
        PushOptions {
            target,
            overwrite: None,
            plan: None,
            allow_open: false,
            force_unreadable: false,
            may_put_back: false,
        }
    }
}
