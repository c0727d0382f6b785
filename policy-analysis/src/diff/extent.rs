use std::hash::Hash;

use policy_core::access::PortSet;

/// A set of the things that rules give between sources and destinations: ports, SSH accounts,
/// capabilities, approvals.
pub(super) trait Extent: Clone + Eq + Ord + Hash {
    fn is_empty(&self) -> bool;
    fn union(&self, other: &Self) -> Self;
    fn intersection(&self, other: &Self) -> Self;
    fn difference(&self, other: &Self) -> Self;
    fn overlaps(&self, other: &Self) -> bool;
    /// Returns the number of elements.
    fn size(&self) -> u64;
}

impl Extent for PortSet {
    fn is_empty(&self) -> bool {
        PortSet::is_empty(self)
    }

    fn union(&self, other: &Self) -> Self {
        self.with(other)
    }

    fn intersection(&self, other: &Self) -> Self {
        self.common(other)
    }

    fn difference(&self, other: &Self) -> Self {
        self.without(other)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.overlap(other)
    }

    fn size(&self) -> u64 {
        self.ranges().map(|(_, range)| u64::from(range.last - range.first) + 1).sum()
    }
}
