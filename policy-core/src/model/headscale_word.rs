//! The words of a policy as headscale reads them.
//!
//! The forms are those of headscale's `hscontrol/policy/v2`, tried in the same order: every word
//! with an `@` is a user, and a word without a colon that matches no other form is a host.

use std::net::Ipv6Addr;

use crate::diagnostic::{Code, HeadscaleStage, Help, Problem, go_quote, suggestion};
use crate::model::service::service_port;
use crate::model::{
    Autogroup, Destination, HostAddress, PortRange, PortSpec, Prefix, Protocol, Selector, SelectorKind, Target,
    parse_address,
};
use crate::source::Text;

/// headscale's autogroups, in the order in which it lists them.
pub const AUTOGROUPS: &[Autogroup] = &[
    Autogroup::Internet,
    Autogroup::Member,
    Autogroup::Nonroot,
    Autogroup::Tagged,
    Autogroup::SelfDevices,
    Autogroup::DangerAll,
];

/// The protocols that headscale knows by name. It stores the first of several names.
const PROTOCOLS: &[(&str, Protocol)] = &[
    ("icmp", Protocol::ICMP),
    ("igmp", Protocol(2)),
    ("ipv4", Protocol(4)),
    ("ip-in-ip", Protocol(4)),
    ("tcp", Protocol::TCP),
    ("egp", Protocol(8)),
    ("igp", Protocol(9)),
    ("udp", Protocol::UDP),
    ("gre", Protocol(47)),
    ("esp", Protocol(50)),
    ("ah", Protocol(51)),
    ("ipv6-icmp", Protocol::ICMPV6),
    ("sctp", Protocol::SCTP),
    ("fc", Protocol(133)),
];

/// Features of Tailscale's policies that headscale does not have, by the prefix of their names.
const ABSENT_KINDS: &[(&str, &str, &str)] = &[
    ("svc:", "services", "write the tag of the machines, such as `tag:web`"),
    ("ipset:", "IP sets", "write the prefixes in place of the set, or declare each under `hosts`"),
    ("posture:", "device postures", "leave it out"),
];

/// Makes an error in a word that headscale finds while reading.
fn problem(code: Code, message: impl Into<String>, answer: impl Into<String>) -> Problem {
    Problem::word(code, message).headscale(HeadscaleStage::Reading, answer)
}

impl SelectorKind {
    /// Returns the kind of selector that a word is in headscale.
    ///
    /// ```
    /// use policy_core::model::SelectorKind;
    /// assert_eq!(SelectorKind::in_headscale("alice@"), SelectorKind::User);
    /// assert_eq!(SelectorKind::in_headscale("group:eng@example.com"), SelectorKind::User);
    /// assert_eq!(SelectorKind::in_headscale("ipset:prod"), SelectorKind::Unknown);
    /// ```
    pub fn in_headscale(word: &str) -> SelectorKind {
        match host_address(word) {
            Some(HostAddress::Address(address)) => return SelectorKind::Address(address),
            Some(HostAddress::Prefix(prefix)) => return SelectorKind::Prefix(prefix),
            None => {}
        }
        match word {
            "*" => SelectorKind::Wildcard,
            _ if word.contains('@') => SelectorKind::User,
            _ if word.starts_with("group:") => SelectorKind::Group,
            _ if word.starts_with("tag:") => SelectorKind::Tag,
            _ if word.starts_with("autogroup:") => {
                // Only Tailscale accepts `autogroup:members`.
                SelectorKind::Autogroup(Autogroup::ALL.iter().copied().find(|autogroup| autogroup.name() == word))
            }
            _ if word.contains(':') => SelectorKind::Unknown,
            _ => SelectorKind::Host,
        }
    }
}

impl Selector {
    /// Reads a word as headscale does. headscale removes the spaces around it.
    pub fn in_headscale(text: Text) -> Selector {
        let start = text.len() - text.trim_start().len();
        let length = text.trim().len();
        let text = if length == text.len() { text } else { text.slice(start..start + length) };
        let kind = SelectorKind::in_headscale(&text);
        Selector { text, kind }
    }
}

/// Reads an address or a prefix. Zones and bits beyond the length are ignored.
pub fn host_address(word: &str) -> Option<HostAddress> {
    if word.contains('/') {
        return word.parse::<Prefix>().ok().map(HostAddress::Prefix);
    }
    let address = match word.split_once('%') {
        Some((address, zone)) if !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok() => address,
        _ => word,
    };
    address.parse().ok().map(HostAddress::Address)
}

