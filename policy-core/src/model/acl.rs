use crate::diagnostic::{Code, Help, Problem, go_quote};
use crate::model::{List, PortRange, Protocol, Selector, Until};
use crate::source::{Origin, Text};

/// An entry of `acls`.
#[derive(Clone, Debug, Default)]
pub struct Acl {
    /// `src`, or `users` in old files.
    pub src: List<Selector>,
    /// `dst`, or `ports` in old files.
    pub dst: List<Destination>,
    /// `proto`. `None` for the client's default set.
    pub proto: Option<Protocol>,
    /// `srcPosture`
    pub src_posture: List<Selector>,
    /// The end date.
    pub until: Option<Until>,
    /// The comment above it.
    pub doc: Option<String>,
    /// The whole entry.
    pub origin: Origin,
}

/// An item of an ACL's `dst`, such as `tag:web:80,443`.
#[derive(Clone, Debug)]
pub struct Destination {
    /// As written.
    pub text: Text,
    /// The part before the last colon. Its text has no brackets around an IPv6 address.
    pub host: Selector,
    /// The ports after the colon, in order.
    pub ports: Vec<PortRange>,
    /// The place of the ports.
    pub ports_origin: Origin,
}

impl Acl {
    /// Checks that an action is `accept`, the only one that ACLs have.
    ///
    /// # Errors
    /// For any other action, with Tailscale's message. `acl-err06`
    pub fn check_action(action: &str) -> Result<(), Problem> {
        if action == "accept" {
            return Ok(());
        }
        let problem = Problem::word(Code::InvalidAction, format!("ACL rules cannot use the action `{action}`"))
            .tailscale(format!("action={} is not supported", go_quote(action)));
        Err(match action {
            "deny" | "drop" | "reject" | "block" => {
                problem.help("leave the entry out: what no rule allows is denied anyway")
            }
            _ => problem.help(Help::write("accept").or("")),
        })
    }
}

impl Destination {
    /// Reads `HOST:PORTS`. The last colon separates the two.
    ///
    /// # Errors
    /// If there is no colon, or no ports after it, with Tailscale's message. `acl-err03`
    /// `acl-err07`
    ///
    /// ```
    /// use policy_core::model::Destination;
    /// use policy_core::source::{Origin, Text};
    /// let parse = |word: &str| Destination::parse(&Text::verbatim(word, Origin::default(), 0));
    /// assert_eq!(parse("[fd7a::1]:22,80").unwrap().host.to_string(), "fd7a::1");
    /// assert_eq!(parse("autogroup:self").unwrap_err().help.as_deref(), Some("write `autogroup:self:*`, or the ports instead of `*`"));
    /// ```
    pub fn parse(text: &Text) -> Result<Destination, Problem> {
        let place = format!("dst={}: ", go_quote(text));
        let Some((host, ports)) = text.rsplit_once(':') else {
            return Err(without_ports(text).tailscale(format!("{place}hostport must contain a colon (\":\")")));
        };
        let part = host.len() + 1..text.len();
        let ports = PortRange::parse_list(ports).map_err(|problem| {
            let tailscale = problem.tailscale.clone();
            // The text is only a prefix and a name, so the ports are missing and not wrong.
            let misread = Selector::PREFIXES.contains(&host) && !ports.starts_with(|c: char| c.is_ascii_digit());
            let problem = if misread { without_ports(text) } else { problem.within(part.clone()) };
            Problem { tailscale, ..problem }.tailscale_prefix(&place)
        })?;
        if host.contains(',') {
            return Err(Problem::word(Code::InvalidSelector, format!("`{host}` names more than one destination"))
                .part(0..host.len())
                .help("write each with its own ports")
                .tailscale(format!("{place}host cannot contain a comma (\",\")")));
        }
        let (host, ports_origin) = (Selector::host_of(text, host.len()), text.part(part));
        Ok(Destination { text: text.clone(), host, ports, ports_origin })
    }
}

fn without_ports(text: &str) -> Problem {
    Problem::word(Code::InvalidPorts, format!("`{text}` has no ports"))
        .help(Help::write(format!("{text}:*")).or(", or the ports instead of `*`"))
}
