use crate::json::Value;

use crate::diagnostic::{Code, Help, Problem};
use crate::model::{List, PortRange, Protocol, Selector, Until};
use crate::source::{Origin, Text};

/// An entry of `grants`.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// `src`
    pub src: List<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `ip`: protocols and ports.
    pub ip: List<PortSpec>,
    /// `app`: app capabilities. `None` if the field is absent.
    pub app: Option<App>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// `via`: the routers that may carry the traffic.
    pub via: List<Selector>,
    /// The end date.
    pub until: Option<Until>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

/// An item of a grant's `ip`, such as `tcp:443` or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSpec {
    /// As written.
    pub text: Text,
    /// The protocol. `None` for the client's default set: TCP, UDP, ICMP and ICMPv6.
    pub protocol: Option<Protocol>,
    /// The ports.
    pub ports: PortRange,
}

impl PortSpec {
    /// Reads `*`, `443`, `80-443`, `tcp:443`, `icmp:*` as Tailscale's `tailcfg.ParseProtoPortRanges` does.
    /// A bare number is a port. `grant-k22`
    ///
    /// # Errors
    /// If the protocol or the ports are invalid, with Tailscale's message. `grant-j7` `grant-k23`
    ///
    /// ```
    /// use policy_core::source::{Origin, Text};
    /// use policy_core::model::PortSpec;
    /// let parse = |word: &str| PortSpec::parse(&Text::verbatim(word, Origin::default(), 0));
    /// assert_eq!(parse("47:*").unwrap().to_string(), "gre:*");
    /// assert_eq!(parse("icmp").unwrap_err().help.as_deref(), Some("write `icmp:*`"));
    /// ```
    pub fn parse(text: &Text) -> Result<PortSpec, Problem> {
        let spec = |protocol, ports| Ok(PortSpec { text: text.clone(), protocol, ports });
        if text.is_empty() {
            return Err(Problem::word(Code::InvalidPorts, "a port is missing")
                .help("write a port, a protocol and a port as `tcp:443`, or `*`"));
        }
        let Some((protocol, ports)) = text.rsplit_once(':') else {
            return match text.parse::<PortRange>() {
                Ok(ports) => spec(None, ports),
                Err(problem)
                    if text.parse::<Protocol>().is_ok_and(|_| text.starts_with(|c: char| c.is_alphabetic())) =>
                {
                    let named = Problem::word(Code::InvalidPorts, format!("`{text}` is a protocol without ports"));
                    Err(Problem { tailscale: problem.tailscale, ..named.help(Help::write(format!("{text}:*"))) })
                }
                Err(problem) => Err(problem),
            };
        };
        let split = protocol.len();
        if protocol.contains(',') {
            return Err(Problem::word(Code::InvalidProtocol, format!("`{protocol}` names more than one protocol"))
                .part(0..split)
                .help("write an item for each, such as `\"tcp:53\", \"udp:53\"`")
                .tailscale("host cannot contain a comma (\",\")"));
        }
        let ports = ports.parse::<PortRange>().map_err(|problem| {
            let list = ports.contains(',');
            let items = || ports.split(',').map(|item| format!("`{protocol}:{}`", item.trim())).collect::<Vec<_>>();
            problem.help_if(list.then(|| format!("write {}", items().join(", ")))).within(split + 1..text.len())
        })?;
        match protocol {
            "" => Err(Problem::word(Code::InvalidProtocol, "there is no protocol before the colon")
                .help(format!("write `{ports}` for any protocol"))),
            "*" => spec(None, ports),
            _ => {
                // Tailscale's own parser accepts leading zeros.
                let digits = protocol.trim_start_matches('0');
                if digits.len() < protocol.len()
                    && digits.starts_with(|first: char| first.is_ascii_digit())
                    && let Ok(protocol) = digits.parse::<Protocol>()
                {
                    return spec(Some(protocol), ports);
                }
                let read = protocol.parse::<Protocol>().map_err(|problem| {
                    // Tailscale reads an item of `ip` in lower case, and quotes it in lower case.
                    let lower = protocol.to_ascii_lowercase().parse::<Protocol>().err();
                    Problem { tailscale: lower.and_then(|lower| lower.tailscale), ..problem }.within(0..split)
                })?;
                spec(Some(read), ports)
            }
        }
    }

