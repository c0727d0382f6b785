//! The mutants of SSH rules that the policy's own `sshTests` kill.

use std::collections::HashSet;

use policy_core::access::{Side, Tailnet, Ternary};
use policy_core::model::{Action, Policy, Selector, SelectorKind, SshTest};
use policy_core::source::{Origin, Text};
use policy_core::testing::{
    Evaluation, Expectation, KnownLogins, Reading, RuleDecision, SshEnd, SshEndResolver, SshLogin, SshTestRun,
    evaluate, expected_accounts,
};

use crate::mutation::killed::Killed;

/// A policy whose `sshTests` are run against mutants.
pub(crate) struct SshSuite<'p> {
    policy: &'p Policy,
    tailnet: Tailnet<'p>,
    resolver: SshEndResolver<'p>,
    known_logins: KnownLogins,
}

impl<'p> SshSuite<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let resolver = SshEndResolver::new(policy, &tailnet);
        SshSuite { policy, tailnet, resolver, known_logins: KnownLogins::new(policy) }
    }

    /// Returns the mutants that the tests kill.
    pub(crate) fn killed_by(&self, tests: &[SshTest]) -> Killed<HashSet<Origin>> {
        let mut killed = Killed::new(HashSet::new());
        self.for_each_account(tests, |run, destination, expectation, account| {
            let Some(src) = &run.test.src else { return };
            let unknown = self.known_logins.unknown(src).or_else(|| self.known_logins.unknown(destination));
            let expected = Expected { expectation, account, is_of_unknown: unknown.is_some() };
            if src.kind == SelectorKind::Group {
                let of_group = run.resolver.read_as(run.tailnet, run.sources, Reading::MemberOf(&src.text));
                killed.add_all(kill_by_all(run, run.sources.iter().chain(&of_group), expected));
            } else if let Some(found) = kill_by_logins(run, expected) {
                killed.add_all(found);
            }
        });
        killed
    }

    /// Returns whether a test passes for certain.
    pub(crate) fn passes(&self, test: &SshTest) -> bool {
        let mut passes = true;
        self.for_each_account(std::slice::from_ref(test), |run, destination, expectation, account| {
            passes &= run.outcome(expectation, destination, account, false).passes();
        });
        passes
    }

    fn for_each_account<'t>(
        &self,
        tests: &'t [SshTest],
        mut run_account: impl FnMut(&SshTestRun<'_, 't>, &'t Selector, Expectation, &'t Text),
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
                    accounts.iter().for_each(|account| run_account(&run, destination, expectation, account));
                }
            }
        }
    }
}

/// The expected outcome of a login to an account.
#[derive(Clone, Copy)]
struct Expected<'t> {
    expectation: Expectation,
    account: &'t str,
    /// True if one end is a user who may not exist. No rule that allows the login then makes the
    /// test fail for certain.
    is_of_unknown: bool,
}

impl Expected<'_> {
    fn fails(self, evaluation: Evaluation) -> bool {
        evaluation.holds == Ternary::No && !(self.is_of_unknown && evaluation.rule.is_some())
    }
}

/// Returns the mutants that a test of a group kills. The test fails for certain only if it fails
/// for each member, given the rules for that member and those for the group. `sources` has all of
/// these.
fn kill_by_all<'a, 't: 'a>(
    run: &SshTestRun<'a, 't>,
    sources: impl Iterator<Item = &'a SshEnd<'t>>,
    expected: Expected<'t>,
) -> Killed<HashSet<Origin>> {
    let mut by_all: Option<Killed<HashSet<Origin>>> = None;
    for source in sources {
        let run = SshTestRun { sources: std::slice::from_ref(source), ..*run };
        // A member for whom the test already fails does not matter.
        if let Some(found) = kill_by_logins(&run, expected) {
            by_all = Some(match by_all {
                None => found,
                Some(all) => all.and(&found),
            });
        }
    }
    by_all.unwrap_or_else(|| Killed::new(HashSet::new()))
}

/// Returns the mutants that are killed by the logins from some sources. Returns `None` if one of
/// them already fails, because the test then cannot detect a mutation.
fn kill_by_logins<'t>(run: &SshTestRun<'_, 't>, expected: Expected<'t>) -> Option<Killed<HashSet<Origin>>> {
    let logins: Vec<SshLogin> = run.logins(expected.account).collect();
    if logins.iter().any(|login| expected.fails(login.evaluate(expected.expectation))) {
        return None;
    }
    let mut killed = Killed::new(HashSet::new());
    logins.iter().for_each(|login| kill_by_login(login, expected, &mut killed));
    Some(killed)
}

/// Adds the mutants that are killed by a login with the expected outcome.
fn kill_by_login(login: &SshLogin, expected: Expected, killed: &mut Killed<HashSet<Origin>>) {
    let [checked, accepted] = [Action::Check, Action::Accept].map(|action| login.decide(action));
    for action in [Action::Check, Action::Accept] {
        // The outcome depends on the decisions of check rules and accept rules. No rule is both.
        let fails = |decision: RuleDecision| {
            let (checked, accepted) = if action == Action::Check { (decision, accepted) } else { (checked, decision) };
            expected.fails(evaluate(expected.expectation, checked, accepted))
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

/// Returns the only rule with an action that allows a login, or may do so, and the decision without
/// it.
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
