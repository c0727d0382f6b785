//! Sets of numbers as sorted lists without duplicates. They suit small sets of large numbers, where
//! a [`BitSet`](crate::access::bit_set::BitSet) would be mostly empty.

/// Sorts a list and removes duplicates.
pub fn sort(mut list: Vec<usize>) -> Vec<usize> {
    list.sort_unstable();
    list.dedup();
    list
}

/// Returns the union of the `lists` with these `numbers`.
pub fn union_of(lists: &[Vec<usize>], numbers: &[usize]) -> Vec<usize> {
    let mut union = Vec::new();
    for list in numbers.iter().filter_map(|&number| lists.get(number)) {
        union.extend_from_slice(list);
    }
    sort(union)
}

/// Returns the union of two lists.
pub fn union(some: &[usize], others: &[usize]) -> Vec<usize> {
    sort([some, others].concat())
}

/// Returns the numbers of `list` that are not in `removed`.
pub fn difference(list: &[usize], removed: &[usize]) -> Vec<usize> {
    list.iter().copied().filter(|number| !contains(removed, *number)).collect()
}

/// Returns the intersection of two lists.
pub fn intersection(some: &[usize], others: &[usize]) -> Vec<usize> {
    let (few, many) = if some.len() <= others.len() { (some, others) } else { (others, some) };
    few.iter().copied().filter(|number| contains(many, *number)).collect()
}

/// Returns whether `list` contains `number`.
pub fn contains(list: &[usize], number: usize) -> bool {
    list.binary_search(&number).is_ok()
}

/// Returns whether any of `few`, which need not be sorted, is in `list`.
pub fn intersects(few: &[usize], list: &[usize]) -> bool {
    few.iter().any(|number| contains(list, *number))
}
