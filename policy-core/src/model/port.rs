use std::str::FromStr;

use crate::diagnostic::{Code, Help, Problem, go_quote};
use crate::model::service::service_port;

/// A range of ports, both ends included. `*` is 0 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The lowest port.
    pub first: u16,
    /// The highest port.
    pub last: u16,
}

impl PortRange {
    /// `*`
    pub const ALL: PortRange = PortRange { first: 0, last: u16::MAX };

    /// Returns the range of one port.
    pub const fn single(port: u16) -> PortRange {
        PortRange { first: port, last: port }
    }

    /// Reads the comma-separated list after the colon of an ACL's destination.
    ///
    /// # Errors
    /// For the first item that is not a port or a range.
    pub fn parse_list(text: &str) -> Result<Vec<PortRange>, Problem> {
        let mut start = 0;
        text.split(',')
            .map(|item| {
                let part = start..start + item.len();
                start = part.end + 1;
                item.parse::<PortRange>().map_err(|problem| problem.within(part))
            })
            .collect()
    }

    /// Returns whether it includes every port.
    pub fn is_all(self) -> bool {
        self == PortRange::ALL
    }

    /// Returns whether it includes the port.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl FromStr for PortRange {
    type Err = Problem;

    /// Reads `*`, `443` or `80-443` as Tailscale's `tailcfg.ParseHostPortRange` does.
    ///
    /// # Errors
    /// If a port is invalid, with Tailscale's message.
    ///
    /// ```
    /// use policy_core::model::PortRange;
    /// assert_eq!("80-443".parse::<PortRange>().unwrap().to_string(), "80-443");
    /// let problem = "ssh".parse::<PortRange>().unwrap_err();
    /// assert_eq!(problem.message, "`ssh` is not a valid port");
    /// assert_eq!(problem.help.as_deref(), Some("write `22`"));
    /// ```
    fn from_str(text: &str) -> Result<PortRange, Problem> {
        if text == "*" {
            return Ok(PortRange::ALL);
        }
        let problem = |message: String| Problem::word(Code::InvalidPorts, message);
        if text.is_empty() {
            return Err(problem("a port is missing".to_owned())
                .help("write a port, a range as `80-443`, or `*` for all")
                .tailscale("invalid port list: \"\""));
        }
        // Tailscale reads the text in lower case, and quotes it in lower case.
        let refused = |why: &str| format!("port range {}: {why}", go_quote(&text.to_lowercase()));
        let (first_text, last_text) = text.split_once('-').unwrap_or((text, text));
        if last_text.contains('-') && first_text != text {
            return Err(problem(format!("`{text}` has too many dashes"))
                .help("write a range as `80-443`")
                .tailscale(refused("too many dashes(-)")));
        }
        for (end, name, answer) in
            [(first_text, "first", "invalid first integer"), (last_text, "last", "invalid last integer")]
        {
            if end.is_empty() {
                return Err(problem(format!("`{text}` has no {name} port"))
                    .help("write a range as `80-443`")
                    .tailscale(refused(answer)));
            }
        }
        let first = parse_port(first_text)
            .map_err(|problem| problem.within(0..first_text.len()).tailscale(refused("invalid first integer")))?;
        let last = parse_port(last_text).map_err(|problem| {
            problem.within(text.len() - last_text.len()..text.len()).tailscale(refused("invalid last integer"))
        })?;
        if first == 0 {
            return Err(problem("port 0 cannot be used".to_owned())
                .part(0..first_text.len())
                .help("write `*` for all ports")
                .tailscale(refused("first port must be >0, or use '*' for wildcard")));
        }
        if first > last {
            return Err(problem(format!("`{text}` ends before it begins"))
                .help(Help::write(format!("{last}-{first}")))
                .tailscale(refused("first port must be >= last port")));
        }
        Ok(PortRange { first, last })
    }
}

/// Reads one port as Go's `strconv.ParseUint` does. It may have leading zeros.
fn parse_port(text: &str) -> Result<u16, Problem> {
    let decimal = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let (true, Ok(port)) = (decimal, text.parse()) {
        return Ok(port);
    }
    let problem = |message: String| Problem::word(Code::InvalidPorts, message);
    Err(match service_port(text) {
        Some(port) => problem(format!("`{text}` is not a valid port")).help(Help::write(port)),
        _ if decimal => problem(format!("port `{text}` is out of range: the highest is 65535")),
        _ if text.trim() != text => problem(format!("`{text}` has a blank in it")).help(Help::write(text.trim())),
        _ if text.contains(',') => {
            problem(format!("`{text}` is a list, and only an acl's `dst` takes one")).help(format!(
                "write {}",
                text.split(',').map(|item| format!("`{}`", item.trim())).collect::<Vec<_>>().join(", ")
            ))
        }
        _ => problem(format!("`{text}` is not a valid port")).help("write a number, or `*` for all ports"),
    })
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            _ if self.is_all() => f.write_str("*"),
            PortRange { first, last } if first == last => write!(f, "{first}"),
            PortRange { first, last } => write!(f, "{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_printed_as_they_are_written() {
        for text in ["*", "22", "80-443", "1-65535", "65535"] {
            assert_eq!(text.parse::<PortRange>().map(|range| range.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("0022".parse::<PortRange>(), Ok(PortRange::single(22)));
        assert_ne!("1-65535".parse::<PortRange>(), Ok(PortRange::ALL));
    }

    #[test]
    fn what_tailscale_refuses_is_refused_with_its_words() {
        for (text, message) in [
            ("", r#"invalid port list: """#),
            ("self", r#"port range "self": invalid first integer"#),
            ("-1", r#"port range "-1": invalid first integer"#),
            ("99999", r#"port range "99999": invalid first integer"#),
            ("22,80", r#"port range "22,80": invalid first integer"#),
            ("1-", r#"port range "1-": invalid last integer"#),
            ("1-x", r#"port range "1-x": invalid last integer"#),
            ("1-2-3", r#"port range "1-2-3": too many dashes(-)"#),
            ("0", r#"port range "0": first port must be >0, or use '*' for wildcard"#),
            ("0-10", r#"port range "0-10": first port must be >0, or use '*' for wildcard"#),
            ("443-80", r#"port range "443-80": first port must be >= last port"#),
            ("+22", r#"port range "+22": invalid first integer"#),
            ("80-SSH", r#"port range "80-ssh": invalid last integer"#),
        ] {
            assert_eq!(text.parse::<PortRange>().unwrap_err().tailscale.as_deref(), Some(message), "{text}");
        }
    }

    #[test]
    fn the_wrong_item_of_a_list_is_underlined() {
        assert_eq!(PortRange::parse_list("22,80-443,*").map(|list| list.len()), Ok(3));
        assert_eq!(PortRange::parse_list("22,http,443").unwrap_err().origin, Some(3..7));
        assert_eq!(PortRange::parse_list("22,80-x").unwrap_err().origin, Some(6..7));
        assert_eq!(PortRange::parse_list("22,").unwrap_err().origin, Some(3..3));
    }
}
