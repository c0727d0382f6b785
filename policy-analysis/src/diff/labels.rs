//! Sets of things that have names: capabilities, accounts, tags, routes.

use std::collections::HashMap;
use std::hash::Hash;

use crate::diff::extent::Extent;

/// Things by number, in order, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Labels(Vec<usize>);

impl Labels {
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }
}

impl FromIterator<usize> for Labels {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut numbers: Vec<usize> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        Labels(numbers)
    }
}

impl Extent for Labels {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn with(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    fn common(&self, other: &Self) -> Self {
        Labels(self.iter().filter(|number| other.0.binary_search(number).is_ok()).collect())
    }

    fn without(&self, other: &Self) -> Self {
        Labels(self.iter().filter(|number| other.0.binary_search(number).is_err()).collect())
    }

    fn meets(&self, other: &Self) -> bool {
        self.iter().any(|number| other.0.binary_search(&number).is_ok())
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

/// Things numbered, equal ones once.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    list: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers { list: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    pub(super) fn number(&mut self, thing: T) -> usize {
        *self.numbers.entry(thing).or_insert_with_key(|thing| {
            self.list.push(thing.clone());
            self.list.len() - 1
        })
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.list.get(number)
    }

    /// All, each with its number.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &T)> {
        self.list.iter().enumerate()
    }

    /// The things of a set, in their own order.
    pub(super) fn of(&self, labels: &Labels) -> Vec<&T>
    where
        T: Ord,
    {
        let mut things: Vec<&T> = labels.iter().filter_map(|number| self.get(number)).collect();
        things.sort_unstable();
        things
    }
}
