//! The outcomes of the policy's own tests.

use crate::json::Map;

use crate::access::{MissingFact, Ternary};
use crate::model::{Action, Protocol, Selector};
use crate::source::{Origin, Text};
use crate::testing::decision::RuleDecision;
use crate::testing::near_miss::NearMisses;
use crate::testing::test_endpoint::{TestEndpoint, is_nobody};

/// What a test expects of one target or account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Expectation {
    /// It must be allowed.
    Accept,
    /// It must be allowed after a check.
    Check,
    /// It must not be allowed.
    Deny,
}

/// What a test tries to reach at its destination.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Probe<'p> {
    /// A port.
    Network {
        /// The target as the test has it: `tag:web:443`.
        target: &'p Text,
        /// The port of the target.
        port: u16,
        /// The protocol, if the test names one.
        protocol: Option<Protocol>,
    },
    /// An account, over Tailscale SSH.
    Ssh {
        /// The account.
        account: &'p Text,
    },
}

impl<'p> Probe<'p> {
    /// Returns the target or account as the test has it.
    pub fn text(&self) -> &'p Text {
        match self {
            Probe::Network { target, .. } => target,
            Probe::Ssh { account } => account,
        }
    }

    /// Returns whether it is an account.
    pub fn is_ssh(&self) -> bool {
        matches!(self, Probe::Ssh { .. })
    }

    /// Returns the protocol, if the test names one.
    pub fn protocol(&self) -> Option<Protocol> {
        match self {
            Probe::Network { protocol, .. } => *protocol,
            Probe::Ssh { .. } => None,
        }
    }
}

/// A rule that decides a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DecidingRule {
    /// The whole rule; the whole policy if it has no rules, and so allows everything.
    pub origin: Origin,
    /// The action of an SSH rule.
    pub action: Option<Action>,
}

/// Whether what a test expects of one pair of ends holds, and the rule that decides it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Evaluation<'p> {
    /// Whether it holds, or the fact that it depends on.
    pub holds: Ternary<'p>,
    /// The rule that allows it, if one does. If it is unknown whether it holds, the rule that may allow it.
    pub rule: Option<DecidingRule>,
}

/// The outcome of one target or account of a test.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Outcome<'p> {
    /// The whole test.
    pub test: Origin,
    /// The source of the test. Only an invalid test has none.
    pub source: Option<&'p Selector>,
    /// What must be so.
    pub expectation: Expectation,
    /// The destination of an SSH test, or the host in the target of a test.
    pub destination: &'p Selector,
    /// What is tried there.
    pub probe: Probe<'p>,
    /// The imagined posture of the source.
    pub attributes: &'p Map,
    /// Whether the expectation holds.
    pub evaluation: Evaluation<'p>,
    /// Which of several devices or users of the source decides it, if it does not hold for all of them alike.
    pub decider: Option<Decider<'p>>,
    /// If it passes by the tags that the test names: two devices with these tags between which it would fail.
    pub bypass: Option<MultiTagBypass<'p>>,
    /// If no rule allows what must be allowed: the rules that come nearest. Only the first of many failures have them.
    pub near_misses: Option<NearMisses<'p>>,
}

/// A test that passes between two tags and would fail between two devices that have them and other tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MultiTagBypass<'p> {
    /// The device with the source's tag, if one of the devices with that tag has another one.
    pub source: Option<&'p str>,
    /// The device with the destination's tag, likewise.
    pub destination: Option<&'p str>,
    /// The rule by which the test would fail.
    pub rule: DecidingRule,
}

/// One of several devices or users that a source stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Decider<'p> {
    /// The login of the user.
    pub user: Option<&'p str>,
    /// The name of the device.
    pub device: Option<&'p str>,
}

impl<'p> Outcome<'p> {
    /// Returns whether the expectation holds for certain.
    pub fn passes(&self) -> bool {
        self.evaluation.holds == Ternary::Yes
    }

    /// Returns whether the expectation does not hold for certain.
    pub fn fails(&self) -> bool {
        self.evaluation.holds == Ternary::No
    }

    /// Returns the rule that the outcome rests on, if there is one.
    pub fn rule(&self) -> Option<Origin> {
        self.evaluation.rule.map(|rule| rule.origin)
    }

    /// Returns what the rule does, if it is an SSH rule.
    pub fn action(&self) -> Option<Action> {
        self.evaluation.rule.and_then(|rule| rule.action)
    }
}

impl<'p> From<&TestEndpoint<'p>> for Decider<'p> {
    fn from(endpoint: &TestEndpoint<'p>) -> Self {
        Decider { user: endpoint.user(), device: endpoint.device() }
    }
}

impl<'p> Evaluation<'p> {
    /// The evaluation of a test that has yet to run.
    pub const PENDING: Self = Evaluation { holds: Ternary::Yes, rule: None };

    /// Compares what the rules decide with what is expected. `action` is what the rule of the decision does.
    pub fn new(expectation: Expectation, decision: RuleDecision<'p>, action: Option<Action>) -> Self {
        let is_denied = expectation == Expectation::Deny;
        let rule = |origin| Some(DecidingRule { origin, action });
        match decision {
            RuleDecision::Deny => Evaluation { holds: is_denied.into(), rule: None },
            RuleDecision::Unknown(origin, fact) => Evaluation { holds: Ternary::Maybe(fact), rule: rule(origin) },
            RuleDecision::Allow(origin) => Evaluation { holds: (!is_denied).into(), rule: rule(origin) },
        }
    }

    /// Evaluates a test of which an end is empty: an empty source reaches nothing, and nothing reaches an empty
    /// destination.
    pub fn of_empty(expectation: Expectation, empty: impl IntoIterator<Item = &'p Selector>) -> Self {
        let unknown = empty.into_iter().find(|selector| !is_nobody(selector));
        let holds = match unknown {
            Some(selector) => Ternary::Maybe(MissingFact::Selector(&selector.text)),
            None => (expectation == Expectation::Deny).into(),
        };
        Evaluation { holds, rule: None }
    }

    /// Returns the place of the evaluation that decides a test, which must hold for all, and whether they differ.
    pub fn decisive(evaluations: &[Evaluation<'p>]) -> Option<(usize, bool)> {
        let rank = |evaluation: &Evaluation| match evaluation.holds {
            Ternary::No => 0,
            Ternary::Maybe(_) => 1,
            Ternary::Yes => 2,
        };
        let (place, least) = evaluations.iter().map(rank).enumerate().min_by_key(|(_, rank)| *rank)?;
        Some((place, evaluations.iter().any(|evaluation| rank(evaluation) != least)))
    }
}
