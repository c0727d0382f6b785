//! Addresses as rules and filters have them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{AddressRange, Prefix};

/// One text of a filter's sources or destinations. Two blocks are equal if their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilterAddress {
    /// `*`: any address whatsoever
    Any,
    /// An address or a prefix where it is one, else `first-last`
    Addresses(AddressRange),
    /// Always `first-last`, as `autogroup:internet` is written even where a prefix would do
    Span(AddressRange),
}

impl FilterAddress {
    /// Its addresses; `None` if it is all.
    pub fn range(self) -> Option<AddressRange> {
        match self {
            FilterAddress::Any => None,
            FilterAddress::Addresses(range) | FilterAddress::Span(range) => Some(range),
        }
    }

    /// Whether some address lies within both.
    pub fn overlaps(self, other: AddressRange) -> bool {
        self.range().is_none_or(|range| overlap(range, other))
    }
}

impl std::fmt::Display for FilterAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FilterAddress::Any => f.write_str("*"),
            FilterAddress::Span(range) => range.fmt(f),
            FilterAddress::Addresses(range) if range.first == range.last => range.first.fmt(f),
            FilterAddress::Addresses(range) => match prefix_of(*range) {
                Some(prefix) => prefix.fmt(f),
                None => range.fmt(f),
            },
        }
    }
}

/// That address alone.
pub fn single(address: impl Into<IpAddr>) -> AddressRange {
    let address = address.into();
    AddressRange { first: address, last: address }
}

/// Whether some address lies within both. IPv4 addresses come before all IPv6 ones, so families need no look.
pub fn overlap(a: AddressRange, b: AddressRange) -> bool {
    a.first <= b.last && b.first <= a.last
}

/// Ranges in their order, with those that overlap or touch made one.
pub fn joined(mut ranges: Vec<AddressRange>) -> Vec<AddressRange> {
    ranges.sort_unstable_by_key(|range| (range.first, range.last));
    let mut joined: Vec<AddressRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.first <= last.last || follows(last.last, range.first) => {
                last.last = last.last.max(range.last);
            }
            _ => joined.push(range),
        }
    }
    joined
}

fn follows(address: IpAddr, next: IpAddr) -> bool {
    match (address, next) {
        (IpAddr::V4(address), IpAddr::V4(next)) => u32::from(address).checked_add(1) == Some(next.into()),
        (IpAddr::V6(address), IpAddr::V6(next)) => u128::from(address).checked_add(1) == Some(next.into()),
        _ => false,
    }
}

/// The prefix with exactly these addresses, if there is one.
fn prefix_of(range: AddressRange) -> Option<Prefix> {
    let same_bits = match (range.first, range.last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (u32::from(first) ^ u32::from(last)).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (u128::from(first) ^ u128::from(last)).leading_zeros(),
        _ => return None,
    };
    let prefix = Prefix { address: range.first, length: u8::try_from(same_bits).ok()? };
    (prefix.range() == range).then_some(prefix)
}

const fn v4(first: [u8; 4], last: [u8; 4]) -> AddressRange {
    let [a, b, c, d] = first;
    let [e, f, g, h] = last;
    AddressRange { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), last: IpAddr::V4(Ipv4Addr::new(e, f, g, h)) }
}

const fn v6(first: u128, last: u128) -> AddressRange {
    AddressRange { first: IpAddr::V6(Ipv6Addr::from_bits(first)), last: IpAddr::V6(Ipv6Addr::from_bits(last)) }
}

/// What `*` is as a source, beside the approved routes: the addresses of tailnets, less 100.115.92.0/23, which
/// ChromeOS has for itself. `acl-a06`
pub const TAILNET: [AddressRange; 3] = [
    v4([100, 64, 0, 0], [100, 115, 91, 255]),
    v4([100, 115, 94, 0], [100, 127, 255, 255]),
    v6(0xfd7a_115c_a1e0 << 80, (0xfd7a_115c_a1e0 << 80) | (u128::MAX >> 48)),
];

