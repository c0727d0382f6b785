//! Set operations on sorted lists of numbers without duplicates.

/// Returns the numbers sorted and without duplicates.
pub(super) fn collect(numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut list: Vec<usize> = numbers.into_iter().collect();
    list.sort_unstable();
    list.dedup();
    list
}

pub(super) fn union(a: &[usize], b: &[usize]) -> Vec<usize> {
    collect(a.iter().chain(b).copied())
}

pub(super) fn intersection(a: &[usize], b: &[usize]) -> Vec<usize> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().copied().filter(|number| contains(long, *number)).collect()
}

pub(super) fn difference(list: &[usize], removed: &[usize]) -> Vec<usize> {
    list.iter().copied().filter(|number| !contains(removed, *number)).collect()
}

pub(super) fn contains(list: &[usize], number: usize) -> bool {
    list.binary_search(&number).is_ok()
}
