use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::diagnostic::{Code, Help, Problem};
use crate::source::Text;

/// A block of addresses, such as `10.0.0.0/8`. The address keeps all its bits as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    /// The address before the slash.
    pub address: IpAddr,
    /// The number of leading bits that count: up to 32 or 128.
    pub length: u8,
}

impl Prefix {
    /// Every IPv4 address.
    pub const ALL_IPV4: Prefix = Prefix { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), length: 0 };
    /// Every IPv6 address.
    pub const ALL_IPV6: Prefix = Prefix { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), length: 0 };

    /// Returns the same block, with its first address.
    pub fn masked(self) -> Prefix {
        Prefix { address: self.range().first, length: self.length }
    }

    /// Returns whether bits beyond the length are set.
    pub fn has_host_bits(self) -> bool {
        self.masked() != self
    }

    /// Returns its addresses.
    pub fn range(self) -> AddressRange {
        match self.address {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(self.length.into()).unwrap_or(0);
                let bits = u32::from(address);
                AddressRange {
                    first: IpAddr::V4(Ipv4Addr::from(bits & !host)),
                    last: IpAddr::V4(Ipv4Addr::from(bits | host)),
                }
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(self.length.into()).unwrap_or(0);
                let bits = u128::from(address);
                AddressRange {
                    first: IpAddr::V6(Ipv6Addr::from(bits & !host)),
                    last: IpAddr::V6(Ipv6Addr::from(bits | host)),
                }
            }
        }
    }

    /// Returns whether all of `other` is inside it.
    pub fn contains(self, other: Prefix) -> bool {
        let (outer, inner) = (self.range(), other.range());
        family_bits(self.address) == family_bits(other.address)
            && outer.first <= inner.first
            && inner.last <= outer.last
    }

    /// Returns whether the two blocks have an address in common.
    pub fn overlaps(self, other: Prefix) -> bool {
        self.contains(other) || other.contains(self)
    }
}

impl FromStr for Prefix {
    type Err = Problem;

    /// Reads a prefix as Go's `netip.ParsePrefix` does: the length is a decimal number without sign
    /// or leading zeros, and bits beyond the length may be set.
    ///
    /// # Errors
    /// If either side of the slash is invalid.
    ///
    /// ```
    /// use policy_core::model::Prefix;
    /// assert_eq!("10.1.2.3/8".parse::<Prefix>().unwrap().masked().to_string(), "10.0.0.0/8");
    /// assert_eq!("10.0.0.0/33".parse::<Prefix>().unwrap_err().message, "`/33` is too long: an IPv4 prefix has at most 32 bits");
    /// ```
    fn from_str(text: &str) -> Result<Prefix, Problem> {
        let Some((address_text, length_text)) = text.rsplit_once('/') else {
            return Err(Problem::word(Code::InvalidAddress, format!("`{text}` is not a prefix: it has no `/`")));
        };
        let address = parse_address(address_text).map_err(|problem| problem.within(0..address_text.len()))?;
        let slash = address_text.len()..text.len();
        let invalid = |message: String| Problem::word(Code::InvalidAddress, message).part(slash.clone());
        let decimal = !length_text.is_empty() && length_text.bytes().all(|b| b.is_ascii_digit());
        if !decimal || (length_text.len() > 1 && length_text.starts_with('0')) {
            return Err(invalid(format!("`/{length_text}` is not a valid prefix length"))
                .help("write the number of leading bits, as in `10.0.0.0/8`"));
        }
        let bits = family_bits(address);
        match length_text.parse::<u8>() {
            Ok(length) if length <= bits => Ok(Prefix { address, length }),
            _ => {
                let family = if bits == 32 { "an IPv4" } else { "an IPv6" };
                Err(invalid(format!("`/{length_text}` is too long: {family} prefix has at most {bits} bits")))
            }
        }
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

/// A prefix with its text and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// As written.
    pub text: Text,
    /// The value.
    pub prefix: Prefix,
}

impl Network {
    /// Reads a prefix. See [`Prefix`].
    ///
    /// # Errors
    /// As for [`Prefix`]. For a single address, the help is the prefix to write.
    pub fn parse(text: &Text) -> Result<Network, Problem> {
        match text.parse::<Prefix>() {
            Ok(prefix) => Ok(Network { text: text.clone(), prefix }),
            Err(problem) => Err(match parse_address(text) {
                Ok(address) => problem.help(Help::write(format!("{address}/{}", family_bits(address)))),
                Err(_) => problem,
            }),
        }
    }

