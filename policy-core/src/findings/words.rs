//! How what a test is about is called.

use std::collections::HashMap;

pub(super) use crate::diagnostic::listed;
use crate::model::{Policy, Protocol, Selector, SelectorKind, User};
use crate::testing::outcome::{Outcome, TestResult};
use crate::testing::ternary::MissingFact;

/// The policy, and its users by their logins.
pub(super) struct Words<'p> {
    pub(super) policy: &'p Policy,
    users: HashMap<String, &'p User>,
}

impl<'p> Words<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let users = policy.facts.users.iter().map(|user| (user.email.to_ascii_lowercase(), user));
        Words { policy, users: users.collect() }
    }

    pub(super) fn user(&self, login: &str) -> Option<&'p User> {
        self.users.get(&login.to_ascii_lowercase()).copied()
    }

    /// A user as the policy has them: by their name where it is written in the same source, else by their login.
    pub(super) fn login<'a>(&self, login: &'a str) -> &'a str
    where
        'p: 'a,
    {
        let user = self.user(login).filter(|_| self.policy.facts.are_in_source());
        user.map_or(login, |user| &user.name)
    }

    pub(super) fn selector<'a>(&self, selector: &'a Selector) -> &'a str
    where
        'p: 'a,
    {
        if selector.kind == SelectorKind::User { self.login(&selector.text) } else { &selector.text }
    }

    /// Whom a test is about.
    pub(super) fn source<'a>(&self, outcome: &Outcome<'a>) -> &'a str
    where
        'p: 'a,
    {
        outcome.source.map_or("", |source| self.selector(source))
    }

    /// Who of those it is that decides a test.
    pub(super) fn decisive<'a>(&self, outcome: &Outcome<'a>) -> &'a str
    where
        'p: 'a,
    {
        match (outcome.who, outcome.source) {
            (Some(who), Some(source)) if source.kind == SelectorKind::Group => {
                who.user.map_or_else(|| self.source(outcome), |login| self.login(login))
            }
            (Some(who), _) => who.device.unwrap_or_else(|| self.source(outcome)),
            _ => self.source(outcome),
        }
    }

    /// Whether [`Words::decisive`] is the name of a device.
    pub(super) fn is_device(&self, outcome: &Outcome) -> bool {
        let is_group = outcome.source.is_some_and(|source| source.kind == SelectorKind::Group);
        !is_group && outcome.who.is_some_and(|who| who.device.is_some())
    }

    /// The target of a test or the account of an SSH test.
    pub(super) fn target(&self, outcome: &Outcome) -> String {
        match (outcome.port, outcome.destination.kind) {
            (Some(port), SelectorKind::User) => format!("{}:{port}", self.selector(outcome.destination)),
            _ => outcome.target.to_string(),
        }
    }

    /// The destination of a test, and where that is, if it is a host.
    pub(super) fn place(&self, outcome: &Outcome) -> String {
        let name = self.selector(outcome.destination);
        let hosts = self.policy.hosts.iter().filter(|_| outcome.destination.kind == SelectorKind::Host);
        match hosts.into_iter().find(|host| host.name.as_str() == name) {
            Some(host) => format!("`{name}`, which is `{}`", host.text),
            None => format!("`{name}`"),
        }
    }

    /// What a test wants to be so, or not to be so, after "`alice` should".
    pub(super) fn deed(&self, outcome: &Outcome) -> String {
        let target = self.target(outcome);
        if outcome.port.is_none() {
            return format!("get into `{}` as `{target}`", self.selector(outcome.destination));
        }
        match outcome.protocol {
            Some(protocol) if protocol != Protocol::TCP => format!("reach `{target}` over `{protocol}`"),
            _ => format!("reach `{target}`"),
        }
    }

    /// What a rule would have to open for a test.
    pub(super) fn opening(&self, outcome: &Outcome) -> String {
        let protocol = outcome.protocol.unwrap_or(Protocol::TCP);
        match outcome.port {
            Some(port) if protocol.has_ports() => format!("{protocol}:{port}"),
            _ => format!("{protocol}:*"),
        }
    }

    /// Selectors in a row.
    pub(super) fn all<'a>(&self, selectors: impl IntoIterator<Item = &'a Selector>) -> String
    where
        'p: 'a,
    {
        listed(selectors.into_iter().map(|selector| self.selector(selector)))
    }
}

/// What keeps a test from being decided.
pub(super) fn doubt<'p>(outcome: &Outcome<'p>) -> Option<MissingFact<'p>> {
    match outcome.verdict {
        TestResult::Unknown(doubt) => Some(doubt),
        _ => None,
    }
}
