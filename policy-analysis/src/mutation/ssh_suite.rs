//! The mutants of SSH rules that the policy's own `sshTests` kill.

use std::collections::HashSet;

use policy_core::access::{Side, Tailnet, Ternary};
use policy_core::model::{Action, Policy, SshTest};
use policy_core::source::Origin;
use policy_core::testing::{
    Expectation, RuleDecision, SshEndResolver, SshLogin, SshTestRun, evaluate, expected_accounts,
};

use crate::mutation::killed::Killed;

/// A policy whose `sshTests` are run against mutants.
pub(crate) struct SshSuite<'p> {
    policy: &'p Policy,
    tailnet: Tailnet<'p>,
    resolver: SshEndResolver<'p>,
}

impl<'p> SshSuite<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let resolver = SshEndResolver::new(policy, &tailnet);
        SshSuite { policy, tailnet, resolver }
    }

    /// Returns the mutants that the tests kill.
    pub(crate) fn killed_by(&self, tests: &[SshTest]) -> Killed<HashSet<Origin>> {
        let mut killed = Killed::new(HashSet::new());
        self.for_each_account(tests, |run, expectation, account| {
            let logins: Vec<SshLogin> = run.logins(account).collect();
            // A test that already fails cannot detect a mutation.
            if logins.iter().all(|login| login.evaluate(expectation).holds != Ternary::No) {
                logins.iter().for_each(|login| kill_by_login(login, expectation, &mut killed));
            }
        });
        killed
    }

    /// Whether a test passes for certain.
    pub(crate) fn passes(&self, test: &SshTest) -> bool {
        let mut passes = true;
        self.for_each_account(std::slice::from_ref(test), |run, expectation, account| {
            let mut logins = run.logins(account).peekable();
            passes &= logins.peek().is_some();
            passes &= logins.all(|login| login.evaluate(expectation).holds == Ternary::Yes);
        });
        passes
    }

    fn for_each_account<'t>(
        &self,
        tests: &'t [SshTest],
        mut run_account: impl FnMut(&SshTestRun<'_, 't>, Expectation, &'t str),
    ) where
        'p: 't,
    {
        let (tailnet, resolver): (&Tailnet<'t>, &SshEndResolver<'t>) = (&self.tailnet, &self.resolver);
        for test in tests {
            let Some(src) = &test.src else { continue };
            let sources = resolver.ends(tailnet, src, Side::Source);
            for destination in &test.dst {
                let destinations = resolver.ends(tailnet, destination, Side::Destination);
                let run = SshTestRun {
                    policy: self.policy,
                    tailnet,
                    resolver,
                    test,
                    sources: &sources,
                    destinations: &destinations,
                };
                for (expectation, accounts) in expected_accounts(test) {
                    accounts.iter().for_each(|account| run_account(&run, expectation, account));
                }
            }
        }
    }
}

/// Adds the mutants that a login which is as expected kills.
fn kill_by_login(login: &SshLogin, expectation: Expectation, killed: &mut Killed<HashSet<Origin>>) {
    let [checked, accepted] = [Action::Check, Action::Accept].map(|action| login.decide(action));
    for action in [Action::Check, Action::Accept] {
        // The outcome depends on what check rules and accept rules decide, and no rule is both.
        let fails = |decision: RuleDecision| {
            let (checked, accepted) = if action == Action::Check { (decision, accepted) } else { (checked, decision) };
            evaluate(expectation, checked, accepted).holds == Ternary::No
        };
        if let Some((rule, decision)) = decide_without_only_rule(login, action)
            && fails(decision)
        {
            killed.deletions.insert(rule);
        }
        let rules = login.rules_of_either_end().filter(|rule| rule.action == Some(action));
        for rule in rules.filter(|rule| fails(RuleDecision::Allow(rule.origin)) && login.meets_posture(rule)) {
            let has_source = login.matches_source(rule) == Ternary::Yes;
            let has_destination = login.matches_destination(rule) == Ternary::Yes;
            let has_account = login.matches_account(rule) == Ternary::Yes;
            if has_destination && has_account {
                killed.sources.insert(rule.origin);
            }
            if has_source && has_account {
                killed.destinations.insert(rule.origin);
            }
            if has_source && has_destination {
                killed.ports.insert(rule.origin);
            }
        }
    }
}

/// Returns the only rule with an action that allows a login, or may do so, and what would be decided without it.
fn decide_without_only_rule<'p>(login: &SshLogin<'_, 'p>, action: Action) -> Option<(Origin, RuleDecision<'p>)> {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for rule in login.rules().filter(|rule| rule.action == Some(action)) {
        match RuleDecision::new(login.matches_rule(rule), rule.origin) {
            RuleDecision::Allow(origin) => certain.push(origin),
            RuleDecision::Unknown(origin, fact) => possible.push((origin, fact)),
            RuleDecision::Deny => {}
        }
    }
    match (certain.as_slice(), possible.as_slice()) {
        ([only], [(other, fact), ..]) => Some((*only, RuleDecision::Unknown(*other, *fact))),
        ([only], []) | ([], [(only, _)]) => Some((*only, RuleDecision::Deny)),
        _ => None,
    }
}
