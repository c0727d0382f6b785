//! Address families. A packet has one: it goes from an address to another address of the same family.

use std::net::IpAddr;

use crate::model::{AddressRange, Protocol};

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both families.
    pub const BOTH: [Family; 2] = [Family::V4, Family::V6];

    /// Returns the family of an address.
    pub fn of(address: IpAddr) -> Family {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        })
    }
}

/// A set of address families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Families([bool; 2]);

impl Families {
    /// Both families.
    pub const BOTH: Families = Families([true; 2]);

    /// Returns the families of the packets of a protocol.
    pub fn of_protocol(protocol: Protocol) -> Families {
        match protocol {
            Protocol::ICMP => Family::V4.into(),
            Protocol::ICMPV6 => Family::V6.into(),
            _ => Families::BOTH,
        }
    }

    /// Returns the families that the ranges have addresses of.
    pub fn of_ranges(ranges: &[AddressRange]) -> Families {
        ranges.iter().map(|range| Family::of(range.first)).collect()
    }

    /// Returns `true` if a family is in the set.
    pub fn contains(self, family: Family) -> bool {
        let Families([v4, v6]) = self;
        if family == Family::V4 { v4 } else { v6 }
    }

    /// Returns the union of two sets.
    #[must_use]
    pub fn with(self, other: Families) -> Families {
        let (Families([a, b]), Families([c, d])) = (self, other);
        Families([a || c, b || d])
    }

    /// Returns the families that are in both sets.
    #[must_use]
    pub fn common(self, other: Families) -> Families {
        let (Families([a, b]), Families([c, d])) = (self, other);
        Families([a && c, b && d])
    }

    /// Returns `true` if an address of one set can send packets to an address of the other.
    pub fn intersects(self, other: Families) -> bool {
        !self.common(other).is_empty()
    }

    /// Returns `true` if the set is empty.
    pub fn is_empty(self) -> bool {
        self == Families::default()
    }

    /// Returns the protocols of echo requests. A device's filter allows echo requests wherever a
    /// rule matches the two addresses, and reads ICMP on IPv6 addresses as ICMPv6.
    pub fn ping_protocols(self) -> &'static [Protocol] {
        match self {
            Families([_, true]) => &[Protocol::ICMP, Protocol::ICMPV6],
            Families([true, false]) => &[Protocol::ICMP],
            Families([false, false]) => &[],
        }
    }
}

/// Writes the families as in "over IPv4".
impl std::fmt::Display for Families {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = Family::BOTH.into_iter().filter(|&family| self.contains(family)).map(|family| family.to_string());
        f.write_str(&names.collect::<Vec<_>>().join(" and "))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Families {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let families = Family::BOTH.into_iter().filter(|&family| self.contains(family));
        serializer.collect_seq(families.map(|family| family.to_string()))
    }
}

impl From<Family> for Families {
    fn from(family: Family) -> Self {
        Families([family == Family::V4, family == Family::V6])
    }
}

impl FromIterator<Family> for Families {
    fn from_iter<I: IntoIterator<Item = Family>>(families: I) -> Self {
        families.into_iter().fold(Families::default(), |all, family| all.with(family.into()))
    }
}
