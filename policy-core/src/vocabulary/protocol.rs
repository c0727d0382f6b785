//! The protocols that have names. Other protocols are written by number, such as `47:*`.

use crate::model::Protocol;

/// TCP, protocol 6: `tcp:443`.
pub const tcp: Protocol = Protocol::TCP;

/// UDP, protocol 17: `udp:53`.
pub const udp: Protocol = Protocol::UDP;

/// SCTP, protocol 132. The only protocol with ports besides TCP and UDP.
pub const sctp: Protocol = Protocol::SCTP;

/// ICMP, protocol 1: ping and errors of IPv4, but not of IPv6. Without ports: `icmp:*`. A rule
/// without a protocol allows it as well as TCP and UDP.
pub const icmp: Protocol = Protocol::ICMP;

/// Another name of `icmp`.
pub const icmpv4: Protocol = Protocol::ICMP;

/// Another name of `ipv6-icmp`.
pub const icmpv6: Protocol = Protocol::ICMPV6;

/// IGMP, protocol 2: membership of IPv4 multicast groups. Without ports: `igmp:*`.
pub const igmp: Protocol = Protocol(2);

/// IPv4 within IP, protocol 4: tunnels. Without ports: `ipv4:*`.
pub const ipv4: Protocol = Protocol(4);

/// EGP, protocol 8: a historic routing protocol. Without ports: `egp:*`.
pub const egp: Protocol = Protocol(8);

/// IGP, protocol 9: a number for private routing protocols. Without ports: `igp:*`.
pub const igp: Protocol = Protocol(9);

/// DCCP, protocol 33. A rule cannot name its ports: `dccp:*`.
pub const dccp: Protocol = Protocol(33);

/// GRE, protocol 47: tunnels. Without ports: `gre:*`.
pub const gre: Protocol = Protocol(47);

/// ESP, protocol 50: encrypted packets of IPsec. Without ports: `esp:*`.
pub const esp: Protocol = Protocol(50);

/// AH, protocol 51: authenticated packets of IPsec. Without ports: `ah:*`.
pub const ah: Protocol = Protocol(51);

/// `ipv6-…`
pub mod ipv6 {
    use crate::model::Protocol;

    /// ICMP of IPv6, protocol 58: ping and errors. Without ports: `ipv6-icmp:*`. A rule without a
    /// protocol allows it as well as TCP and UDP.
    pub const icmp: Protocol = Protocol::ICMPV6;
}
