//! The names that messages use for the parts of a test.

pub(super) use crate::diagnostic::listed;
use crate::model::{Protocol, SelectorKind};
pub(super) use crate::testing::Words;
use crate::testing::{Outcome, Probe};

impl<'p> Words<'p> {
    /// Returns the name of the source of a test.
    pub(super) fn source<'a>(&self, outcome: &Outcome<'a>) -> &'a str
    where
        'p: 'a,
    {
        outcome.source.map_or("", |source| self.selector(source))
    }

    /// Returns the name of the user or device that decides a test, if the source stands for several.
    pub(super) fn decider<'a>(&self, outcome: &Outcome<'a>) -> &'a str
    where
        'p: 'a,
    {
        let name = match (outcome.decider, outcome.source) {
            (Some(decider), Some(source)) if source.kind == SelectorKind::Group => {
                decider.user.map(|login| self.login(login))
            }
            (Some(decider), _) => decider.device,
            _ => None,
        };
        name.unwrap_or_else(|| self.source(outcome))
    }

    /// Returns whether [`Words::decider`] is the name of a device.
    pub(super) fn is_device(&self, outcome: &Outcome) -> bool {
        let is_group = outcome.source.is_some_and(|source| source.kind == SelectorKind::Group);
        !is_group && outcome.decider.is_some_and(|decider| decider.device.is_some())
    }

    /// Returns the name of the target of a test, or the account of an SSH test.
    pub(super) fn target(&self, outcome: &Outcome) -> String {
        match (outcome.probe, outcome.destination.kind) {
            (Probe::Network { port, .. }, SelectorKind::User) => {
                format!("{}:{port}", self.selector(outcome.destination))
            }
            _ => outcome.probe.text().to_string(),
        }
    }

    /// Returns the address of the destination of a test, if it is a host.
    pub(super) fn address(&self, outcome: &Outcome<'p>) -> Option<&'p str> {
        let name = &outcome.destination.text;
        let mut hosts = self.policy.hosts.iter().filter(|_| outcome.destination.kind == SelectorKind::Host);
        hosts.find(|host| host.name.as_str() == name.as_str()).map(|host| host.text.as_str())
    }

    /// Returns the attempted action of a test, to follow "`alice` should".
    pub(super) fn deed(&self, outcome: &Outcome) -> String {
        let target = self.target(outcome);
        match outcome.probe {
            Probe::Ssh { .. } => format!("get into `{}` as `{target}`", self.selector(outcome.destination)),
            Probe::Network { protocol: Some(protocol), .. } if protocol != Protocol::TCP => {
                format!("reach `{target}` over `{protocol}`")
            }
            Probe::Network { .. } => format!("reach `{target}`"),
        }
    }
}

/// Returns the ports that a rule must have to pass a test: `tcp:443`.
pub(super) fn required_ports(protocol: Option<Protocol>, port: u16) -> String {
    let protocol = protocol.unwrap_or(Protocol::TCP);
    if protocol.has_ports() { format!("{protocol}:{port}") } else { format!("{protocol}:*") }
}