/// Where devices have their addresses, one in each.
pub const FAMILIES: [AddressRange; 2] = [
    v4([100, 64, 0, 0], [100, 127, 255, 255]),
    v6(0xfd7a_115c_a1e0 << 80, (0xfd7a_115c_a1e0 << 80) | (u128::MAX >> 48)),
];

/// What `autogroup:internet` is as a destination: what is neither private nor of a tailnet. `grant-v07`
pub const INTERNET: [AddressRange; 7] = [
    v4([0, 0, 0, 0], [9, 255, 255, 255]),
    v4([11, 0, 0, 0], [100, 63, 255, 255]),
    v4([100, 128, 0, 0], [169, 253, 255, 255]),
    v4([169, 255, 0, 0], [172, 15, 255, 255]),
    v4([172, 32, 0, 0], [192, 167, 255, 255]),
    v4([192, 169, 0, 0], [255, 255, 255, 255]),
    v6(0x2000 << 112, (0x4000 << 112) - 1),
];

/// Values by ranges of addresses, for finding those that overlap another range without a look at the others.
///
/// A balanced tree without pointers: the middle of a part of the entries is its root.
#[derive(Clone, Debug)]
pub struct IntervalTree<T> {
    /// In the order of their first addresses.
    entries: Vec<(AddressRange, T)>,
    /// For each entry the highest address of all below it in the tree, so that a search passes by what ends too early.
    reach: Vec<IpAddr>,
}

impl<T: Copy> IntervalTree<T> {
    /// An index of these.
    pub fn new(mut entries: Vec<(AddressRange, T)>) -> Self {
        entries.sort_by_key(|(range, _)| (range.first, range.last));
        let mut index = IntervalTree { reach: entries.iter().map(|(range, _)| range.last).collect(), entries };
        index.set_reach(0, index.entries.len());
        index
    }

    fn set_reach(&mut self, start: usize, end: usize) -> Option<IpAddr> {
        let middle = start.midpoint(end);
        if start >= end {
            return None;
        }
        let below = self.set_reach(start, middle).max(self.set_reach(middle + 1, end));
        let reach = self.reach.get_mut(middle)?;
        *reach = below.map_or(*reach, |below| below.max(*reach));
        Some(*reach)
    }

    /// The values whose ranges overlap this one, in the order of their ranges.
    pub fn overlapping(&self, range: AddressRange) -> impl Iterator<Item = T> {
        let mut found = Vec::new();
        self.collect(range, 0, self.entries.len(), &mut found);
        found.into_iter()
    }

    fn collect(&self, range: AddressRange, start: usize, end: usize, found: &mut Vec<T>) {
        let middle = start.midpoint(end);
        let (Some((entry, value)), Some(&reach)) = (self.entries.get(middle), self.reach.get(middle)) else { return };
        if start >= end || reach < range.first {
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
    fn a_block_is_written_in_the_shortest_form_that_tailscale_uses() {
        let range = |text: &str| text.parse::<AddressRange>().unwrap();
        for (block, text) in [
            (FilterAddress::Any, "*"),
            (FilterAddress::Addresses(single(Ipv4Addr::new(100, 64, 0, 1))), "100.64.0.1"),
            (FilterAddress::Addresses(range("10.0.0.0-10.255.255.255")), "10.0.0.0/8"),
            (FilterAddress::Addresses(range("0.0.0.0-255.255.255.255")), "0.0.0.0/0"),
            (FilterAddress::Addresses(range("10.0.0.1-10.0.0.2")), "10.0.0.1-10.0.0.2"),
            (FilterAddress::Addresses(TAILNET[0]), "100.64.0.0-100.115.91.255"),
            (FilterAddress::Addresses(TAILNET[2]), "fd7a:115c:a1e0::/48"),
            (FilterAddress::Span(INTERNET[6]), "2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(block.to_string(), text);
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
