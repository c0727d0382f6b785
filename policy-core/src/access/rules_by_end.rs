//! Rules found by the selectors at their two ends.

use crate::access::bit_set::BitSet;
use crate::access::selector_index::{SelectorId, SelectorIndex};

/// The numbers of rules by the selectors that they have as sources and as destinations.
#[derive(Debug)]
pub struct RulesByEnd {
    /// How many rules there are.
    count: usize,
    by_source: Vec<Vec<usize>>,
    by_destination: Vec<Vec<usize>>,
    /// The rules to `autogroup:self`.
    to_own: BitSet,
}

impl RulesByEnd {
    /// Indexes rules by their sources and destinations, which `selectors` has numbered.
    pub fn new(selectors: &SelectorIndex, rules: &[(&[SelectorId], &[SelectorId])]) -> Self {
        let mut by_source = vec![Vec::new(); selectors.len()];
        let mut by_destination = by_source.clone();
        for (number, (src, dst)) in rules.iter().enumerate() {
            add(&mut by_source, src, number);
            add(&mut by_destination, dst, number);
        }
        let own = selectors.own_devices();
        let to_own = rules_with(rules.len(), &by_destination, own.as_slice());
        RulesByEnd { count: rules.len(), by_source, by_destination, to_own }
    }

    /// Returns the rules that have one of the selectors as a source.
    pub fn from(&self, selectors: &[SelectorId]) -> BitSet {
        rules_with(self.count, &self.by_source, selectors)
    }

    /// Returns the rules that have one of the selectors as a destination.
    pub fn to(&self, selectors: &[SelectorId]) -> BitSet {
        rules_with(self.count, &self.by_destination, selectors)
    }

    /// Returns the rules that have one of the selectors as a source, and those that have one as a destination.
    pub fn with(&self, selectors: &[SelectorId]) -> [BitSet; 2] {
        [self.from(selectors), self.to(selectors)]
    }

    /// Returns the numbers of the rules that have one of the selectors as a source, in order.
    pub fn with_source(&self, selectors: &[SelectorId]) -> Vec<usize> {
        numbers(&self.by_source, selectors)
    }

    /// Returns the numbers of the rules that have one of the selectors as a destination, in order.
    pub fn with_destination(&self, selectors: &[SelectorId]) -> Vec<usize> {
        numbers(&self.by_destination, selectors)
    }

    /// Returns for each selector the numbers of the rules that have it as a source, in order.
    pub fn by_source(&self) -> &[Vec<usize>] {
        &self.by_source
    }

    /// Returns for each selector the numbers of the rules that have it as a destination, in order.
    pub fn by_destination(&self) -> &[Vec<usize>] {
        &self.by_destination
    }

    /// Returns the rules to `autogroup:self`.
    pub fn to_own(&self) -> &BitSet {
        &self.to_own
    }

    /// Returns the numbers of the rules in both sets, in order. Between devices of one user `autogroup:self` is a
    /// destination, too.
    pub fn between(&self, from: &BitSet, to: &BitSet, is_own: bool) -> impl Iterator<Item = usize> {
        from.also_in(to, is_own.then_some(&self.to_own))
    }
}

fn add(lists: &mut [Vec<usize>], selectors: &[SelectorId], number: usize) {
    for &id in selectors {
        if let Some(list) = lists.get_mut(id) {
            list.push(number);
        }
    }
}

fn numbers(lists: &[Vec<usize>], selectors: &[SelectorId]) -> Vec<usize> {
    let mut numbers: Vec<usize> = selectors.iter().filter_map(|&id| lists.get(id)).flatten().copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn rules_with(count: usize, lists: &[Vec<usize>], selectors: &[SelectorId]) -> BitSet {
    let mut rules = BitSet::new(count);
    for &number in selectors.iter().filter_map(|&id| lists.get(id)).flatten() {
        rules.insert(number);
    }
    rules
}
