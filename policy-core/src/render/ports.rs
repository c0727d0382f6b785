use crate::model::{PortRange, Protocol};

/// Protocols and ports, each said once: sorted, with what overlaps or touches made one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ports(Vec<(Option<Protocol>, PortRange)>);

impl Ports {
    /// All of these together. No protocol stands for the client's default set, as in a rule.
    ///
    /// ```
    /// use policy_core::model::{PortRange, Protocol};
    /// use policy_core::render::Ports;
    /// let tcp = |first, last| (Some(Protocol::TCP), PortRange { first, last });
    /// assert_eq!(Ports::new([tcp(443, 443), tcp(80, 81), tcp(82, 90), tcp(443, 443)]).to_string(), "tcp:80-90, tcp:443");
    /// assert_eq!(Ports::new([tcp(443, 443), (None, PortRange::ALL)]).to_string(), "*");
    /// ```
    pub fn new(ports: impl IntoIterator<Item = (Option<Protocol>, PortRange)>) -> Ports {
        let mut sorted: Vec<_> =
            ports.into_iter().map(|(protocol, range)| (protocol, all_of(protocol, range))).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(Option<Protocol>, PortRange)> = Vec::new();
        for (protocol, range) in sorted {
            match merged.last_mut() {
                Some((last_protocol, last))
                    if *last_protocol == protocol && range.first <= last.last.saturating_add(1) =>
                {
                    last.last = last.last.max(range.last);
                }
                _ => merged.push((protocol, range)),
            }
        }
        // What has no protocol sorts first, and may have what others say with one.
        let unnamed = merged.iter().take_while(|(protocol, _)| protocol.is_none()).count();
        let mut rest = merged.split_off(unnamed);
        rest.retain(|&(protocol, range)| {
            !merged.iter().any(|&(_, all)| protocol.is_some_and(|protocol| is_within(protocol, range, all)))
        });
        merged.append(&mut rest);
        Ports(merged)
    }

    /// Whether it is everything that a client lets through by default: `*`.
    pub fn are_all(&self) -> bool {
        matches!(self.0.as_slice(), [(None, range), ..] if range.is_all())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these have all of the others.
    pub fn contain(&self, others: &Ports) -> bool {
        others.0.iter().all(|&(protocol, range)| {
            self.0.iter().any(|&(own, all)| match (own, protocol) {
                (None, Some(protocol)) => is_within(protocol, range, all),
                _ => own == protocol && all.first <= range.first && range.last <= all.last,
            })
        })
    }

    /// Each protocol with a range of its ports.
    pub fn iter(&self) -> impl Iterator<Item = (Option<Protocol>, PortRange)> {
        self.0.iter().copied()
    }

    /// Each as a grant's `ip` has it: `tcp:443`, `443`, `*`.
    pub fn specs(&self) -> impl Iterator<Item = String> {
        self.iter().map(|(protocol, range)| match protocol {
            Some(protocol) => format!("{protocol}:{range}"),
            None => range.to_string(),
        })
    }
}

/// A protocol without ports goes through whatever its ports are.
fn all_of(protocol: Option<Protocol>, range: PortRange) -> PortRange {
    if protocol.is_none_or(Protocol::has_ports) { range } else { PortRange::ALL }
}

/// Whether ports of a protocol are among ports of the default protocols.
fn is_within(protocol: Protocol, range: PortRange, all: PortRange) -> bool {
    let defaults = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];
    defaults.contains(&protocol) && (!protocol.has_ports() || all.first <= range.first && range.last <= all.last)
}

impl std::fmt::Display for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.specs().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, PortSpec, Text};

    fn ports(words: &str) -> Ports {
        let words = words.split(", ").filter(|word| !word.is_empty());
        let spec = |word: &str| PortSpec::parse(&Text::escaped(word, Origin::default())).unwrap();
        Ports::new(words.map(spec).map(|spec| (spec.protocol, spec.ports)))
    }

    #[test]
    fn each_is_said_once() {
        for (written, said) in [
            ("", ""),
            ("tcp:22, tcp:443, tcp:22", "tcp:22, tcp:443"),
            ("443, tcp:443", "443"),
            ("tcp:443, 443, udp:443, icmp:*", "443"),
            ("tcp:1-65535, *", "*"),
            ("tcp:80, udp:80", "tcp:80, udp:80"),
            ("gre:*, *", "*, gre:*"),
            ("sctp:443, 443", "443, sctp:443"),
            ("80, 81, 83", "80-81, 83"),
            ("tcp:443-500, 450", "450, tcp:443-500"),
            ("65535, 65534", "65534-65535"),
        ] {
            assert_eq!(ports(written).to_string(), said, "{written}");
        }
    }

    #[test]
    fn what_is_within_is_contained() {
        for (all, some, expected) in [
            ("*", "tcp:443, udp:53, icmp:*", true),
            ("*", "gre:*", false),
            ("443", "tcp:443", true),
            ("tcp:443", "443", false),
            ("80-443", "443", true),
            ("tcp:80", "", true),
            ("", "tcp:80", false),
            ("443", "icmp:*", true),
        ] {
            assert_eq!(ports(all).contain(&ports(some)), expected, "{all} and {some}");
        }
        assert!(ports("*, gre:*").are_all());
        assert!(!ports("1-65535").are_all() && !ports("tcp:*").are_all());
    }
}
