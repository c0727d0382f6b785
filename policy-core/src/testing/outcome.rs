//! The outcomes of the policy's own tests.

use crate::json::Map;

use crate::access::{MissingFact, Ternary};
use crate::model::{Action, Protocol, Selector};
use crate::source::{Origin, Text};
use crate::testing::decision::RuleDecision;
use crate::testing::near_miss::NearMisses;
use crate::testing::test_endpoint::{TestEndpoint, is_nobody};

/// The expectation of a test about one target or account.
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

/// The target that a test tries to reach.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Probe<'p> {
    /// A port.
    Network {
        /// The target as written in the test: `tag:web:443`.
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
    /// Returns the target or account as written in the test.
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
    /// The whole rule, or the whole policy if it has no rules and so allows everything.
    pub origin: Origin,
    /// The action of an SSH rule.
    pub action: Option<Action>,
}

/// The evaluation of an expectation for one pair of ends, and the rule that decides it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Evaluation<'p> {
    /// The result of the expectation: whether it holds, or the fact that this depends on.
    pub holds: Ternary<'p>,
    /// The rule that allows the access, if any. If the result is unknown, the rule that may allow
    /// it.
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
    /// The expectation.
    pub expectation: Expectation,
    /// The destination of an SSH test, or the host in the target of a test.
    pub destination: &'p Selector,
    /// The target.
    pub probe: Probe<'p>,
    /// The assumed posture of the source.
    pub attributes: &'p Map,
    /// The result of the expectation.
    pub evaluation: Evaluation<'p>,
    /// The device or user of the source that decides the outcome, if it differs between several.
    pub decider: Option<Decider<'p>>,
    /// Two devices with the tested tags for which the test would fail, if it passes for the tags
    /// alone.
    pub bypass: Option<MultiTagBypass<'p>>,
    /// The nearest rules, if no rule allows what must be allowed. Only the first of many failures
    /// have them.
    pub near_misses: Option<NearMisses<'p>>,
}

/// A test that passes between two tags, but would fail between two devices with these and other
/// tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MultiTagBypass<'p> {
    /// The device with the source's tag, if that device has other tags.
    pub source: Option<&'p str>,
    /// The device with the destination's tag, if that device has other tags.
    pub destination: Option<&'p str>,
    /// The rule because of which the test would fail.
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
    /// Returns whether the expectation certainly holds.
    pub fn passes(&self) -> bool {
        self.evaluation.holds == Ternary::Yes
    }

    /// Returns whether the expectation certainly does not hold.
    pub fn fails(&self) -> bool {
        self.evaluation.holds == Ternary::No
    }

    /// Returns the rule that the outcome depends on, if there is one.
    pub fn rule(&self) -> Option<Origin> {
        self.evaluation.rule.map(|rule| rule.origin)
    }

    /// Returns the action of the rule, if it is an SSH rule.
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
    /// The evaluation of a test that has not run yet.
    pub const PENDING: Self = Evaluation { holds: Ternary::Yes, rule: None };

    /// Compares the decision of the rules with the expectation. `action` is that of the deciding
    /// rule.
    pub fn new(expectation: Expectation, decision: RuleDecision<'p>, action: Option<Action>) -> Self {
        let is_denied = expectation == Expectation::Deny;
        let rule = |origin| Some(DecidingRule { origin, action });
        match decision {
            RuleDecision::Deny => Evaluation { holds: is_denied.into(), rule: None },
            RuleDecision::Unknown(origin, fact) => Evaluation { holds: Ternary::Maybe(fact), rule: rule(origin) },
            RuleDecision::Allow(origin) => Evaluation { holds: (!is_denied).into(), rule: rule(origin) },
        }
    }

    /// Evaluates a test with an empty end. An empty source reaches nothing, and nothing reaches an
    /// empty destination.
    pub fn of_empty(expectation: Expectation, empty: impl IntoIterator<Item = &'p Selector>) -> Self {
        let unknown = empty.into_iter().find(|selector| !is_nobody(selector));
        let holds = match unknown {
            Some(selector) => Ternary::Maybe(MissingFact::Selector(&selector.text)),
            None => (expectation == Expectation::Deny).into(),
        };
        Evaluation { holds, rule: None }
    }

    /// Returns the index of the evaluation that decides a test, which must hold for all ends, and
    /// whether the evaluations differ.
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
