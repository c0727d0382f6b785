//! The address space, split at every border that the policy has.

use std::net::IpAddr;

use crate::access::{INTERNET, TAILNET};
use crate::model::AddressRange;

const EVERYTHING: [&str; 2] = ["0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"];

/// Returns disjoint ranges that together contain every address, in order. No range of the policy begins or ends within
/// one of them.
pub(super) fn atoms(ranges: impl IntoIterator<Item = AddressRange>) -> Vec<AddressRange> {
    let families: Vec<AddressRange> = EVERYTHING.iter().filter_map(|text| text.parse().ok()).collect();
    let ranges = ranges.into_iter().chain(TAILNET).chain(INTERNET);
    let mut firsts: Vec<IpAddr> = ranges.flat_map(|range| [Some(range.first), after(range.last)]).flatten().collect();
    firsts.extend(families.iter().map(|family| family.first));
    firsts.sort_unstable();
    firsts.dedup();
    let lasts = firsts.iter().skip(1).map(|&next| before(next));
    let lasts = lasts.chain([families.last().map(|family| family.last)]);
    firsts.iter().zip(lasts).filter_map(|(&first, last)| Some(AddressRange { first, last: last? })).collect()
}

/// Returns the previous address. Before the first IPv6 address comes the last IPv4 address.
fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => Some(IpAddr::V4(u32::from(address).checked_sub(1)?.into())),
        IpAddr::V6(address) => Some(match u128::from(address).checked_sub(1) {
            Some(address) => IpAddr::V6(address.into()),
            None => IpAddr::V4(u32::MAX.into()),
        }),
    }
}

/// Returns the next address of the same family.
fn after(address: IpAddr) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).checked_add(1)?.into()),
        IpAddr::V6(address) => IpAddr::V6(u128::from(address).checked_add(1)?.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::overlap;

    #[test]
    fn atoms_are_disjoint_and_everything_and_no_range_ends_within_one() {
        let range = |text: &str| text.parse::<AddressRange>().unwrap();
        let ranges =
            ["10.0.0.0-10.0.0.7", "10.0.0.2-10.0.0.2", "0.0.0.0-255.255.255.255", "fd00::1-fd00::ff", "::-::1"];
        let ranges = ranges.map(range);
        let atoms = atoms(ranges);
        assert_eq!(atoms.first().unwrap().first, range("0.0.0.0-0.0.0.1").first);
        assert_eq!(atoms.last().unwrap().last, range(EVERYTHING[1]).last);
        for pair in atoms.windows(2) {
            assert_eq!(before(pair[1].first), Some(pair[0].last));
        }
        for atom in &atoms {
            assert_eq!(atom.first.is_ipv4(), atom.last.is_ipv4());
            for range in ranges.iter().filter(|range| overlap(**range, *atom)) {
                assert!(range.first <= atom.first && atom.last <= range.last);
            }
        }
    }
}
