//! What a rule gives at its destinations, as a set.

use std::hash::Hash;

use crate::analyze::Ports;

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
        let (mut left, mut right) = (self.ranges().peekable(), other.ranges().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a.0 == b.0 && a.1.first <= b.1.last && b.1.first <= a.1.last {
                return true;
            }
            // What ends first meets nothing more.
            if (a.0, a.1.last) <= (b.0, b.1.last) {
                left.next();
            } else {
                right.next();
            }
        }
        false
    }

    fn size(&self) -> u64 {
        self.ranges().map(|(_, range)| u64::from(range.last - range.first) + 1).sum()
    }
}
