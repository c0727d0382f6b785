//! The families of addresses over which something goes.

use std::net::IpAddr;

use policy_core::access::overlap;
use policy_core::model::{AddressRange, Protocol};

/// IPv4, IPv6 or both. A packet goes from one address to another address of the same family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Families {
    /// Whether IPv4 is one of them.
    pub ipv4: bool,
    /// Whether IPv6 is one of them.
    pub ipv6: bool,
}

impl Families {
    /// Both families.
    pub const BOTH: Families = Families { ipv4: true, ipv6: true };

    /// IPv4 alone, and IPv6 alone.
    pub(crate) const EACH: [Families; 2] = [Families { ipv4: true, ipv6: false }, Families { ipv4: false, ipv6: true }];

    /// Returns the family of an address.
    pub fn of(address: IpAddr) -> Families {
        Families { ipv4: address.is_ipv4(), ipv6: address.is_ipv6() }
    }

    /// Returns the families of the packets of a protocol.
    pub(super) fn of_protocol(protocol: Protocol) -> Families {
        match protocol {
            Protocol::ICMP => Families { ipv4: true, ipv6: false },
            Protocol::ICMPV6 => Families { ipv4: false, ipv6: true },
            _ => Families::BOTH,
        }
    }

    /// Returns the families of which some ranges have an address.
    pub(crate) fn of_ranges(ranges: &[AddressRange]) -> Families {
        let has = |range: &AddressRange| Families::of(range.first);
        ranges.iter().map(has).fold(Families::default(), Families::or)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self == Families::default()
    }

    /// Returns the families in both.
    #[must_use]
    pub fn and(self, other: Families) -> Families {
        Families { ipv4: self.ipv4 && other.ipv4, ipv6: self.ipv6 && other.ipv6 }
    }

    /// Returns the families in one of the two.
    #[must_use]
    pub fn or(self, other: Families) -> Families {
        Families { ipv4: self.ipv4 || other.ipv4, ipv6: self.ipv6 || other.ipv6 }
    }

    /// Whether all families of the other are in this.
    pub fn contains(self, other: Families) -> bool {
        self.and(other) == other
    }
}

impl std::fmt::Display for Families {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match (self.ipv4, self.ipv6) {
            (true, true) => "IPv4 and IPv6",
            (true, false) => "IPv4",
            (false, true) => "IPv6",
            (false, false) => "no family of addresses",
        })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Families {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = [(self.ipv4, "IPv4"), (self.ipv6, "IPv6")].into_iter();
        serializer.collect_seq(names.filter(|(is_one, _)| *is_one).map(|(_, name)| name))
    }
}

/// Whether some ranges overlap another one.
pub(super) fn any_overlaps(ranges: &[AddressRange], other: AddressRange) -> bool {
    ranges.iter().any(|&range| overlap(range, other))
}
