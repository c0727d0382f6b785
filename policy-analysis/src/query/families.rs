//! The families of addresses over which something goes.

use policy_core::access::{Families, Family};
use policy_core::model::{AddressRange, Protocol};

/// Returns the families of the packets of a protocol.
pub(super) fn of_protocol(protocol: Protocol) -> Families {
    match protocol {
        Protocol::ICMP => Family::V4.into(),
        Protocol::ICMPV6 => Family::V6.into(),
        _ => Families::BOTH,
    }
}

/// Returns the families of which some ranges have an address.
pub(crate) fn of_ranges(ranges: &[AddressRange]) -> Families {
    ranges.iter().map(|range| Family::of(range.first)).collect()
}
