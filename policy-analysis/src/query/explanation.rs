//! A question about one connection, and the answer.

use policy_core::access::Families;
use policy_core::model::Protocol;
use policy_core::testing::Decision;

use crate::query::near_miss::NearRule;
use crate::query::obstacle::Obstacle;
use crate::query::rule_match::{AppRuleMatch, RuleMatch, SshRuleMatch};

/// One connection.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The source: a login, the name of a user or a device, or any selector.
    pub source: &'q str,
    /// The destination, likewise.
    pub destination: &'q str,
    /// The protocol.
    pub protocol: Protocol,
    /// The port. Protocols without ports have port 0.
    pub port: u16,
    /// The account, if it is a login over Tailscale SSH.
    pub account: Option<&'q str>,
}

impl<'q> Question<'q> {
    /// Returns whether it is about a ping: `icmp` over IPv4, `ipv6-icmp` over IPv6.
    pub fn is_ping(&self) -> bool {
        matches!(self.protocol, Protocol::ICMP | Protocol::ICMPV6)
    }

    /// Makes a question about a TCP connection.
    pub fn tcp<S, D>(source: &'q S, destination: &'q D, port: u16) -> Self
    where
        S: AsRef<str> + ?Sized,
        D: AsRef<str> + ?Sized,
    {
        let (source, destination) = (source.as_ref(), destination.as_ref());
        Question { source, destination, protocol: Protocol::TCP, port, account: None }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    /// What the source is, if its word does not say so, after "is".
    pub source: Option<String>,
    /// What the destination is, likewise.
    pub destination: Option<String>,
    /// The answers for the parts of the source and of the destination that differ; none if one of them stands for
    /// nobody, or if no packet goes from an address of the one to one of the other.
    pub cases: Vec<Case>,
    /// True if one of the two stands for nobody.
    pub is_about_nobody: bool,
}

/// Sources and destinations for all of which the answer is the same.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Case {
    /// The names of the sources, the best first. Names from the policy are in backticks.
    pub sources: Vec<String>,
    /// The names of the destinations, likewise.
    pub destinations: Vec<String>,
    /// Whether it is between devices of one user, if that makes a difference.
    pub is_own: Option<bool>,
    /// True if it is about a device that was asked for by one of its tags, with all its tags.
    pub has_all_tags: bool,
    /// Whether the network allows it, to a source that meets the postures that the rules require.
    pub network: Decision,
    /// The families of addresses over which it is allowed, if these are not all that one of the ends has.
    pub families: Option<Families>,
    /// True if the two have no family of addresses in common, so that no packet goes from one to the other.
    pub has_no_common_family: bool,
    /// True if pings pass as well, although no rule between the two is about them.
    pub is_ping_implied: bool,
    /// The rules that would allow it if a router of the tailnet carried it.
    pub not_carried: Vec<Reason<RuleMatch>>,
    /// Why no router carries it.
    pub obstacle: Option<Obstacle>,
    /// The rules that allow it, in the order of the policy; if that is unknown, the rules that may.
    pub reasons: Vec<Reason<RuleMatch>>,
    /// If no rule allows it, the rules that come nearest.
    pub nearest: Vec<NearRule>,
    /// The capabilities of the source in applications of the destination, if it can reach them.
    pub apps: Vec<AppRuleMatch>,
    /// The login, if the question has an account.
    pub login: Option<Login>,
}

/// A rule, and how it matches both ends.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reason<M> {
    /// The rule with what it allows.
    pub by: M,
    /// How the rule names each end, in a sentence; nothing if it has the name that was asked for. If the rule only
    /// may match, what that depends on.
    pub path: Vec<String>,
}

/// Whether Tailscale SSH allows a login. The port must be open as well, which [`Case::network`] says.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Login {
    /// The rule that allows it. Check rules come before all others.
    pub rule: Option<Reason<SshRuleMatch>>,
    /// Rules that may allow it, or ask for a check.
    pub possible: Vec<Reason<SshRuleMatch>>,
    /// If no rule allows it, the SSH rules that come nearest.
    pub nearest: Vec<NearRule>,
}

impl Explanation {
    /// Returns the answer for all cases together.
    pub fn decision(&self) -> Decision {
        let mut decisions = self.cases.iter().map(Case::decision);
        let Some(first) = decisions.next() else { return Decision::Deny };
        if decisions.all(|decision| decision == first) { first } else { Decision::Unknown }
    }
}

impl Case {
    /// Returns whether it is allowed: by the network, and by SSH if the question has an account.
    pub fn decision(&self) -> Decision {
        self.login.as_ref().map_or(self.network, |login| self.network.min(login.decision()))
    }
}

impl Login {
    /// Returns whether SSH rules allow it.
    pub fn decision(&self) -> Decision {
        match (&self.rule, self.possible.is_empty()) {
            (Some(_), _) => Decision::Allow,
            (None, false) => Decision::Unknown,
            (None, true) => Decision::Deny,
        }
    }
}