/// Reads a selector.
///
/// # Errors
/// If the text is not a selector.
pub fn selector(text: &Text) -> Result<Selector, Problem> {
    let selector = Selector::in_headscale(text.clone());
    if selector.kind != SelectorKind::Unknown {
        return Ok(selector);
    }
    let word = selector.text.as_str();
    let answer = format!("invalid alias format: {}", go_quote(word));
    if let Some((_, what, help)) = ABSENT_KINDS.iter().find(|(prefix, ..)| word.starts_with(prefix)) {
        return Err(problem(Code::NotInHeadscale, format!("headscale has no {what}"), answer).help(*help));
    }
    let invalid = problem(Code::InvalidSelector, format!("`{word}` is not a valid selector"), answer);
    let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
    Err(match (word.strip_prefix("host:"), bare, word.split_once(':')) {
        (Some(host), ..) => invalid.help(Help::write(host).and(": hosts have no prefix")),
        (_, Some(address), _) => invalid.help(Help::write(address).and(", without the brackets")),
        (.., Some((prefix, name))) => {
            invalid.help_if(suggestion::nearest(prefix, ["group", "tag", "autogroup"]).map_or_else(
                || Some(Help::from("write a user, a group, a tag, an autogroup, a host, an address or a prefix")),
                |near| Some(Help::did_you_mean(format!("{near}:{name}"))),
            ))
        }
        _ => invalid,
    })
}

/// Checks that headscale can read a tag: `tag:` must be followed by a letter.
///
/// # Errors
/// If it cannot. `place` is the place that headscale's message names.
pub fn check_tag(tag: &str, place: &str) -> Result<(), Problem> {
    let Some(name) = tag.strip_prefix("tag:") else {
        let answer = format!("tag must start with 'tag:', got: {}", go_quote(tag));
        let invalid = problem(Code::InvalidName, format!("`{tag}` does not start with `tag:`"), answer);
        let bare = tag.rsplit(':').next().filter(|name| name.starts_with(|letter: char| letter.is_ascii_alphabetic()));
        return Err(invalid.help_if(bare.map(|name| Help::write(format!("tag:{name}")))));
    };
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return Ok(());
    }
    let message = match name.chars().next() {
        Some(first) => format!("a tag's name starts with an ASCII letter, not with `{first}`"),
        None => "a tag's name is missing".to_owned(),
    };
    let answer = format!("tagOwners[{}]: tag names must start with a letter, after 'tag:'", go_quote(place));
    Err(problem(Code::InvalidName, message, answer).help("write a name such as `tag:web`"))
}

/// Reads a destination of an ACL or a target of a test. `index` is its place in its list.
///
/// # Errors
/// If it has no ports or no valid selector.
pub fn destination(text: &Text, index: usize) -> Result<Destination, Problem> {
    let (host, ports_start) = split_destination(text)?;
    let ports = text.get(ports_start..).unwrap_or_default();
    let part = ports_start..text.len();
    let ports = parse_ports(ports).map_err(|error| {
        let place = format!("dst={}: ", go_quote(text));
        let error = error.headscale_prefix(&place);
        // The text is only a prefix and a name, so the ports are missing and not wrong.
        let name = text.get(..ports_start.saturating_sub(1)).unwrap_or_default();
        if ["tag", "group", "autogroup"].contains(&name) && !ports.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("`{text}` has no ports");
            let help = Help::write(format!("{text}:*")).or(", or the ports instead of `*`");
            return Problem { message, help: Some(help), origin: None, ..error };
        }
        error.within(part.clone())
    })?;
    // Spaces are kept here.
    let kind = SelectorKind::in_headscale(&host);
    let selector = Selector { text: host, kind };
    if kind == SelectorKind::Unknown {
        return Err(self::selector(&selector.text).map_or_else(|error| error, |_| unknown(&selector.text)));
    }
    match kind {
        SelectorKind::Tag => check_tag(&selector.text, &index.to_string())?,
        SelectorKind::Autogroup(autogroup) => known_autogroup(&selector.text, autogroup)?,
        _ => {}
    }
    Ok(Destination { text: text.clone(), host: selector, ports, ports_origin: text.part(part) })
}

fn unknown(word: &str) -> Problem {
    let answer = format!("invalid alias format: {}", go_quote(word));
    problem(Code::InvalidSelector, format!("`{word}` is not a valid selector"), answer)
}

