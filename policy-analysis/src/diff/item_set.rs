use std::hash::Hash;

use crate::diff::extent::Extent;
use crate::diff::interner::Interner;
use policy_core::access::sorted;

/// A set of values of an [`Interner`]: accounts, capabilities or approvals.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ItemSet(
    /// The numbers of the values, sorted.
    Vec<usize>,
);

impl ItemSet {
    pub(crate) fn contains(&self, number: usize) -> bool {
        sorted::contains(&self.0, number)
    }

    /// Returns the values of the set, in the order of their type.
    pub(super) fn values<'i, T: Clone + Ord + Hash>(&self, items: &'i Interner<T>) -> Vec<&'i T> {
        let mut values: Vec<&T> = self.0.iter().filter_map(|&number| items.get(number)).collect();
        values.sort_unstable();
        values
    }
}

impl FromIterator<usize> for ItemSet {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        ItemSet(sorted::sort(numbers.into_iter().collect()))
    }
}

impl Extent for ItemSet {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn union(&self, other: &Self) -> Self {
        ItemSet(sorted::union(&self.0, &other.0))
    }

    fn given_by(&self, other: &Self) -> Self {
        ItemSet(sorted::intersection(&self.0, &other.0))
    }

    fn not_given_by(&self, other: &Self) -> Self {
        ItemSet(sorted::difference(&self.0, &other.0))
    }

    fn gives_any_of(&self, other: &Self) -> bool {
        self.0.iter().any(|&number| other.contains(number))
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}