    /// Reads a prefix, or a single address as a prefix with only this address.
    ///
    /// # Errors
    /// As [`Network::parse`].
    pub fn parse_with_addresses(text: &Text) -> Result<Network, Problem> {
        match parse_address(text) {
            Ok(address) => Ok(Network { text: text.clone(), prefix: Prefix { address, length: family_bits(address) } }),
            Err(_) => Network::parse(text),
        }
    }

    /// Returns whether it is written as an address, without a length.
    pub fn is_bare_address(&self) -> bool {
        !self.text.contains('/')
    }

    /// Returns whether it is `0.0.0.0/0` or `::/0`. A device that advertises one of them is an exit
    /// node.
    pub fn is_exit_route(&self) -> bool {
        self.prefix.length == 0
    }
}

/// Addresses of one family from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressRange {
    /// The lowest address.
    pub first: IpAddr,
    /// The highest address.
    pub last: IpAddr,
}

impl AddressRange {
    /// Returns whether all of `other` is inside it.
    pub fn contains(self, other: AddressRange) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl FromStr for AddressRange {
    type Err = Problem;

    /// Reads a range in the form of IP sets: `192.0.2.4-192.0.2.12`.
    ///
    /// # Errors
    /// If either end is invalid, or the two do not form a range.
    fn from_str(text: &str) -> Result<AddressRange, Problem> {
        let Some((first_text, last_text)) = text.split_once('-') else {
            return Err(Problem::word(Code::InvalidAddress, format!("`{text}` is not a range: it has no `-`")));
        };
        let first = parse_address(first_text).map_err(|problem| problem.within(0..first_text.len()))?;
        let last = parse_address(last_text).map_err(|problem| problem.within(first_text.len() + 1..text.len()))?;
        if first.is_ipv4() != last.is_ipv4() {
            return Err(Problem::word(
                Code::InvalidAddress,
                format!("`{text}` goes from one address family to the other"),
            ));
        }
        if first > last {
            return Err(Problem::word(Code::InvalidAddress, format!("`{text}` ends before it begins"))
                .help(Help::write(format!("{last_text}-{first_text}"))));
        }
        Ok(AddressRange { first, last })
    }
}

impl AddressRange {
    /// Returns the fewest prefixes that have exactly these addresses, in order.
    ///
    /// ```
    /// use policy_core::model::AddressRange;
    /// let range = "10.0.0.1-10.0.0.7".parse::<AddressRange>().unwrap();
    /// let prefixes: Vec<_> = range.prefixes().map(|prefix| prefix.to_string()).collect();
    /// assert_eq!(prefixes, ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30"]);
    /// ```
    pub fn prefixes(self) -> impl Iterator<Item = Prefix> {
        let (width, last) = match self.last {
            IpAddr::V4(last) => (32, u128::from(u32::from(last))),
            IpAddr::V6(last) => (128, u128::from(last)),
        };
        let mut next = Some(match self.first {
            IpAddr::V4(first) => u128::from(u32::from(first)),
            IpAddr::V6(first) => u128::from(first),
        });
        std::iter::from_fn(move || {
            let first = next.filter(|first| *first <= last)?;
            // As large as the alignment of its start and the end of the range allow.
            let fits = |bits: &u32| first.checked_add(ones(*bits)).is_some_and(|end| end <= last);
            let aligned = first.trailing_zeros().min(width);
            let bits = (0..=aligned).rev().find(fits).unwrap_or(0);
            next = first.checked_add(ones(bits)).and_then(|end| end.checked_add(1));
            let address = match u32::try_from(first) {
                Ok(first) if width == 32 => IpAddr::V4(first.into()),
                _ => IpAddr::V6(first.into()),
            };
            Some(Prefix { address, length: u8::try_from(width - bits).unwrap_or(u8::MAX) })
        })
    }
}

/// Returns the number with `bits` ones in binary.
fn ones(bits: u32) -> u128 {
    u128::MAX.checked_shr(128 - bits.min(128)).unwrap_or(0)
}

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// Reads an address as Go's `netip.ParseAddr` does, but without zones, which have no meaning in a
/// policy.
///
/// # Errors
/// If the text is not an address.
pub fn parse_address(text: &str) -> Result<IpAddr, Problem> {
    text.parse().map_err(|_| {
        let problem = Problem::word(Code::InvalidAddress, format!("`{text}` is not a valid IP address"));
        let is_address = |text: &&str| text.parse::<IpAddr>().is_ok();
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(is_address);
        let before = text.split_once('%').map(|(before, _)| before).filter(is_address);
        match (without_leading_zeros(text), inner, before) {
            (Some(address), ..) => problem.help(Help::write(address).and(", without leading zeros")),
            (_, Some(inner), _) => problem.help(Help::write(inner).and(", without the brackets")),
            (.., Some(before)) => problem.help(Help::write(before).and(", without the zone")),
            _ => {
                problem.help("write four numbers up to 255, such as `100.64.0.1`, or IPv6, such as `fd7a:115c:a1e0::1`")
            }
        }
    })
}

/// Returns the address that `10.01.2.3` probably means. Leading zeros are refused, because some
/// programs read such numbers as octal.
fn without_leading_zeros(text: &str) -> Option<Ipv4Addr> {
    let octets: Vec<&str> = text.split('.').collect();
    let trimmed: Vec<&str> = octets
        .iter()
        .map(|octet| match octet.trim_start_matches('0') {
            "" if !octet.is_empty() => "0",
            trimmed => trimmed,
        })
        .collect();
    trimmed.join(".").parse().ok()
}

/// Returns the length of an address in bits: 32 or 128.
fn family_bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_read_as_go_reads_it() {
        for good in ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "::/0", "fd7a:115c:a1e0::/48", "::ffff:10.0.0.1/128"] {
            assert_eq!(good.parse::<Prefix>().map(|p| p.to_string()), Ok(good.to_owned()));
        }
        for bad in
            ["10.0.0.0", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/33", "::/129", "10.0.0/8", "010.0.0.0/8"]
        {
            assert!(bad.parse::<Prefix>().is_err(), "{bad}");
        }
    }

