//! Decisions by the rules of a policy.

use crate::access::{MissingFact, Ternary};
use crate::source::Origin;

/// A decision about access. If a connection has several requirements, the lowest decision counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Decision {
    /// No rule allows it.
    Deny,
    /// It depends on an unknown fact, or differs between the possible ends.
    Unknown,
    /// A rule allows it.
    Allow,
}

/// A [`Decision`] about one packet or login, with the rule that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleDecision<'p> {
    /// No rule allows it.
    Deny,
    /// This rule would allow it, depending on the fact.
    Unknown(Origin, MissingFact<'p>),
    /// This rule allows it.
    Allow(Origin),
}

impl<'p> RuleDecision<'p> {
    /// Makes the decision of one rule from the result of matching it.
    pub fn new(matches: Ternary<'p>, rule: Origin) -> Self {
        match matches {
            Ternary::No => RuleDecision::Deny,
            Ternary::Maybe(fact) => RuleDecision::Unknown(rule, fact),
            Ternary::Yes => RuleDecision::Allow(rule),
        }
    }

    /// Returns the decision of several rules, or about several alternative packets: the first one
    /// with the highest value.
    pub fn any(decisions: impl IntoIterator<Item = RuleDecision<'p>>) -> Self {
        let mut best = RuleDecision::Deny;
        for decision in decisions {
            match (decision, best) {
                (RuleDecision::Allow(_), _) => return decision,
                (RuleDecision::Unknown(..), RuleDecision::Deny) => best = decision,
                _ => {}
            }
        }
        best
    }
}
