//! The addresses of ip sets.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::rc::Rc;

use crate::access::interval::overlap;
use crate::access::tailnet::Tailnet;
use crate::model::{AddressRange, IpSet, IpSetEntry, Operation, SelectorKind};

/// A set's addresses, after all its operations in their order. What a set that contains itself adds by that is nothing.
pub fn addresses(tailnet: &Tailnet, name: &str) -> Vec<AddressRange> {
    let order = parts_first(tailnet, name);
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for part in order.iter().flat_map(|ip_set| parts(ip_set)) {
        *uses.entry(part).or_default() += 1;
    }
    let mut known: HashMap<&str, Rc<[AddressRange]>> = HashMap::new();
    for ip_set in &order {
        let mut ranges: Vec<AddressRange> = Vec::new();
        for IpSetEntry { operation, target, .. } in &ip_set.entries {
            let change: Rc<[AddressRange]> = match target.kind {
                SelectorKind::IpSet => known.get(target.text.as_str()).cloned().unwrap_or_default(),
                _ => tailnet.literal(target).into(),
            };
            match operation {
                Operation::Add | Operation::Bare => ranges.extend(change.iter()),
                Operation::Remove => ranges = change.iter().fold(ranges, |ranges, hole| without(ranges, *hole)),
            }
        }
        // Sets of sets have much of it twice.
        ranges.sort_unstable_by_key(|range| (range.first, range.last));
        ranges.dedup();
        // What no other set needs any more is not kept: a long chain of sets would be kept at each of its links.
        for part in parts(ip_set) {
            if let Some(left) = uses.get_mut(part) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    known.remove(part);
                }
            }
        }
        known.insert(&ip_set.name, ranges.into());
    }
    known.get(name).map_or(Vec::new(), |ranges| ranges.to_vec())
}

/// The set and all that it is made of, each after its own parts. A set on the way to itself is no part of it.
fn parts_first<'p>(tailnet: &Tailnet<'p>, name: &str) -> Vec<&'p IpSet> {
    let mut order = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    // Each set with how many of its parts have been looked at; no recursion, since chains may be of any length.
    let mut path: Vec<(&'p IpSet, usize)> = Vec::new();
    let enter = |name: &str, path: &mut Vec<(&'p IpSet, usize)>, seen: &mut HashSet<&'p str>| {
        if let Some(&ip_set) = tailnet.ip_sets.get(name)
            && seen.insert(&ip_set.name)
        {
            path.push((ip_set, 0));
        }
    };
    enter(name, &mut path, &mut seen);
    while let Some((ip_set, next)) = path.last_mut() {
        let part = ip_set.entries.get(*next).map(|entry| &entry.target);
        *next += 1;
        match part {
            Some(part) if part.kind == SelectorKind::IpSet => enter(&part.text, &mut path, &mut seen),
            Some(_) => {}
            None => order.extend(path.pop().map(|(ip_set, _)| ip_set)),
        }
    }
    order
}

fn parts(ip_set: &IpSet) -> impl Iterator<Item = &str> {
    let sets = ip_set.entries.iter().map(|entry| &entry.target).filter(|target| target.kind == SelectorKind::IpSet);
    sets.map(|target| target.text.as_str())
}

/// What is left of ranges when one is taken out of them.
fn without(ranges: Vec<AddressRange>, hole: AddressRange) -> Vec<AddressRange> {
    let mut left = Vec::with_capacity(ranges.len() + 1);
    for range in ranges {
        if !overlap(range, hole) {
            left.push(range);
            continue;
        }
        if range.first < hole.first {
            left.extend(before(hole.first).map(|last| AddressRange { first: range.first, last }));
        }
        if hole.last < range.last {
            left.extend(after(hole.last).map(|first| AddressRange { first, last: range.last }));
        }
    }
    left
}

pub fn before(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_sub(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_sub(1)?.into()),
    })
}

pub fn after(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_add(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_add(1)?.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    fn addresses_of(sets: &str, name: &str) -> Vec<String> {
        let policy = Policy::parse(format!("{{\"ipsets\": {{{sets}}}}}"));
        let tailnet = Tailnet::new(&policy);
        addresses(&tailnet, name).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn operations_come_in_their_order() {
        let sets =
            r#""ipset:a": ["add 10.0.0.0/30", "remove ipset:b", "add 10.0.0.1"], "ipset:b": ["10.0.0.1", "10.0.0.2"]"#;
        assert_eq!(addresses_of(sets, "ipset:a"), ["10.0.0.0-10.0.0.0", "10.0.0.1-10.0.0.1", "10.0.0.3-10.0.0.3"]);
        assert!(addresses_of(sets, "ipset:c").is_empty());
    }

    #[test]
    fn a_set_that_contains_itself_adds_nothing_by_that() {
        let sets = r#""ipset:a": ["10.0.0.1", "ipset:b"], "ipset:b": ["ipset:a", "10.0.0.2"]"#;
        assert_eq!(addresses_of(sets, "ipset:a"), ["10.0.0.1-10.0.0.1", "10.0.0.2-10.0.0.2"]);
    }

    #[test]
    fn sets_of_sets_do_not_grow_without_bound() {
        let sets: Vec<String> =
            (1..64).map(|n| format!("\"ipset:{n}\": [\"ipset:{}\", \"ipset:{}\"]", n - 1, n - 1)).collect();
        let sets = format!("\"ipset:0\": [\"10.0.0.1\"], {}", sets.join(", "));
        assert_eq!(addresses_of(&sets, "ipset:63"), ["10.0.0.1-10.0.0.1"]);
    }
}
