//! The rules between two ends.

use crate::query::numbers::Numbers;

/// The numbers of the rules between two ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RulesBetween {
    /// Grants and ACLs.
    pub(super) network: Numbers,
    /// SSH rules.
    pub(super) ssh: Numbers,
}

impl RulesBetween {
    pub(super) fn is_empty(&self) -> bool {
        *self == RulesBetween::default()
    }
}
