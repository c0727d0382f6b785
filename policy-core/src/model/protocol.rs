use std::str::FromStr;

use crate::diagnostic::{Code, Help, Problem, go_quote, suggestion};

/// An IP protocol by its number.
///
/// ```
/// use policy_core::model::Protocol;
/// assert_eq!("TCP".parse::<Protocol>().unwrap(), Protocol::TCP);
/// assert_eq!("47".parse::<Protocol>().unwrap().to_string(), "gre");
/// assert_eq!("tpc".parse::<Protocol>().unwrap_err().help.as_deref(), Some("did you mean `tcp`?"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

/// The names that Tailscale's `types/ipproto` reads. It prints the first of several names.
const NAMES: &[(&str, Protocol)] = &[
    ("icmp", Protocol::ICMP),
    ("icmpv4", Protocol::ICMP),
    ("igmp", Protocol(2)),
    ("ipv4", Protocol(4)),
    ("ip-in-ip", Protocol(4)),
    ("tcp", Protocol::TCP),
    ("egp", Protocol(8)),
    ("igp", Protocol(9)),
    ("udp", Protocol::UDP),
    ("dccp", Protocol(33)),
    ("gre", Protocol(47)),
    ("esp", Protocol(50)),
    ("ah", Protocol(51)),
    ("ipv6-icmp", Protocol::ICMPV6),
    ("icmpv6", Protocol::ICMPV6),
    ("tsmp", Protocol::TSMP),
    ("sctp", Protocol::SCTP),
];

impl Protocol {
    /// ICMP: ping and errors of IPv4.
    pub const ICMP: Protocol = Protocol(1);
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// ICMPv6: ping and errors of IPv6.
    pub const ICMPV6: Protocol = Protocol(58);
    /// Tailscale's own protocol.
    pub const TSMP: Protocol = Protocol(99);
    /// SCTP.
    pub const SCTP: Protocol = Protocol(132);

    /// The protocols of a rule without a protocol.
    pub const DEFAULTS: [Protocol; 4] = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];

    /// Returns every name that can be read, with its protocol.
    pub fn names() -> impl Iterator<Item = (&'static str, Protocol)> {
        NAMES.iter().copied()
    }

    /// Returns the name, if Tailscale has one.
    pub fn name(self) -> Option<&'static str> {
        // Tailscale reads `tsmp`, its own protocol, but never prints it.
        NAMES.iter().find(|&&(name, protocol)| protocol == self && name != "tsmp").map(|&(name, _)| name)
    }

    /// Returns whether it has ports that a rule may name.
    pub const fn has_ports(self) -> bool {
        matches!(self, Protocol::TCP | Protocol::UDP | Protocol::SCTP)
    }
}

impl FromStr for Protocol {
    type Err = Problem;

    /// Reads a name in any case, or a number from 1 to 255.
    ///
    /// # Errors
    /// If there is no such protocol, and for 0 and leading zeros, which some readers of policies
    /// refuse.
    fn from_str(text: &str) -> Result<Protocol, Problem> {
        let name = text.to_ascii_lowercase();
        if let Some(&(_, protocol)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Ok(protocol);
        }
        let problem = |message: String| Problem::word(Code::InvalidProtocol, message);
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_digit()) {
            let help = match suggestion::nearest(&name, NAMES.iter().map(|(known, _)| *known)) {
                Some(known) => Help::did_you_mean(known),
                None => Help::from("write `tcp`, `udp`, `icmp` or another protocol's name or number"),
            };
            return Err(problem(format!("unknown protocol `{text}`"))
                .help(help)
                .tailscale(format!("proto name {} not known; use protocol number 0-255", go_quote(text))));
        }
        match name.parse::<u8>() {
            Ok(0) => Err(problem("`0` is not a protocol that a rule can name".to_owned())
                .help("leave the protocol out for TCP, UDP and ICMP together")),
            Ok(number) if name.starts_with('0') => {
                Err(problem(format!("`{text}` has a leading zero")).help(Help::write(number)))
            }
            Ok(number) => Ok(Protocol(number)),
            Err(_) => Err(problem(format!("protocol `{text}` is out of range: the highest number is 255"))
                .tailscale(format!("proto name {} not known; use protocol number 0-255", go_quote(text)))),
        }
    }
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_and_names_are_printed() {
        for (text, printed) in [
            ("icmpv4", "icmp"),
            ("ICMPv6", "ipv6-icmp"),
            ("ip-in-ip", "ipv4"),
            ("6", "tcp"),
            ("99", "99"),
            ("255", "255"),
        ] {
            assert_eq!(text.parse::<Protocol>().map(|p| p.to_string()), Ok(printed.to_owned()));
        }
    }

    #[test]
    fn what_is_no_protocol_is_refused() {
        for bad in ["", "*", "fc", "0", "06", "256", "-6", "6 ", "99999999999999999999"] {
            assert!(bad.parse::<Protocol>().is_err(), "{bad}");
        }
    }
}