/// Reads a target of an entry of `tests`: a destination with one port.
///
/// # Errors
/// If it is not one host and one port.
pub fn target(text: &Text) -> Result<Target, Problem> {
    let read = destination(text, 0)?;
    let [PortRange { first, last }] = read.ports.as_slice() else {
        return Err(several_ports(&read));
    };
    if read.host.kind == SelectorKind::Autogroup(Some(Autogroup::Internet)) {
        return Err(problem(
            Code::MisplacedSelector,
            "`autogroup:internet` cannot be the target of a test",
            "autogroup:internet not valid as a test destination",
        )
        .help("write an address of the internet, such as `192.0.2.1`"));
    }
    if first != last {
        return Err(several_ports(&read));
    }
    if matches!(read.host.kind, SelectorKind::Prefix(_)) {
        let message = format!("a test probes one machine, and `{}` is a prefix", read.host.text);
        let answer = "test destination must be a single host, not a CIDR range";
        return Err(problem(Code::InvalidTest, message, answer).help("write one address in it"));
    }
    Ok(Target { host: read.host, port: *first, port_origin: read.ports_origin, text: text.clone() })
}

fn several_ports(target: &Destination) -> Problem {
    let (host, ports) = (&target.host.text, target.text.rsplit(':').next().unwrap_or_default());
    let answer = "test destination port must be a single port";
    problem(Code::InvalidTest, format!("a test probes one port, and `{ports}` are several"), answer)
        .help(format!("write a target for each port, such as `{host}:443`"))
}

/// Checks that headscale has the autogroup.
///
/// # Errors
/// If it does not.
pub fn known_autogroup(word: &str, autogroup: Option<Autogroup>) -> Result<(), Problem> {
    if autogroup.is_some_and(|autogroup| AUTOGROUPS.contains(&autogroup)) {
        return Ok(());
    }
    let names: Vec<&str> = AUTOGROUPS.iter().map(|autogroup| autogroup.name()).collect();
    let answer = format!("invalid autogroup: got {}, must be one of [{}]", go_quote(word), names.join(" "));
    Err(absent_autogroup(word, autogroup).headscale(HeadscaleStage::Reading, answer))
}

/// Returns the problem with the name of an autogroup that headscale does not have.
pub fn absent_autogroup(word: &str, autogroup: Option<Autogroup>) -> Problem {
    if word == Autogroup::OLD_MEMBER {
        let message = format!("headscale does not read `{word}`, Tailscale's old name of `autogroup:member`");
        return Problem::word(Code::NotInHeadscale, message).help("write `autogroup:member`");
    }
    match autogroup {
        Some(autogroup) => {
            let what = if autogroup.is_role() { "roles" } else { "sharing" };
            let message = format!("headscale has no {what}, and no `{autogroup}`");
            Problem::word(Code::NotInHeadscale, message)
                .help("declare a group of the people who are meant, such as `group:admins`")
        }
        None => {
            let near = suggestion::nearest(word, AUTOGROUPS.iter().map(|autogroup| autogroup.name()));
            let help = near.map_or_else(
                || Help::from("headscale has `autogroup:member`, `autogroup:tagged` and `autogroup:self`"),
                Help::did_you_mean,
            );
            Problem::word(Code::UnknownAutogroup, format!("there is no `{word}`")).help(help)
        }
    }
}

/// Splits a destination at its last colon. Returns the part before, without brackets around an IPv6
/// address, and the start of the ports.
fn split_destination(text: &Text) -> Result<(Text, usize), Problem> {
    let ports_missing = |answer: &str| {
        problem(Code::InvalidPorts, format!("`{text}` has no ports"), answer)
            .help(Help::write(format!("{}:*", text.trim_end_matches(':'))).or(", or the ports instead of `*`"))
    };
    if !text.contains(':') {
        return Err(ports_missing("hostport must contain a colon"));
    }
    if let Some(inside) = text.strip_prefix('[') {
        let bracketed = inside.split_once(']').filter(|(host, _)| host.parse::<Ipv6Addr>().is_ok());
        let Some((host, rest)) = bracketed else {
            let host = inside.split_once(']').map(|(host, _)| format!(": {}", go_quote(host)));
            let answer = format!("square brackets are only valid around IPv6 addresses{}", host.unwrap_or_default());
            return Err(problem(
                Code::InvalidSelector,
                format!("`{text}` has brackets around something other than an IPv6 address"),
                answer,
            )
            .help("leave out the brackets"));
        };
        if !rest.starts_with([':', '/']) {
            let answer = format!("square brackets are only valid around IPv6 addresses: {}", go_quote(text));
            return Err(problem(Code::InvalidPorts, format!("`{text}` has no ports"), answer)
                .help(Help::write(format!("[{host}]:*")).or(", or the ports instead of `*`")));
        }
        let colon = text.rfind(':').unwrap_or_default();
        let length = rest.rfind(':');
        return match length {
            Some(at) if at + 1 == rest.len() => Err(ports_missing("input cannot end with a colon character")),
            Some(0) => Ok((text.slice(1..1 + host.len()), colon + 1)),
            Some(at) => {
                let origin = text.part(1..1 + host.len());
                let prefix = format!("{host}{}", rest.get(..at).unwrap_or_default());
                Ok((Text::escaped(prefix, origin), colon + 1))
            }
            // In `[fd7a::1]/64`, the last colon is part of the address.
            None => {
                let whole = format!("{host}{rest}");
                let at = whole.rfind(':').unwrap_or_default();
                let ports = whole.get(at + 1..).unwrap_or_default();
                let answer = format!("dst={}: port range {}: invalid first integer", go_quote(text), go_quote(ports));
                Err(ports_missing(&answer))
            }
        };
    }
    match text.rfind(':') {
        Some(0) => Err(problem(
            Code::InvalidSelector,
            "there is no destination before the colon",
            "input cannot start with a colon character",
        )
        .help(Help::write(format!("*{text}")).or(" for all of them"))),
        Some(colon) if colon + 1 == text.len() => Err(ports_missing("input cannot end with a colon character")),
        Some(colon) => Ok((text.slice(0..colon), colon + 1)),
        None => Err(ports_missing("hostport must contain a colon")),
    }
}

