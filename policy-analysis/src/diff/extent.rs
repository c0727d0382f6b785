//! What a rule gives at its destinations, as a set.

use std::hash::Hash;

use policy_core::access::port_set::PortSet;

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

impl Extent for PortSet {
    fn is_empty(&self) -> bool {
        PortSet::is_empty(self)
    }

    fn with(&self, other: &Self) -> Self {
        PortSet::with(self, other)
    }

    fn common(&self, other: &Self) -> Self {
        PortSet::common(self, other)
    }

    fn without(&self, other: &Self) -> Self {
        PortSet::without(self, other)
    }

    fn meets(&self, other: &Self) -> bool {
        self.overlap(other)
    }

    fn size(&self) -> u64 {
        self.ranges().map(|(_, range)| u64::from(range.last - range.first) + 1).sum()
    }
}
