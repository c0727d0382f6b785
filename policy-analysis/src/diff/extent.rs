//! What a rule gives at its destinations, as a set.

use std::hash::Hash;

use policy_core::access::ports::Ports;

/// A set of ports, of accounts, of capabilities.
pub(super) trait Extent: Clone + Eq + Ord + Hash {
    fn is_empty(&self) -> bool;
    fn with(&self, other: &Self) -> Self;
    fn common(&self, other: &Self) -> Self;
    fn without(&self, other: &Self) -> Self;
    /// Whether something is in both.
    fn meets(&self, other: &Self) -> bool;
    /// How large it is, to look at the largest first.
    fn size(&self) -> u64;
}

impl Extent for Ports {
    fn is_empty(&self) -> bool {
        Ports::is_empty(self)
    }

    fn with(&self, other: &Self) -> Self {
        Ports::with(self, other)
    }

    fn common(&self, other: &Self) -> Self {
        Ports::common(self, other)
    }

    fn without(&self, other: &Self) -> Self {
        Ports::without(self, other)
    }

    fn meets(&self, other: &Self) -> bool {
        self.overlap(other)
    }

    fn size(&self) -> u64 {
        self.ranges().map(|(_, range)| u64::from(range.last - range.first) + 1).sum()
    }
}