    /// Returns whether it is `*` or `*:*`.
    pub fn is_all(&self) -> bool {
        self.protocol.is_none() && self.ports.is_all()
    }
}

impl std::fmt::Display for PortSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.protocol {
            Some(protocol) => write!(f, "{protocol}:{}", self.ports),
            None => self.ports.fmt(f),
        }
    }
}

/// The `app` of a grant or a node attribute.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct App {
    /// Its members, in order.
    pub capabilities: Vec<Capability>,
    /// The whole object.
    pub origin: Origin,
    /// True if something in it could not be read.
    pub incomplete: bool,
}

impl App {
    /// Returns whether the field is absent or empty. An object that could not be read does not
    /// count as empty.
    pub fn is_absent_or_empty(&self) -> bool {
        self.capabilities.is_empty() && !self.incomplete
    }
}

/// A member of `app`: a capability and its values.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Capability {
    /// The name, such as `tailscale.com/cap/drive`.
    pub name: Text,
    /// The values with their places. Tailscale does not interpret them.
    pub values: Vec<(Value, Places)>,
    /// The selectors among the values: `connectors` of app connectors, `recorder` of the Kubernetes operator.
    pub references: Vec<Selector>,
    /// Name and values.
    pub origin: Origin,
}

/// The places of a JSON value and its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Places {
    /// The whole value.
    pub origin: Origin,
    /// The elements of a list, or the members of an object with their names, in the order of the
    /// text.
    pub parts: Vec<(Option<Text>, Places)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(word: &str) -> Result<PortSpec, Problem> {
        PortSpec::parse(&Text::verbatim(word, Origin::default(), 0))
    }

    #[test]
    fn specs_are_printed_in_their_shortest_form() {
        for (text, printed) in [
            ("*", "*"),
            ("*:*", "*"),
            ("*:443", "443"),
            ("443", "443"),
            ("80-443", "80-443"),
            ("TCP:443", "tcp:443"),
            ("47", "47"),
            ("47:*", "gre:*"),
            ("006:443", "tcp:443"),
            ("icmpv6:*", "ipv6-icmp:*"),
        ] {
            assert_eq!(parse(text).map(|spec| spec.to_string()), Ok(printed.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_tailscale_refuses_is_refused_with_its_words() {
        for (text, part, message) in [
            ("icmp", None, r#"port range "icmp": invalid first integer"#),
            ("tcp:0", Some(4..5), r#"port range "0": first port must be >0, or use '*' for wildcard"#),
            ("22,80", Some(0..5), r#"port range "22,80": invalid first integer"#),
            ("tcp:", Some(4..4), r#"invalid port list: """#),
            ("tpc:80", Some(0..3), r#"proto name "tpc" not known; use protocol number 0-255"#),
            ("TPC:80", Some(0..3), r#"proto name "tpc" not known; use protocol number 0-255"#),
            ("a:b:80", Some(0..3), r#"proto name "a:b" not known; use protocol number 0-255"#),
            ("tcp,udp:53", Some(0..7), r#"host cannot contain a comma (",")"#),
        ] {
            let problem = parse(text).unwrap_err();
            assert_eq!((problem.origin, problem.tailscale.as_deref()), (part, Some(message)), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_refused() {
        for text in ["", ":80"] {
            assert_eq!(parse(text).unwrap_err().tailscale, None, "{text}");
        }
    }

    #[test]
    fn a_list_of_ports_becomes_a_list_of_items() {
        assert_eq!(parse("tcp:22, 80").unwrap_err().help.as_deref(), Some("write `tcp:22`, `tcp:80`"));
        assert_eq!(parse("22,80").unwrap_err().help.as_deref(), Some("write `22`, `80`"));
    }
}
