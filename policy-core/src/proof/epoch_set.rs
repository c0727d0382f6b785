//! A set of selectors that is replaced as often as it is queried.

use crate::access::SelectorId;

/// A set of selectors that can be cleared in constant time. A selector is a member if it was
/// inserted in the current epoch.
pub(super) struct EpochSet {
    /// By selector: the epoch in which it was last inserted.
    epochs: Vec<usize>,
    current: usize,
}

impl EpochSet {
    /// Returns an empty set for selectors below `size`.
    pub(super) fn new(size: usize) -> EpochSet {
        EpochSet { epochs: vec![0; size], current: 0 }
    }

    /// Replaces the members with `selectors`.
    pub(super) fn replace(&mut self, selectors: &[SelectorId]) {
        self.current += 1;
        for &id in selectors {
            if let Some(epoch) = self.epochs.get_mut(id) {
                *epoch = self.current;
            }
        }
    }

    /// Returns `true` if any of the selectors is a member.
    pub(super) fn contains_any(&self, selectors: &[SelectorId]) -> bool {
        // This is the most frequent query, and macros run unoptimised. A closure would take twice
        // as long.
        for &id in selectors {
            if let Some(&epoch) = self.epochs.get(id)
                && epoch == self.current
            {
                return true;
            }
        }
        false
    }
}