    #[test]
    fn masking_clears_the_bits_beyond_the_length() {
        for (text, masked) in [("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3/0", "0.0.0.0/0"), ("fd00::1/64", "fd00::/64")] {
            let prefix = text.parse::<Prefix>().unwrap();
            assert_eq!(prefix.masked().to_string(), masked);
            assert!(prefix.has_host_bits());
            assert!(!prefix.masked().has_host_bits());
        }
        assert!(!"10.1.2.3/32".parse::<Prefix>().unwrap().has_host_bits());
    }

    #[test]
    fn a_prefix_contains_what_is_inside_and_of_its_family() {
        let contains = |a: &str, b: &str| a.parse::<Prefix>().unwrap().contains(b.parse::<Prefix>().unwrap());
        assert!(contains("10.0.0.0/8", "10.33.0.0/16"));
        assert!(contains("0.0.0.0/0", "10.33.0.0/16"));
        assert!(!contains("10.33.0.0/16", "10.0.0.0/8"));
        assert!(!contains("::/0", "10.0.0.0/8"));
    }

    #[test]
    fn leading_zeros_are_explained() {
        assert_eq!(
            parse_address("10.01.2.3").unwrap_err().help.as_deref(),
            Some("write `10.1.2.3`, without leading zeros")
        );
    }

    #[test]
    fn a_range_has_one_family_and_a_direction() {
        assert_eq!("192.0.2.4-192.0.2.12".parse::<AddressRange>().unwrap().to_string(), "192.0.2.4-192.0.2.12");
        let message = |text: &str| text.parse::<AddressRange>().unwrap_err().message;
        assert_eq!(message("192.0.2.4-::1"), "`192.0.2.4-::1` goes from one address family to the other");
        assert_eq!(message("192.0.2.9-192.0.2.4"), "`192.0.2.9-192.0.2.4` ends before it begins");
    }
}
