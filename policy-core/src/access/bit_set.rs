//! Sets of small numbers.

use std::borrow::Cow;

/// A set of small numbers, such as indexes of devices, routes or rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BitSet(Vec<u64>);

impl BitSet {
    /// Returns an empty set for numbers below `size`.
    pub fn new(size: usize) -> Self {
        BitSet(vec![0; size.div_ceil(64)])
    }

    /// Adds a number. Ignores one that is not below the size.
    pub fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Removes a number.
    pub fn remove(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    /// Returns whether the set contains a number.
    pub fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Adds the numbers of another set of the same size.
    pub fn add_all(&mut self, other: &BitSet) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Returns the numbers that are also in `other` or `another`, in order.
    pub fn also_in(&self, other: &BitSet, another: Option<&BitSet>) -> impl Iterator<Item = usize> {
        let more = |index: usize| another.and_then(|bits| bits.0.get(index)).copied().unwrap_or(0);
        let words = self.0.iter().zip(&other.0).enumerate();
        let common: Vec<u64> = words.map(|(index, (a, b))| a & (b | more(index))).collect();
        SetBits { words: common.into(), next: 0, rest: 0 }
    }

    /// Removes the numbers that are not in the other set.
    pub fn keep_all(&mut self, other: &BitSet) {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (word, keep) in self.0.iter_mut().zip(others) {
            *word &= keep;
        }
    }

    /// Returns the numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        SetBits { words: self.0.as_slice().into(), next: 0, rest: 0 }
    }
}

/// The numbers of a set, in order. A struct instead of a nested iterator, because each use of a
/// nested iterator is compiled again.
struct SetBits<'s> {
    words: Cow<'s, [u64]>,
    /// The index of the next word.
    next: usize,
    /// The bits of the previous word that have not been returned yet.
    rest: u64,
}

impl Iterator for SetBits<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.rest == 0 {
            self.rest = *self.words.get(self.next)?;
            self.next += 1;
        }
        let bit = self.rest.trailing_zeros() as usize;
        self.rest &= self.rest - 1;
        Some((self.next - 1) * 64 + bit)
    }
}

impl FromIterator<usize> for BitSet {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut words = Vec::new();
        for number in numbers {
            if words.len() <= number / 64 {
                words.resize(number / 64 + 1, 0);
            }
            if let Some(word) = words.get_mut(number / 64) {
                *word |= 1u64 << (number % 64);
            }
        }
        BitSet(words)
    }
}
