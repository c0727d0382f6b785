//! The address space, split at every border of a range in the policy.

use std::net::IpAddr;

use crate::access::{FOUR_VIA_SIX, INTERNET, TAILNET, after, before};
use crate::model::AddressRange;

const EVERYTHING: [&str; 2] = ["0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"];

/// Returns disjoint ranges that together contain every address, in order. No range of the policy
/// begins or ends inside one of them.
pub fn atoms(ranges: impl IntoIterator<Item = AddressRange>) -> Vec<AddressRange> {
    let families: Vec<AddressRange> = EVERYTHING.iter().filter_map(|text| text.parse().ok()).collect();
    let ranges = ranges.into_iter().chain(TAILNET).chain(INTERNET).chain([FOUR_VIA_SIX]);
    let mut firsts: Vec<IpAddr> = ranges.flat_map(|range| [Some(range.first), after(range.last)]).flatten().collect();
    firsts.extend(families.iter().map(|family| family.first));
    firsts.sort_unstable();
    firsts.dedup();
    // A family ends where no address comes before the next range.
    let lasts = firsts.iter().skip(1).map(|&next| before(next)).chain([None]);
    let last_of_family =
        |address: IpAddr| families.iter().map(|family| family.last).find(|last| last.is_ipv4() == address.is_ipv4());
    let range = |(&first, last): (&IpAddr, Option<IpAddr>)| {
        Some(AddressRange { first, last: last.or_else(|| last_of_family(first))? })
    };
    firsts.iter().zip(lasts).filter_map(range).collect()
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
            let borders = (before(pair[1].first), after(pair[0].last));
            assert!(borders == (Some(pair[0].last), Some(pair[1].first)) || borders == (None, None));
        }
        for atom in &atoms {
            assert_eq!(atom.first.is_ipv4(), atom.last.is_ipv4());
            for range in ranges.iter().filter(|range| overlap(**range, *atom)) {
                assert!(range.first <= atom.first && atom.last <= range.last);
            }
        }
    }
}
