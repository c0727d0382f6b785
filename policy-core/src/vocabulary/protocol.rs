//! The protocols that have names. Other protocols are written by number, such as `47:*`.

use crate::model::Protocol;
use crate::vocabulary::values;

values! { Protocol:
    /// TCP, protocol 6: `tcp:443`.
    tcp = Protocol::TCP;
    /// UDP, protocol 17: `udp:53`.
    udp = Protocol::UDP;
    /// SCTP, protocol 132. The only protocol with ports besides TCP and UDP.
    sctp = Protocol::SCTP;
    /// ICMP, protocol 1: ping and errors of IPv4, but not of IPv6. Without ports: `icmp:*`. A rule
    /// without a protocol allows it as well as TCP and UDP.
    icmp = Protocol::ICMP;
    /// Another name of `icmp`.
    icmpv4 = Protocol::ICMP;
    /// Another name of `ipv6-icmp`.
    icmpv6 = Protocol::ICMPV6;
    /// IGMP, protocol 2: membership of IPv4 multicast groups. Without ports: `igmp:*`.
    igmp = Protocol(2);
    /// IPv4 within IP, protocol 4: tunnels. Without ports: `ipv4:*`.
    ipv4 = Protocol(4);
    /// EGP, protocol 8: a historic routing protocol. Without ports: `egp:*`.
    egp = Protocol(8);
    /// IGP, protocol 9: a number for private routing protocols. Without ports: `igp:*`.
    igp = Protocol(9);
    /// DCCP, protocol 33. A rule cannot name its ports: `dccp:*`.
    dccp = Protocol(33);
    /// GRE, protocol 47: tunnels. Without ports: `gre:*`.
    gre = Protocol(47);
    /// ESP, protocol 50: encrypted packets of IPsec. Without ports: `esp:*`.
    esp = Protocol(50);
    /// AH, protocol 51: authenticated packets of IPsec. Without ports: `ah:*`.
    ah = Protocol(51);
}

/// `ipv6-…`
pub mod ipv6 {
    use crate::model::Protocol;
    use crate::vocabulary::values;

    values! { Protocol:
        /// ICMP of IPv6, protocol 58: ping and errors. Without ports: `ipv6-icmp:*`. A rule without a
        /// protocol allows it as well as TCP and UDP.
        icmp = Protocol::ICMPV6;
    }
}
