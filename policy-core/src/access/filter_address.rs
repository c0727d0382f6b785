//! Addresses as packet filters write them.

use std::net::IpAddr;

use crate::access::interval::overlap;
use crate::model::{AddressRange, Prefix};

/// One source or destination of a packet filter. Two values are equal if their texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilterAddress {
    /// `*`: every address.
    Any,
    /// A single address or a prefix if the range is one, otherwise `first-last`.
    Addresses(AddressRange),
    /// Always a prefix, the form in which headscale writes the destinations of rules with `via`.
    /// The range must be a prefix.
    Prefix(AddressRange),
    /// Always `first-last`. `autogroup:internet` is written in this form even where a prefix would
    /// do.
    Span(AddressRange),
}

impl FilterAddress {
    /// Returns the addresses, or `None` for every address.
    pub fn range(self) -> Option<AddressRange> {
        match self {
            FilterAddress::Any => None,
            FilterAddress::Addresses(range) | FilterAddress::Prefix(range) | FilterAddress::Span(range) => Some(range),
        }
    }

    /// Returns whether it includes an address of `other`.
    pub fn overlaps(self, other: AddressRange) -> bool {
        self.range().is_none_or(|range| overlap(range, other))
    }
}

impl std::fmt::Display for FilterAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FilterAddress::Any => f.write_str("*"),
            FilterAddress::Span(range) => range.fmt(f),
            FilterAddress::Prefix(range) => match prefix_of(*range) {
                Some(prefix) => prefix.fmt(f),
                None => range.fmt(f),
            },
            FilterAddress::Addresses(range) if range.first == range.last => range.first.fmt(f),
            FilterAddress::Addresses(range) => match prefix_of(*range) {
                Some(prefix) => prefix.fmt(f),
                None => range.fmt(f),
            },
        }
    }
}

/// Returns the prefix with exactly these addresses, if there is one.
fn prefix_of(range: AddressRange) -> Option<Prefix> {
    let same_bits = match (range.first, range.last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => (u32::from(first) ^ u32::from(last)).leading_zeros(),
        (IpAddr::V6(first), IpAddr::V6(last)) => (u128::from(first) ^ u128::from(last)).leading_zeros(),
        _ => return None,
    };
    let prefix = Prefix { address: range.first, length: u8::try_from(same_bits).ok()? };
    (prefix.range() == range).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::access::address_space::{INTERNET, TAILNET};
    use crate::access::interval::single;

    #[test]
    fn an_address_is_written_in_the_shortest_form_that_tailscale_uses() {
        let range = |text: &str| text.parse::<AddressRange>().unwrap();
        for (address, text) in [
            (FilterAddress::Any, "*"),
            (FilterAddress::Addresses(single(Ipv4Addr::new(100, 64, 0, 1))), "100.64.0.1"),
            (FilterAddress::Addresses(range("10.0.0.0-10.255.255.255")), "10.0.0.0/8"),
            (FilterAddress::Addresses(range("0.0.0.0-255.255.255.255")), "0.0.0.0/0"),
            (FilterAddress::Addresses(range("10.0.0.1-10.0.0.2")), "10.0.0.1-10.0.0.2"),
            (FilterAddress::Addresses(TAILNET[0]), "100.64.0.0-100.115.91.255"),
            (FilterAddress::Addresses(TAILNET[2]), "fd7a:115c:a1e0::/48"),
            (FilterAddress::Prefix(single(Ipv4Addr::new(10, 0, 0, 1))), "10.0.0.1/32"),
            (FilterAddress::Span(INTERNET[6]), "2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            assert_eq!(address.to_string(), text);
        }
    }
}
