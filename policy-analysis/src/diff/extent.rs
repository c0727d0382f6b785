use std::hash::Hash;

use policy_core::access::PortSet;

/// A set of the things that rules give between sources and destinations: ports, SSH accounts,
/// capabilities, approvals.
pub(crate) trait Extent: Clone + Eq + Ord + Hash {
    fn is_empty(&self) -> bool;
    fn union(&self, other: &Self) -> Self;
    /// Returns the part of this set that `other` gives.
    fn given_by(&self, other: &Self) -> Self;
    /// Returns the part of this set that `other` does not give.
    fn not_given_by(&self, other: &Self) -> Self;
    /// Returns whether this set gives a part of `other`.
    fn gives_any_of(&self, other: &Self) -> bool;
    /// Returns the number of elements.
    fn size(&self) -> u64;
}

/// Any port implies pings. So a rule's set contains pings only if it contains nothing else, and
/// every set gives them. See [`read`](super::network_access::read).
impl Extent for PortSet {
    fn is_empty(&self) -> bool {
        PortSet::is_empty(self)
    }

    fn union(&self, other: &Self) -> Self {
        self.with(other)
    }

    fn given_by(&self, other: &Self) -> Self {
        if self.are_pings() && !PortSet::is_empty(other) { self.clone() } else { self.common(other) }
    }

    fn not_given_by(&self, other: &Self) -> Self {
        if self.are_pings() && !PortSet::is_empty(other) { PortSet::default() } else { self.without(other) }
    }

    fn gives_any_of(&self, other: &Self) -> bool {
        !PortSet::is_empty(self) && other.are_pings() || self.overlap(other)
    }

    fn size(&self) -> u64 {
        self.ranges().map(|(_, range)| u64::from(range.last - range.first) + 1).sum()
    }
}
