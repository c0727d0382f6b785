//! The addresses of IP sets, and of all other selectors that name addresses.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::access::address_space::{FAMILIES, INTERNET};
use crate::access::declarations::Declarations;
use crate::access::denotation::{Denotation, NamedAddresses};
use crate::access::family::{Families, Family};
use crate::access::interval::{coalesce, covers, subtract};
use crate::model::{AddressRange, IpSet, IpSetEntry, Operation, SelectorKind};

/// Returns the addresses that a selector names literally. Selectors of users, tags and the like
/// have none.
pub fn named_addresses(declarations: &Declarations, denotation: Denotation) -> Vec<AddressRange> {
    match denotation {
        Denotation::Addresses(NamedAddresses::Range(range)) => vec![range],
        Denotation::Addresses(NamedAddresses::IpSet(name)) => addresses(declarations, name),
        Denotation::Internet => INTERNET.to_vec(),
        Denotation::Everything
        | Denotation::AnyAddress
        | Denotation::Users(_)
        | Denotation::Domain(_)
        | Denotation::SyncedGroup(_)
        | Denotation::Role(_)
        | Denotation::Tag(_)
        | Denotation::Tagged
        | Denotation::Shared
        | Denotation::Service(_)
        | Denotation::External(_)
        | Denotation::OwnDevices
        | Denotation::Nothing => Vec::new(),
    }
}

/// Returns the families in which `ranges` include every address that a device can have.
pub(super) fn of_every_device(ranges: &[AddressRange]) -> Families {
    let ranges = coalesce(ranges.to_vec());
    let has_all = |family: AddressRange| ranges.iter().any(|&range| covers(range, family));
    let families = Family::BOTH.into_iter().zip(FAMILIES);
    families.filter(|&(_, all)| has_all(all)).map(|(family, _)| family).collect()
}

/// Returns the addresses of an IP set after all its operations, applied in order. A reference from
/// a set to itself adds nothing.
pub fn addresses(declarations: &Declarations, name: &str) -> Vec<AddressRange> {
    let order = parts_first(declarations, name);
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
                _ => named_addresses(declarations, Denotation::new(target, declarations)).into(),
            };
            match operation {
                Operation::Add | Operation::Bare => ranges.extend(change.iter()),
                Operation::Remove => ranges = remove(&ranges, change.to_vec()),
            }
        }
        // Nested sets repeat many ranges.
        ranges.sort_unstable_by_key(|range| (range.first, range.last));
        ranges.dedup();
        // Drop the sets that nothing else needs. A long chain of sets would otherwise keep a copy
        // for each of its links.
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

/// Returns `ranges` without `holes`.
fn remove(ranges: &[AddressRange], holes: Vec<AddressRange>) -> Vec<AddressRange> {
    let holes = coalesce(holes);
    let mut left = Vec::with_capacity(ranges.len() + holes.len());
    for &range in ranges {
        let start = holes.partition_point(|hole| hole.last < range.first);
        let within = holes.iter().skip(start).take_while(|hole| hole.first <= range.last);
        left.extend(subtract(range, within.copied()));
    }
    left
}

/// Returns the set and all sets that it contains, each one after its own parts. A reference back to
/// a set on the current path is ignored.
fn parts_first<'p>(declarations: &Declarations<'p>, name: &str) -> Vec<&'p IpSet> {
    let mut order = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    // The current path: each set with the number of its parts that have been visited. A stack
    // instead of recursion, because chains may be of any length.
    let mut path: Vec<(&'p IpSet, usize)> = Vec::new();
    let enter = |name: &str, path: &mut Vec<(&'p IpSet, usize)>, seen: &mut HashSet<&'p str>| {
        if let Some(&ip_set) = declarations.ip_sets.get(name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    fn addresses_of(sets: &str, name: &str) -> Vec<String> {
        let policy = Policy::parse(format!("{{\"ipsets\": {{{sets}}}}}"));
        let declarations = Declarations::new(&policy);
        addresses(&declarations, name).iter().map(ToString::to_string).collect()
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
