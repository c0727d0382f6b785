//! Logins that belong to users, as far as a policy and its facts show.

use std::collections::HashSet;

use crate::access::{MissingFact, Ternary, login_key, policy_selectors};
use crate::model::{Policy, Selector, SelectorKind};
use crate::testing::outcome::Outcome;

/// The logins in the facts, and those in the policy outside of its tests.
///
/// A login that appears only in a test may or may not belong to a user. The result of rules for all
/// members depends on that.
pub struct KnownLogins(HashSet<String>);

impl KnownLogins {
    /// Collects the logins.
    pub fn new(policy: &Policy) -> KnownLogins {
        let members = policy.groups.iter().flat_map(|group| &group.members);
        let selectors = policy_selectors(policy).into_iter().chain(members);
        let named = selectors.filter(|selector| selector.kind == SelectorKind::User).map(|user| user.text.as_str());
        let facts = &policy.facts;
        let owners = facts.devices.iter().filter_map(|device| device.owner.as_deref());
        let listed = facts.users.iter().map(|user| user.email.as_str()).chain(owners);
        KnownLogins(listed.chain(named).map(key).collect())
    }

    /// Returns the login of an end of a test, if it appears only in tests.
    pub fn unknown<'p>(&self, end: &'p Selector) -> Option<&'p str> {
        let is_unknown = end.kind == SelectorKind::User && !self.0.contains(&key(&end.text));
        is_unknown.then_some(end.text.as_str())
    }

    /// Marks an outcome as unknown if it depends on whether the logins of its ends exist.
    pub(super) fn doubt(&self, outcome: &mut Outcome) {
        let source = outcome.source.and_then(|source| self.unknown(source));
        let Some(login) = source.or_else(|| self.unknown(outcome.destination)) else { return };
        let evaluation = &mut outcome.evaluation;
        if evaluation.rule.is_some() && !matches!(evaluation.holds, Ternary::Maybe(_)) {
            evaluation.holds = Ternary::Maybe(MissingFact::User(login));
        }
    }
}

fn key(login: &str) -> String {
    login_key(login.trim_start_matches("user:"))
}
