//! Ranges of addresses: overlap, subtraction, and a tree that finds the ranges that overlap one.

use std::net::IpAddr;

use crate::model::AddressRange;

/// Returns the range of one address.
pub fn single(address: impl Into<IpAddr>) -> AddressRange {
    let address = address.into();
    AddressRange { first: address, last: address }
}

/// Returns whether the ranges have an address in common. IPv4 sorts before IPv6, so ranges of
/// different families never overlap.
pub fn overlap(a: AddressRange, b: AddressRange) -> bool {
    a.first <= b.last && b.first <= a.last
}

/// Returns whether `outer` has all addresses of `inner`.
pub(super) fn covers(outer: AddressRange, inner: AddressRange) -> bool {
    outer.first <= inner.first && inner.last <= outer.last
}

/// Sorts ranges and merges those that overlap or touch.
pub fn coalesce(mut ranges: Vec<AddressRange>) -> Vec<AddressRange> {
    ranges.sort_unstable_by_key(|range| (range.first, range.last));
    let mut merged: Vec<AddressRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.first <= last.last || after(last.last) == Some(range.first) => {
                last.last = last.last.max(range.last);
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// Returns the parts of `range` that no hole covers. `holes` must be sorted by first address.
pub(super) fn subtract(range: AddressRange, holes: impl IntoIterator<Item = AddressRange>) -> Vec<AddressRange> {
    let mut left = Vec::new();
    // The first address after all holes so far. `None` if a hole reaches the end of the range.
    let mut next = Some(range.first);
    for hole in holes {
        let Some(first) = next else { break };
        if hole.last < first || range.last < hole.first {
            continue;
        }
        if first < hole.first {
            left.extend(before(hole.first).map(|last| AddressRange { first, last }));
        }
        next = after(hole.last).filter(|next| *next <= range.last);
    }
    left.extend(next.map(|first| AddressRange { first, last: range.last }));
    left
}

/// Returns the previous address of the same family.
pub(crate) fn before(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_sub(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_sub(1)?.into()),
    })
}

/// Returns the next address of the same family.
pub(crate) fn after(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_add(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_add(1)?.into()),
    })
}

/// A map from ranges of addresses to values, which finds the values whose ranges overlap a given
/// range without visiting all of them.
///
/// A balanced tree without pointers: the root of a slice of the entries is its middle.
#[derive(Clone, Debug)]
pub struct IntervalTree<T> {
    /// The entries, sorted by first address.
    entries: Vec<(AddressRange, T)>,
    /// The highest last address in the subtree of each entry, so that a search can skip subtrees
    /// that end too early.
    max_end: Vec<IpAddr>,
}

impl<T: Copy> IntervalTree<T> {
    /// Builds the tree of `entries`.
    pub fn new(mut entries: Vec<(AddressRange, T)>) -> Self {
        entries.sort_by_key(|(range, _)| (range.first, range.last));
        let mut tree = IntervalTree { max_end: entries.iter().map(|(range, _)| range.last).collect(), entries };
        tree.set_max_end(0, tree.entries.len());
        tree
    }

    fn set_max_end(&mut self, start: usize, end: usize) -> Option<IpAddr> {
        let middle = start.midpoint(end);
        if start >= end {
            return None;
        }
        let below = self.set_max_end(start, middle).max(self.set_max_end(middle + 1, end));
        let max_end = self.max_end.get_mut(middle)?;
        *max_end = below.map_or(*max_end, |below| below.max(*max_end));
        Some(*max_end)
    }

    /// Returns the values whose ranges overlap `range`, in the order of their ranges.
    pub fn overlapping(&self, range: AddressRange) -> impl Iterator<Item = T> {
        let mut found = Vec::new();
        self.collect(range, 0, self.entries.len(), &mut found);
        found.into_iter()
    }

    fn collect(&self, range: AddressRange, start: usize, end: usize, found: &mut Vec<T>) {
        let middle = start.midpoint(end);
        let (Some((entry, value)), Some(&max_end)) = (self.entries.get(middle), self.max_end.get(middle)) else {
            return;
        };
        if start >= end || max_end < range.first {
            return;
        }
        self.collect(range, start, middle, found);
        if overlap(*entry, range) {
            found.push(*value);
        }
        if entry.first <= range.last {
            self.collect(range, middle + 1, end, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn holes_may_overlap_each_other_and_the_ends_of_the_range() {
        let range = |text: &str| text.parse::<AddressRange>().unwrap();
        let whole = range("10.0.0.10-10.0.0.20");
        for (holes, left) in [
            (vec![], vec!["10.0.0.10-10.0.0.20"]),
            (vec!["10.0.0.1-10.0.0.9", "10.0.0.21-10.0.0.30"], vec!["10.0.0.10-10.0.0.20"]),
            (vec!["10.0.0.1-10.0.0.12", "10.0.0.11-10.0.0.11", "10.0.0.20-10.0.0.30"], vec!["10.0.0.13-10.0.0.19"]),
            (vec!["10.0.0.12-10.0.0.13", "10.0.0.13-10.0.0.14"], vec!["10.0.0.10-10.0.0.11", "10.0.0.15-10.0.0.20"]),
            (vec!["0.0.0.0-255.255.255.255"], vec![]),
        ] {
            let holes: Vec<AddressRange> = holes.into_iter().map(range).collect();
            assert_eq!(subtract(whole, holes), left.into_iter().map(range).collect::<Vec<_>>());
        }
    }

    proptest! {
        #[test]
        fn an_index_finds_what_a_scan_finds(
            ranges in prop::collection::vec((0u32..200, 0u32..50), 0..40),
            (first, length) in (0u32..250, 0u32..50),
        ) {
            let range = |first: u32, length: u32| AddressRange {
                first: IpAddr::V4(first.into()),
                last: IpAddr::V4((first + length).into()),
            };
            let entries: Vec<_> = ranges.iter().enumerate().map(|(id, &(first, length))| (range(first, length), id)).collect();
            let wanted = range(first, length);
            let mut expected: Vec<_> =
                entries.iter().filter(|(entry, _)| overlap(*entry, wanted)).map(|&(_, id)| id).collect();
            let mut found: Vec<_> = IntervalTree::new(entries).overlapping(wanted).collect();
            expected.sort_unstable();
            found.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
