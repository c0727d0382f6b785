//! The parts of the address space that have a meaning in Tailscale.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::access::interval::{covers, overlap};
use crate::model::AddressRange;

/// The addresses that `*` stands for as a source, in addition to the approved routes: the addresses
/// of tailnets, without 100.115.92.0/23, which ChromeOS uses itself. `acl-a06`
pub const TAILNET: [AddressRange; 3] = [
    v4([100, 64, 0, 0], [100, 115, 91, 255]),
    v4([100, 115, 94, 0], [100, 127, 255, 255]),
    v6(0xfd7a_115c_a1e0 << 80, (0xfd7a_115c_a1e0 << 80) | (u128::MAX >> 48)),
];

/// The ranges from which every device has one address each: one range for IPv4 and one for IPv6.
pub(super) const FAMILIES: [AddressRange; 2] = [
    v4([100, 64, 0, 0], [100, 127, 255, 255]),
    v6(0xfd7a_115c_a1e0 << 80, (0xfd7a_115c_a1e0 << 80) | (u128::MAX >> 48)),
];

/// The IPv6 addresses that stand for IPv4 addresses behind subnet routers (4via6). No device has
/// such an address. The prefix is followed by the site number and the IPv4 address, 32 bits each.
pub const FOUR_VIA_SIX: AddressRange =
    v6(0xfd7a_115c_a1e0_0b1a << 64, (0xfd7a_115c_a1e0_0b1a << 64) | (u128::MAX >> 64));

/// Returns whether a range has addresses that belong to Tailscale: addresses of tailnets, or 4via6
/// addresses.
pub fn has_tailscales(range: AddressRange) -> bool {
    TAILNET.into_iter().any(|own| overlap(own, range))
}

/// Returns the IPv4 addresses that the addresses of a 4via6 range stand for.
pub fn embedded_ipv4(range: AddressRange) -> Option<AddressRange> {
    let (IpAddr::V6(first), IpAddr::V6(last)) =
        (range.first.max(FOUR_VIA_SIX.first), range.last.min(FOUR_VIA_SIX.last))
    else {
        return None;
    };
    let (first, last) = (first.to_bits(), last.to_bits());
    let address = |bits: u128| IpAddr::V4(Ipv4Addr::from_bits((bits & 0xffff_ffff) as u32));
    if first > last {
        return None;
    }
    // A range that spans several sites includes every IPv4 address of one of them.
    Some(match first >> 32 == last >> 32 {
        true => AddressRange { first: address(first), last: address(last) },
        false => v4([0; 4], [255; 4]),
    })
}

/// The addresses that `autogroup:internet` stands for as a destination: all that are neither
/// private nor of a tailnet. `grant-v07`
pub const INTERNET: [AddressRange; 7] = [
    v4([0, 0, 0, 0], [9, 255, 255, 255]),
    v4([11, 0, 0, 0], [100, 63, 255, 255]),
    v4([100, 128, 0, 0], [169, 253, 255, 255]),
    v4([169, 255, 0, 0], [172, 15, 255, 255]),
    v4([172, 32, 0, 0], [192, 167, 255, 255]),
    v4([192, 169, 0, 0], [255, 255, 255, 255]),
    v6(0x2000 << 112, (0x4000 << 112) - 1),
];

/// The addresses that no exit node carries, whatever the rules allow: private, link-local and
/// multicast addresses, and Tailscale's own. It drops packets to them, because an exit node stands
/// for the internet, and not for its LAN. 4via6 addresses are among them.
///
/// They are `removeFromDefaultRoute` in Tailscale's client, and `tests/network` confirms it.
pub const NOT_BEHIND_EXIT_NODES: [AddressRange; 9] = [
    v4([10, 0, 0, 0], [10, 255, 255, 255]),
    v4([100, 64, 0, 0], [100, 127, 255, 255]),
    v4([169, 254, 0, 0], [169, 254, 255, 255]),
    v4([172, 16, 0, 0], [172, 31, 255, 255]),
    v4([192, 168, 0, 0], [192, 168, 255, 255]),
    v4([224, 0, 0, 0], [239, 255, 255, 255]),
    v6(0xfd7a_115c_a1e0 << 80, (0xfd7a_115c_a1e0 << 80) | (u128::MAX >> 48)),
    v6(0xfe80 << 112, (0xfe80 << 112) | (u128::MAX >> 10)),
    v6(0xff00 << 112, u128::MAX),
];

/// Returns whether an exit node may carry packets to some addresses of a range.
pub fn may_be_behind_exit_node(range: AddressRange) -> bool {
    !NOT_BEHIND_EXIT_NODES.into_iter().any(|local| covers(local, range))
}

const fn v4(first: [u8; 4], last: [u8; 4]) -> AddressRange {
    let [a, b, c, d] = first;
    let [e, f, g, h] = last;
    AddressRange { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), last: IpAddr::V4(Ipv4Addr::new(e, f, g, h)) }
}

const fn v6(first: u128, last: u128) -> AddressRange {
    AddressRange { first: IpAddr::V6(Ipv6Addr::from_bits(first)), last: IpAddr::V6(Ipv6Addr::from_bits(last)) }
}
