//! Sets of small numbers.

/// A set of small numbers: of devices, routes or rules.
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

    /// Returns whether it has a number.
    pub fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Adds the numbers of another set of the same size.
    pub fn add_all(&mut self, other: &BitSet) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Returns the numbers that are also in one of the others, in order.
    pub fn also_in(&self, other: &BitSet, another: Option<&BitSet>) -> impl Iterator<Item = usize> {
        let more = move |index: usize| another.and_then(|bits| bits.0.get(index)).copied().unwrap_or(0);
        let words = self.0.iter().zip(&other.0).enumerate();
        words.flat_map(move |(index, (a, b))| numbers(index, a & (b | more(index))))
    }

    /// Removes what is not in the other set.
    pub fn keep_all(&mut self, other: &BitSet) {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (word, keep) in self.0.iter_mut().zip(others) {
            *word &= keep;
        }
    }

    /// Returns the numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, &word)| numbers(index, word))
    }
}

/// Returns the numbers of one word.
fn numbers(index: usize, word: u64) -> impl Iterator<Item = usize> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = rest.trailing_zeros() as usize;
        (rest != 0).then(|| {
            rest &= rest - 1;
            index * 64 + bit
        })
    })
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