/// Reads a comma-separated list of ports and ranges of ports.
///
/// # Errors
/// For the first invalid item.
pub fn parse_ports(text: &str) -> Result<Vec<PortRange>, Problem> {
    if text == "*" {
        return Ok(vec![PortRange::ALL]);
    }
    let refused = |why: &str| format!("port range {}: {why}", go_quote(text));
    let mut start = 0;
    text.split(',')
        .map(|item| {
            let part = start..start + item.len();
            start = part.end + 1;
            let wrong = |message: String, why: &str| problem(Code::InvalidPorts, message, refused(why));
            let ends: Vec<&str> = item.split('-').filter(|end| !end.is_empty()).collect();
            let range = match (item.contains('-'), ends.as_slice()) {
                (true, [first, last]) => {
                    let (first, last) = (parse_port(first, &refused)?, parse_port(last, &refused)?);
                    if first > last {
                        let why = "invalid port range: first port is greater than last port";
                        return Err(wrong(format!("`{item}` ends before it begins"), why)
                            .help(Help::write(format!("{last}-{first}")))
                            .within(part));
                    }
                    PortRange { first, last }
                }
                (true, _) => {
                    return Err(wrong(format!("`{item}` is not a range of ports"), "invalid port range format")
                        .help("write a range as `80-443`")
                        .within(part));
                }
                (false, _) => match parse_port(item, &refused).map_err(|error| error.within(part.clone()))? {
                    0 => {
                        let why = "first port must be >0, or use '*' for wildcard";
                        return Err(wrong("port 0 cannot be used".to_owned(), why)
                            .help("write `*` for all ports")
                            .within(part));
                    }
                    port => PortRange::single(port),
                },
            };
            Ok(range)
        })
        .collect()
}

/// Reads one port, with an optional sign, as Go's `strconv.Atoi` does.
fn parse_port(text: &str, refused: &impl Fn(&str) -> String) -> Result<u16, Problem> {
    let Ok(number) = text.parse::<i64>() else {
        let error =
            problem(Code::InvalidPorts, format!("`{text}` is not a valid port"), refused("invalid first integer"));
        let port = service_port(text).map(Help::write);
        return Err(error.help("write a number, or `*` for all ports").help_if(port));
    };
    u16::try_from(number).map_err(|_| {
        let message = format!("port `{text}` is out of range: the highest is 65535");
        problem(Code::InvalidPorts, message, refused("port number out of range"))
    })
}

/// Reads an item of a grant's `ip`. It may list several ports, which become separate items.
///
/// # Errors
/// If the protocol or the ports are invalid.
pub fn port_specs(text: &Text) -> Result<Vec<PortSpec>, Problem> {
    let specs = |protocol: Option<Protocol>, ports: Vec<PortRange>| {
        ports.into_iter().map(|ports| PortSpec { text: text.clone(), protocol, ports }).collect()
    };
    let Some((protocol, ports)) = text.split_once(':') else {
        return parse_ports(text).map(|ports| specs(None, ports));
    };
    if ports.contains(':') {
        let parts: Vec<&str> = text.split(':').collect();
        let answer = format!(
            "expected only one colon in Internet protocol and port type, got: [{}]({})",
            parts.join(" "),
            parts.len()
        );
        return Err(problem(Code::InvalidPorts, format!("`{text}` has more than one colon"), answer)
            .help("write a protocol and ports, such as `tcp:443`"));
    }
    let split = protocol.len();
    let protocol = checked_protocol(protocol).map_err(|error| {
        let any = protocol == "*";
        error.help_if(any.then(|| format!("write `{ports}`, which opens TCP, UDP and ICMP"))).within(0..split)
    })?;
    parse_ports(ports).map(|ports| specs(protocol, ports)).map_err(|error| error.within(split + 1..text.len()))
}

