//! An index of rules by the selectors at one of their ends.

use crate::access::bit_set::BitSet;
use crate::access::selector_index::SelectorId;
use crate::access::sorted;

/// A map from selectors to the numbers of the rules that have them at one end.
#[derive(Debug)]
pub struct RulesBySelector {
    /// The number of rules.
    count: usize,
    lists: Vec<Vec<usize>>,
}

impl RulesBySelector {
    /// Indexes the rules by their selectors. `selectors` is the number of selectors, and above all
    /// their ids.
    pub fn new<'r>(selectors: usize, rules: impl Iterator<Item = &'r [SelectorId]>) -> Self {
        let (mut count, mut lists) = (0, vec![Vec::new(); selectors]);
        for ids in rules {
            for &id in ids {
                if let Some(list) = lists.get_mut(id) {
                    list.push(count);
                }
            }
            count += 1;
        }
        RulesBySelector { count, lists }
    }

    /// Returns the rules that have any of the selectors.
    pub fn rules(&self, selectors: &[SelectorId]) -> BitSet {
        let mut rules = BitSet::new(self.count);
        for &number in selectors.iter().filter_map(|&id| self.lists.get(id)).flatten() {
            rules.insert(number);
        }
        rules
    }

    /// Returns the numbers of the rules that have any of the selectors, in order.
    pub fn numbers(&self, selectors: &[SelectorId]) -> Vec<usize> {
        sorted::union_of(&self.lists, selectors)
    }

    /// Returns, for each selector, the numbers of the rules that have it, in order.
    pub fn lists(&self) -> &[Vec<usize>] {
        &self.lists
    }
}
