use std::net::IpAddr;

/// A block of addresses, as `10.0.0.0/8`. The address keeps the bits that it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefix {
    /// The address before the slash.
    pub address: IpAddr,
    /// How many leading bits count: up to 32, or 128.
    pub length: u8,
}

/// Addresses of one family from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressRange {
    /// The lowest address.
    pub first: IpAddr,
    /// The highest address.
    pub last: IpAddr,
}