/// Reads the `proto` of an ACL or a test: a name in any case, or a number. An empty text stands for
/// the default set.
///
/// # Errors
/// If it is not a protocol.
pub fn protocol(text: &str) -> Result<Option<Protocol>, Problem> {
    let name = text.to_lowercase();
    let number = name.parse::<i64>().ok().and_then(|number| u8::try_from(number).ok()).map(Protocol);
    // Only the number of a named protocol may have leading zeros or a sign.
    match number.filter(|number| PROTOCOLS.iter().any(|(_, known)| known == number)) {
        Some(protocol) => Ok(Some(protocol)),
        None => checked_protocol(&name),
    }
}

/// Returns the name by which headscale stores a protocol, or its number if it has none.
pub fn protocol_name(protocol: Protocol) -> String {
    let name = PROTOCOLS.iter().find(|(_, known)| *known == protocol).map(|(name, _)| (*name).to_owned());
    name.unwrap_or_else(|| protocol.0.to_string())
}

/// Returns a protocol as at the end of headscale's messages. Of two names for one protocol,
/// headscale writes the one in the policy, which the model does not keep.
pub fn quoted_protocol(protocol: Protocol) -> String {
    let names = PROTOCOLS.iter().filter(|(_, known)| *known == protocol).count();
    if names > 1 { String::new() } else { format!(": {}", go_quote(&protocol_name(protocol))) }
}

fn checked_protocol(name: &str) -> Result<Option<Protocol>, Problem> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Some((_, protocol)) = PROTOCOLS.iter().find(|(known, _)| *known == name) {
        return Ok(Some(*protocol));
    }
    let invalid = |message: String, answer: String| problem(Code::InvalidProtocol, message, answer);
    if name == "*" {
        let answer = "proto name \"*\" not known; use protocol number 0-255 or protocol name (icmp, tcp, udp, etc.)";
        return Err(invalid("`*` is not a protocol".to_owned(), answer.to_owned())
            .help("leave the protocol out for TCP, UDP and ICMP together"));
    }
    if name.starts_with('0') {
        let answer = format!("leading 0 not permitted in protocol number: {}", go_quote(name));
        let number = name.trim_start_matches('0');
        let help = match number.is_empty() {
            true => "leave the protocol out for TCP, UDP and ICMP together".into(),
            false => Help::write(number),
        };
        return Err(invalid(format!("`{name}` is a number that begins with zero"), answer).help(help));
    }
    match name.parse::<i64>().map(|number| (number, u8::try_from(number))) {
        Ok((_, Ok(number))) => Ok(Some(Protocol(number))),
        Ok((number, Err(_))) => Err(invalid(
            format!("protocol `{name}` is out of range: the highest number is 255"),
            format!("protocol number out of range (0-255): {number}"),
        )),
        Err(_) => {
            let answer = format!(
                "invalid protocol number: {} must be a known protocol name or valid protocol number 0-255",
                go_quote(name)
            );
            // Tailscale's other names, and names in capitals, may stand for protocols that
            // headscale also knows.
            let known = name.parse::<Protocol>().ok().map(protocol_name);
            let near = || suggestion::nearest(name, PROTOCOLS.iter().map(|(known, _)| *known)).map(str::to_owned);
            let help = match known.or_else(near) {
                Some(known) => Help::write(known),
                None => Help::from("write `tcp`, `udp`, `icmp` or another protocol's name or number"),
            };
            Err(invalid(format!("unknown protocol `{name}`"), answer).help(help))
        }
    }
}

/// Reads the value of a host.
///
/// # Errors
/// If it is neither an address nor a prefix.
pub fn host_value(name: &str, value: &str) -> Result<HostAddress, Problem> {
    host_address(value).ok_or_else(|| {
        let answer =
            format!("hostname contains invalid IP address: hostname {} address {}", go_quote(name), go_quote(value));
        let message = match value {
            "" => "the address is missing".to_owned(),
            _ => format!("`{value}` is neither an address nor a prefix"),
        };
        let help = parse_address(value).err().and_then(|error| error.help);
        problem(Code::InvalidAddress, message, answer).help_if(help)
    })
}
