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
    /// The destination, in the same forms.
    pub destination: &'q str,
    /// The protocol.
    pub protocol: Protocol,
    /// The port. Protocols without ports have port 0.
    pub port: u16,
    /// The account, for a login over Tailscale SSH.
    pub account: Option<&'q str>,
}

impl<'q> Question<'q> {
    /// Returns whether the question is about a ping: `icmp` over IPv4, `ipv6-icmp` over IPv6.
    pub fn is_ping(&self) -> bool {
        matches!(self.protocol, Protocol::ICMP | Protocol::ICMPV6)
    }

    /// Creates a question about a TCP connection.
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
    /// A description of the source, if its name does not say what it is. It completes "is".
    pub source: Option<String>,
    /// A description of the destination, in the same form.
    pub destination: Option<String>,
    /// The answers for the parts of the source and of the destination that differ. Empty if one of
    /// them stands for nobody, or if their addresses have no family in common.
    pub cases: Vec<Case>,
    /// True if the source or the destination stands for nobody.
    pub is_about_nobody: bool,
}

/// Sources and destinations with the same answer.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Case {
    /// The names of the sources, the best first. Names from the policy are in backticks.
    pub sources: Vec<String>,
    /// The names of the destinations, in the same form.
    pub destinations: Vec<String>,
    /// True for devices of one user, false for other devices. `None` if that makes no difference.
    pub is_own: Option<bool>,
    /// True if the case is about a device with all its tags, which the question named by one tag.
    pub has_all_tags: bool,
    /// The decision of the network, if the source meets the required postures.
    pub network: Decision,
    /// The families of addresses over which the connection is allowed, if these are not all that
    /// one of the ends has.
    pub families: Option<Families>,
    /// True if the two ends have no address family in common, so that no packet can pass between
    /// them.
    pub has_no_common_family: bool,
    /// True if pings pass, although no rule between the two ends allows them explicitly.
    pub is_ping_implied: bool,
    /// The rules that would allow the connection if a router of the tailnet carried it.
    pub not_carried: Vec<Reason<RuleMatch>>,
    /// The reason why no router carries it.
    pub obstacle: Option<Obstacle>,
    /// The rules that allow the connection, in the order of the policy. If the decision is unknown,
    /// the rules that may allow it.
    pub reasons: Vec<Reason<RuleMatch>>,
    /// If no rule allows it, the rules that come nearest.
    pub nearest: Vec<NearRule>,
    /// The capabilities of the source in applications of the destination, if it can reach them.
    pub apps: Vec<AppRuleMatch>,
    /// The login, if the question has an account.
    pub login: Option<Login>,
}

/// A rule, and the way in which it matches both ends.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reason<M> {
    /// The rule with the access that it allows.
    pub by: M,
    /// A sentence for each end that says how the rule names it. There is none if the rule uses the
    /// name in the question. If the rule only may match, the sentence is the condition.
    pub path: Vec<String>,
}

/// The decision of Tailscale SSH about a login. The port must be open, too, which [`Case::network`]
/// says.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Login {
    /// The rule that allows it. Check rules come before all others.
    pub rule: Option<Reason<SshRuleMatch>>,
    /// Rules that may allow it, or may require a check.
    pub possible: Vec<Reason<SshRuleMatch>>,
    /// If no rule allows it, the SSH rules that come nearest.
    pub nearest: Vec<NearRule>,
}

impl Explanation {
    /// Returns the decision for all cases together.
    pub fn decision(&self) -> Decision {
        let mut decisions = self.cases.iter().map(Case::decision);
        let Some(first) = decisions.next() else { return Decision::Deny };
        if decisions.all(|decision| decision == first) { first } else { Decision::Unknown }
    }
}

impl Case {
    /// Returns the decision of the network, and of SSH if the question has an account.
    pub fn decision(&self) -> Decision {
        self.login.as_ref().map_or(self.network, |login| self.network.min(login.decision()))
    }
}

impl Login {
    /// Returns the decision of the SSH rules.
    pub fn decision(&self) -> Decision {
        match (&self.rule, self.possible.is_empty()) {
            (Some(_), _) => Decision::Allow,
            (None, false) => Decision::Unknown,
            (None, true) => Decision::Deny,
        }
    }
}
