use crate::json::Map;

use crate::diagnostic::{Code, Help, Problem};
use crate::model::service::service_port;
use crate::model::{List, PortRange, Protocol, Selector, Until};
use crate::source::{Origin, Text};

/// An entry of `tests`.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// `src`, or `user` in old files.
    pub src: Option<Selector>,
    /// `proto`
    pub proto: Option<Protocol>,
    /// `accept`, or `allow` in old files: targets that must be reachable.
    pub accept: List<Target>,
    /// `deny`: targets that must not be reachable.
    pub deny: List<Target>,
    /// `srcPostureAttrs`: the assumed posture of the source.
    pub src_posture_attrs: Map,
    /// The end date.
    pub until: Option<Until>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

/// A target of a test, such as `tag:web:443`: one host and one port.
#[derive(Clone, Debug)]
pub struct Target {
    /// As written.
    pub text: Text,
    /// The part before the last colon. Its text has no brackets around an IPv6 address.
    pub host: Selector,
    /// The port. 0 is for protocols without ports.
    pub port: u16,
    /// The place of the port.
    pub port_origin: Origin,
}

impl Target {
    /// Tailscale's answer to a test that fails or is invalid.
    pub const FAILED: &str = "test(s) failed";

    /// Reads `HOST:PORT`. The last colon separates the two.
    ///
    /// # Errors
    /// If there is not exactly one port. `policytest-port-shape-list` `policytest-port-shape-wildcard`
    ///
    /// ```
    /// use policy_core::source::{Origin, Text};
    /// use policy_core::model::Target;
    /// let parse = |word: &str| Target::parse(&Text::verbatim(word, Origin::default(), 0));
    /// assert_eq!(parse("[fd7a::1]:22").unwrap().port, 22);
    /// assert_eq!(parse("tag:web:80-90").unwrap_err().message, "a test probes one port, and `80-90` are several");
    /// ```
    pub fn parse(text: &Text) -> Result<Target, Problem> {
        let split = match text.rfind(':') {
            Some(colon) => colon,
            None => text.len(),
        };
        let (host, port) = (text.get(..split).unwrap_or_default(), text.get(split + 1..).unwrap_or_default());
        let bare_kind = Selector::PREFIXES.contains(&host) && !port.starts_with(|c: char| c.is_ascii_digit());
        if split == text.len() || bare_kind {
            return Err(Problem::word(Code::InvalidTest, format!("`{text}` has no port"))
                .help(Help::write(format!("{text}:443")).or(", or another port"))
                .tailscale(Self::FAILED));
        }
        let part = split + 1..text.len();
        let port = match port.parse() {
            Ok(0) => 0,
            _ => one_port(port).map_err(|problem| problem.within(part.clone()).tailscale(Self::FAILED))?,
        };
        Ok(Target { host: Selector::host_of(text, split), port, port_origin: text.part(part), text: text.clone() })
    }
}

fn one_port(port: &str) -> Result<u16, Problem> {
    let ranges = PortRange::parse_list(port).map_err(|problem| {
        let help = service_port(port).map(Help::write);
        Problem { code: Code::InvalidTest, ..problem.help("write one port, such as `443`").help_if(help) }
    })?;
    match ranges.as_slice() {
        [range] if range.first == range.last => Ok(range.first),
        [range] if range.is_all() => Err(Problem::word(Code::InvalidTest, "a test probes one port, not all")),
        _ => Err(Problem::word(Code::InvalidTest, format!("a test probes one port, and `{port}` are several"))
            .help("write a target for each port")),
    }
}

/// An entry of `sshTests`.
#[derive(Clone, Debug, Default)]
pub struct SshTest {
    /// `src`
    pub src: Option<Selector>,
    /// `dst`
    pub dst: List<Selector>,
    /// `accept`: accounts that the source can log in to without a check.
    pub accept: List<Text>,
    /// `check`: accounts that the source can log in to after a check.
    pub check: List<Text>,
    /// `deny`: accounts that the source cannot log in to.
    pub deny: List<Text>,
    /// `srcPostureAttrs`: the assumed posture of the source.
    pub src_posture_attrs: Map,
    /// The end date.
    pub until: Option<Until>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(word: &str) -> Result<Target, Problem> {
        Target::parse(&Text::verbatim(word, Origin::default(), 0))
    }

    #[test]
    fn a_target_has_one_port() {
        for (written, host, port) in [
            ("webserver:80", "webserver", 80),
            ("tag:web:443", "tag:web", 443),
            ("[fd7a::1]:22", "fd7a::1", 22),
            ("tag:web:0", "tag:web", 0),
        ] {
            let target = parse(written).unwrap();
            assert_eq!((target.host.text.as_str(), target.port), (host, port));
        }
        for bad in
            ["webserver", "tag:web", "web:", "web:*", "web:22,80", "web:8000-8100", "web:-1", "web:99999", "web:ssh"]
        {
            assert_eq!(parse(bad).unwrap_err().tailscale.as_deref(), Some("test(s) failed"), "{bad}");
        }
    }
}
