//! A set of selectors that is changed as often as it is asked.

use crate::access::selector_index::SelectorId;

/// A set of selectors that is asked often and changed often.
pub struct EpochSet {
    /// By selector, when it was last in the set
    times: Vec<usize>,
    now: usize,
}

impl EpochSet {
    pub fn new(size: usize) -> EpochSet {
        EpochSet { times: vec![0; size], now: 0 }
    }

    pub fn set(&mut self, selectors: &[SelectorId]) {
        self.now += 1;
        for &id in selectors {
            if let Some(time) = self.times.get_mut(id) {
                *time = self.now;
            }
        }
    }

    pub fn has_any(&self, selectors: &[SelectorId]) -> bool {
        // Nothing is asked as often, and macros run unoptimised: closures would take twice the time.
        for &id in selectors {
            if let Some(&time) = self.times.get(id)
                && time == self.now
            {
                return true;
            }
        }
        false
    }
}
