//! The one condition of a rule that is not met, and its description in messages.

use crate::json::{Map, Value};

use crate::access::posture;
use crate::diagnostic::listed;
use crate::model::{Autogroup, Condition, PortRange, Protocol, Selector, SelectorKind};
use crate::source::Text;
use crate::testing::words::Words;

/// The one condition of a rule that is not met, with the values that the rule has for it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Mismatch<'p> {
    /// The rule is for these ports. Ports without a protocol are those of TCP, UDP and ICMP.
    Ports(Vec<(Option<Protocol>, PortRange)>),
    /// The rule is for these accounts.
    Account(&'p [Text]),
    /// The source meets none of these postures.
    Posture {
        /// The postures, of which one must be met.
        required: &'p [Selector],
        /// True if they are required by `defaultSrcPosture`.
        is_default: bool,
    },
    /// The rule is for these sources.
    Source(&'p [Selector]),
    /// The rule leads to these destinations.
    Destination(Vec<&'p Selector>),
}

/// The two ends that a rule almost connects, with their names in messages.
#[derive(Clone, Copy, Debug)]
pub struct MismatchEnds<'a> {
    /// The name of the source: a name in backticks, or a description such as `any other member`.
    pub source: &'a str,
    /// The login of the source, if it is one user or a device of one.
    pub login: Option<&'a str>,
    /// The name of the destination.
    pub destination: &'a str,
    /// True if the destination is a user, which stands for all devices of that user.
    pub is_to_user: bool,
    /// The address of the destination, if it is a host.
    pub address: Option<&'a str>,
    /// The posture attributes of the source.
    pub attributes: &'a Map,
}

impl<'p> Mismatch<'p> {
    /// Adds the values that another part of the same rule has for the same condition.
    pub fn merge(&mut self, other: Mismatch<'p>) {
        match (self, other) {
            (Mismatch::Ports(ports), Mismatch::Ports(more)) => ports.extend(more),
            (Mismatch::Destination(destinations), Mismatch::Destination(more)) => destinations.extend(more),
            _ => {}
        }
    }

    /// Describes the mismatch, to follow "this rule": ``is for `group:dba`, not for `tag:web` ``.
    pub fn describe(&self, words: &Words, ends: &MismatchEnds) -> String {
        match self {
            Mismatch::Ports(ports) => {
                let ports = ports.iter().map(|(protocol, ports)| match protocol {
                    Some(protocol) => format!("{protocol}:{ports}"),
                    None => ports.to_string(),
                });
                format!("opens {} on {} only", ends.destination, listed(ports))
            }
            Mismatch::Account(accounts) => describe_accounts(accounts, ends.source),
            Mismatch::Posture { required, is_default } => {
                let by_default = if *is_default { " by `defaultSrcPosture`" } else { "" };
                match posture::first_unmet(words.policy, required, ends.attributes) {
                    Some(condition) => describe_condition(condition, by_default, ends.attributes),
                    None => format!("requires a posture{by_default}"),
                }
            }
            Mismatch::Source(sources) => describe_sources(words, sources, ends),
            Mismatch::Destination(destinations) => describe_destinations(words, destinations, ends),
        }
    }
}

fn describe_accounts(accounts: &[Text], source: &str) -> String {
    match accounts {
        [only] if only.as_str() == Autogroup::Nonroot.name() => {
            format!("is for `{only}`, which is every account but `root`")
        }
        [only] if only.starts_with("localpart:") => {
            format!("is for `{only}`, so {source} can log in to their own account only")
        }
        [only] => format!("is for the account `{only}` only"),
        _ => format!("is for the accounts {} only", listed(accounts)),
    }
}

fn describe_condition(condition: &Condition, by_default: &str, attributes: &Map) -> String {
    let Condition { text, attribute, .. } = condition;
    match attributes.get(attribute.as_str()).filter(|value| !value.is_null()) {
        None => format!("requires `{text}`{by_default}, and the test does not set `{attribute}`"),
        Some(Value::String(value)) => format!("requires `{text}`{by_default}, and the test sets it to `'{value}'`"),
        Some(value) => format!("requires `{text}`{by_default}, and the test sets it to `{value}`"),
    }
}

fn describe_sources(words: &Words, sources: &[Selector], ends: &MismatchEnds) -> String {
    let source = ends.source;
    let role = ends.login.and_then(|login| words.user(login)).and_then(|user| user.role);
    match (sources, role) {
        ([only], _) if only.kind == SelectorKind::Group && ends.login.is_some() => {
            format!("is for `{only}`, and {source} is not in it")
        }
        ([only], Some(role)) if is_role(only) => {
            format!("is for `{only}`, and {source} has the role `{}`", role.name())
        }
        ([only], _) if only.kind == SelectorKind::Wildcard => {
            format!("is for `{only}`, and {source} is not known to be part of the tailnet")
        }
        _ => format!("is for {}, not for {source}", words.all(sources)),
    }
}

fn is_role(selector: &Selector) -> bool {
    matches!(selector.kind, SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role())
}

fn describe_destinations(words: &Words, destinations: &[&Selector], ends: &MismatchEnds) -> String {
    let MismatchEnds { source, destination, .. } = ends;
    if let [only] = destinations
        && only.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices))
    {
        let other = if ends.is_to_user { "'s are not" } else { " is not" };
        return format!("leads to the source's own devices only, and {destination}{other} {source}'s");
    }
    let address = ends.address.map_or(String::new(), |address| format!(", which is `{address}`"));
    format!("leads to {}, not to {destination}{address}", words.all(destinations.iter().copied()))
}
