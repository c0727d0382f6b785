//! Decisions of SSH rules about a login.

use crate::json::Map;

use crate::access::{MissingFact, Tailnet, Ternary, posture};
use crate::model::{Action, Autogroup, Policy, Selector, SelectorKind, SshRule, localpart_domain};
use crate::testing::decision::RuleDecision;
use crate::testing::near_miss::{Conditions, NearMisses, named_as, nearest_ssh_rules};
use crate::testing::outcome::{Evaluation, Expectation};
use crate::testing::ssh_end::{SshEnd, SshEndResolver};

/// A login from one end at another, as an account.
pub struct SshLogin<'a, 'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The tailnet of the policy.
    pub tailnet: &'a Tailnet<'p>,
    /// The SSH rules of the policy.
    pub resolver: &'a SshEndResolver<'p>,
    /// The assumed posture of the source.
    pub attributes: &'p Map,
    /// The end that logs in.
    pub source: &'a SshEnd<'p>,
    /// The machine.
    pub destination: &'a SshEnd<'p>,
    /// The account.
    pub account: &'p str,
}

impl<'p> SshLogin<'_, 'p> {
    /// Compares the decision of the rules with the expectation of a test.
    pub fn evaluate(&self, expectation: Expectation) -> Evaluation<'p> {
        evaluate(expectation, self.decide(Action::Check), self.decide(Action::Accept))
    }

    /// Returns the decision of the rules with this action.
    pub fn decide(&self, action: Action) -> RuleDecision<'p> {
        let rules = self.rules().filter(|rule| rule.action == Some(action));
        RuleDecision::any(rules.map(|rule| RuleDecision::new(self.matches_rule(rule), rule.origin)))
    }

    /// Returns the rules that may match both ends.
    pub fn rules(&self) -> impl Iterator<Item = &'p SshRule> {
        self.resolver.between(self.source, self.destination)
    }

    /// Returns the rules that may match at least one of the ends.
    pub fn rules_of_either_end(&self) -> impl Iterator<Item = &'p SshRule> {
        self.resolver.of_either(self.source, self.destination)
    }

    /// Returns whether a rule allows the login.
    pub fn matches_rule(&self, rule: &'p SshRule) -> Ternary<'p> {
        self.matches_account(rule)
            .and(|| self.matches_destination(rule))
            .and(|| self.matches_source(rule))
            .and(|| self.meets_posture(rule).into())
    }

    /// Returns whether the source meets a posture that the rule requires. True if none is required.
    pub fn meets_posture(&self, rule: &'p SshRule) -> bool {
        posture::holds(self.policy, posture::required(self.policy, &rule.src_posture), self.attributes)
    }

    /// Returns whether the account is one of the rule's.
    pub fn matches_account(&self, rule: &SshRule) -> Ternary<'p> {
        includes_account(rule, self.account, self.source.endpoint.login()).into()
    }

    /// Returns whether the source is one of the rule's.
    pub fn matches_source(&self, rule: &'p SshRule) -> Ternary<'p> {
        Ternary::any(rule.src.iter().map(|selector| self.source.endpoint.is_source(self.tailnet, selector)))
    }

    /// Returns whether the destination is one of the rule's.
    pub fn matches_destination(&self, rule: &'p SshRule) -> Ternary<'p> {
        Ternary::any(rule.dst.iter().map(|selector| self.matches_selector(selector)))
    }

    fn matches_selector(&self, selector: &'p Selector) -> Ternary<'p> {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => {
                self.destination.endpoint.is_own_device_of(&self.source.endpoint)
            }
            _ => self.destination.endpoint.is_destination(self.tailnet, selector),
        }
    }

    /// Returns the rules that come nearest to allowing the login at `destination`.
    pub fn near_misses(&self, destination: &Selector) -> NearMisses<'p> {
        nearest_ssh_rules(self.policy, 1, |number, rule| Conditions {
            source: self.source.possible.contains(number) && self.matches_source(rule) != Ternary::No,
            destination: named_as(&rule.dst, &destination.text, |selector| {
                self.matches_selector(selector) != Ternary::No
            }),
            ports: self.matches_account(rule) != Ternary::No,
            posture: self.meets_posture(rule),
        })
    }
}

/// Returns whether an SSH rule includes an account. If the source is a user, `login` has the two
/// halves of the login.
pub fn includes_account(rule: &SshRule, account: &str, login: Option<(&str, &str)>) -> bool {
    rule.users.iter().any(|user| match localpart_domain(user) {
        Some(domain) => login.is_some_and(|(local, own)| local == account && own.eq_ignore_ascii_case(domain)),
        None if user.as_str() == Autogroup::Nonroot.name() => account != "root",
        None => user.as_str() == account,
    })
}

/// Compares the decisions of check rules and accept rules with the expectation of a test.
pub fn evaluate<'p>(expectation: Expectation, checked: RuleDecision<'p>, accepted: RuleDecision<'p>) -> Evaluation<'p> {
    use RuleDecision::{Allow, Deny, Unknown};
    // If a check rule allows a login, other rules do not matter.
    let (decision, action) = match checked {
        Deny => (accepted, Action::Accept),
        _ => (checked, Action::Check),
    };
    let evaluation = |decision, action| Evaluation::new(expectation, decision, Some(action));
    let fails = |evaluation: Evaluation<'p>| Evaluation { holds: Ternary::No, ..evaluation };
    match (expectation, checked, accepted) {
        (Expectation::Accept, Allow(_), _) => {
            Evaluation { holds: Ternary::Maybe(MissingFact::Check), ..evaluation(checked, Action::Check) }
        }
        (Expectation::Check, Deny, Allow(_)) | (Expectation::Deny, Unknown(..), Allow(_)) => {
            fails(evaluation(accepted, Action::Accept))
        }
        // The login may be allowed or denied, but it is never allowed after a check.
        (Expectation::Check, Deny, Unknown(..)) => Evaluation { holds: Ternary::No, rule: None },
        _ => evaluation(decision, action),
    }
}
