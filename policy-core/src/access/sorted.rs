//! Sets as sorted lists of numbers, each once: for small sets of large numbers, where a
//! [`BitSet`](crate::access::bit_set::BitSet) would be mostly empty.

/// Sorts a list and removes what it has twice.
pub fn sort(mut list: Vec<usize>) -> Vec<usize> {
    list.sort_unstable();
    list.dedup();
    list
}

/// Returns what is in one of the `lists` with these `numbers`.
pub fn union_of(lists: &[Vec<usize>], numbers: &[usize]) -> Vec<usize> {
    let mut union = Vec::new();
    for list in numbers.iter().filter_map(|&number| lists.get(number)) {
        union.extend_from_slice(list);
    }
    sort(union)
}

/// Returns what is in one of two lists.
pub fn union(some: &[usize], others: &[usize]) -> Vec<usize> {
    sort([some, others].concat())
}

/// Returns what is in `list` and not in `removed`.
pub fn difference(list: &[usize], removed: &[usize]) -> Vec<usize> {
    list.iter().copied().filter(|number| !contains(removed, *number)).collect()
}

/// Returns what is in both lists.
pub fn intersection(some: &[usize], others: &[usize]) -> Vec<usize> {
    let (few, many) = if some.len() <= others.len() { (some, others) } else { (others, some) };
    few.iter().copied().filter(|number| contains(many, *number)).collect()
}

/// Returns whether `list` has `number`.
pub fn contains(list: &[usize], number: usize) -> bool {
    list.binary_search(&number).is_ok()
}

/// Returns whether one of `few`, which need not be sorted, is in `list`.
pub fn intersects(few: &[usize], list: &[usize]) -> bool {
    few.iter().any(|number| contains(list, *number))
}
