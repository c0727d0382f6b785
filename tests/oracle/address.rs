//! Ranges of addresses of one family.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first address.
    pub first: IpAddr,
    /// The last address.
    pub last: IpAddr,
    /// The length of the prefix, if it was written as a prefix.
    pub length: u8,
}

impl Range {
    /// Reads `*`, an address, a prefix or a range. Any other word has no ranges.
    pub fn read(text: &str) -> Vec<Range> {
        if text == "*" {
            return [Range::read("0.0.0.0/0"), Range::read("::/0")].concat();
        }
        if let Some((first, last)) = text.split_once('-') {
            let (Ok(first), Ok(last)) = (first.parse(), last.parse()) else { return Vec::new() };
            return vec![Range { first, last, length: 0 }];
        }
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let Ok(address) = address.parse() else { return Vec::new() };
        let bits: u8 = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
        let length: u8 = length.map_or(bits, |length| length.parse().unwrap());
        match address {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(length.into()).unwrap_or(0);
                let first = u32::from(address) & !host;
                let [first, last] = [first, first | host].map(|bits| IpAddr::V4(Ipv4Addr::from(bits)));
                vec![Range { first, last, length }]
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(length.into()).unwrap_or(0);
                let first = u128::from(address) & !host;
                let [first, last] = [first, first | host].map(|bits| IpAddr::V6(Ipv6Addr::from(bits)));
                vec![Range { first, last, length }]
            }
        }
    }

    /// Returns whether an address is in the range.
    pub fn has(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }
}

/// Returns whether an address can belong to devices and services of a tailnet.
pub fn is_of_tailnet(address: IpAddr) -> bool {
    let site = Range::read("fd7a:115c:a1e0:b1a::/64");
    let own = [Range::read("100.64.0.0/10"), Range::read("fd7a:115c:a1e0::/48")].concat();
    own.iter().any(|range| range.has(address)) && !site.iter().any(|range| range.has(address))
}

/// Returns whether an address is public.
pub fn is_public(address: IpAddr) -> bool {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"];
    !private.iter().any(|prefix| Range::read(prefix).iter().any(|range| range.has(address)))
}
