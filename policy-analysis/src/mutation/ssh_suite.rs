//! Which changes of SSH rules the policy's own `sshTests` would notice.

use std::collections::HashSet;

use policy_core::access::tailnet::Tailnet;
use policy_core::model::{Action, Policy, SshTest};
use policy_core::source::Origin;
use policy_core::testing::outcome::{Expectation, TestResult};
use policy_core::testing::packet::Decision;
use policy_core::testing::ssh_rules::{SshEnd, SshRuleIndex};
use policy_core::testing::ssh_test::{SshLogin, SshTestRun, lists};
use policy_core::testing::ternary::Ternary;
use policy_core::testing::test_endpoint::parties;
use policy_core::testing::unknowns::Side;

/// A policy whose `sshTests` are looked at.
pub(crate) struct SshSuite<'p> {
    policy: &'p Policy,
    tailnet: Tailnet<'p>,
    rules: SshRuleIndex<'p>,
}

/// Which changes of SSH rules some tests would notice.
#[derive(Debug, Default)]
pub(crate) struct KilledSsh {
    /// The rules that cannot go.
    pub(crate) needed: HashSet<Origin>,
    /// The rules that cannot be widened to every source, to every destination, to every account.
    pub(crate) wider: [HashSet<Origin>; 3],
}

impl<'p> SshSuite<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let rules = SshRuleIndex::new(policy, &tailnet);
        SshSuite { policy, tailnet, rules }
    }

    /// What all tests of the policy hold.
    pub(crate) fn held(&self) -> KilledSsh {
        self.held_by(&self.policy.ssh_tests)
    }

    /// What some tests hold.
    pub(crate) fn held_by(&self, tests: &[SshTest]) -> KilledSsh {
        let mut held = KilledSsh::default();
        self.each_run(tests, |run, expectation, account| {
            let logins: Vec<SshLogin> = run.logins(account).collect();
            // What fails already notices nothing.
            if logins.iter().all(|login| login.finding(expectation).verdict != TestResult::Fails) {
                logins.iter().for_each(|login| hold(login, expectation, &mut held));
            }
        });
        held
    }

    /// Whether a test is as it must be, for certain.
    pub(crate) fn passes(&self, test: &SshTest) -> bool {
        let mut passes = true;
        self.each_run(std::slice::from_ref(test), |run, expectation, account| {
            let mut logins = run.logins(account).peekable();
            passes &= logins.peek().is_some();
            passes &= logins.all(|login| login.finding(expectation).verdict == TestResult::Passes);
        });
        passes
    }

    fn each_run<'t>(&self, tests: &'t [SshTest], mut each: impl FnMut(&SshTestRun<'_, 't>, Expectation, &'t str))
    where
        'p: 't,
    {
        for test in tests {
            let Some(src) = &test.src else { continue };
            let ends = |selector, side| -> Vec<SshEnd<'t>> {
                let parties = parties(&self.tailnet, selector).into_iter();
                parties.map(|party| self.rules.end(&self.tailnet, party, side)).collect()
            };
            let sources = ends(src, Side::Source);
            for destination in &test.dst {
                let destinations = ends(destination, Side::Destination);
                let run = SshTestRun {
                    policy: self.policy,
                    tailnet: &self.tailnet,
                    rules: &self.rules,
                    test,
                    sources: &sources,
                    destinations: &destinations,
                };
                for (expectation, accounts) in lists(test) {
                    accounts.iter().for_each(|account| each(&run, expectation, account));
                }
            }
        }
    }
}

/// What a login that is as it must be holds.
fn hold(login: &SshLogin, expectation: Expectation, held: &mut KilledSsh) {
    let [checked, accepted] = [Action::Check, Action::Accept].map(|action| login.answer(action));
    for action in [Action::Check, Action::Accept] {
        // The answer hangs on what checks and accepts say, and no rule is both.
        let fails = |answer: Decision| {
            let (checked, accepted) = if action == Action::Check { (answer, accepted) } else { (checked, answer) };
            SshLogin::finding_of(expectation, checked, accepted).verdict == TestResult::Fails
        };
        if let Some((rule, answer)) = without_the_only_one(login, action)
            && fails(answer)
        {
            held.needed.insert(rule);
        }
        let rules = login.rules_of_either_end().filter(|rule| rule.action == Some(action));
        for rule in rules.filter(|rule| fails(Decision::Allowed(rule.origin)) && login.has_posture_for(rule)) {
            let (comes, goes, is_account) = (login.comes_from(rule), login.goes_by(rule), login.is_one_of(rule));
            let [comes, goes, is_account] = [comes, goes, is_account].map(|fit| fit == Ternary::Yes);
            let others = [goes && is_account, comes && is_account, comes && goes];
            for (wider, _) in held.wider.iter_mut().zip(others).filter(|(_, others)| *others) {
                wider.insert(rule.origin);
            }
        }
    }
}

/// The one rule with an action that lets in, or may do so, and what the answer would be without it. `None` if there
/// are several, or none.
fn without_the_only_one<'p>(login: &SshLogin<'_, 'p>, action: Action) -> Option<(Origin, Decision<'p>)> {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for rule in login.rules().filter(|rule| rule.action == Some(action)) {
        match login.fits(rule) {
            Ternary::Yes => certain.push(rule.origin),
            Ternary::Maybe(doubt) => possible.push(Decision::Unknown(rule.origin, doubt)),
            Ternary::No => {}
        }
    }
    match (certain.as_slice(), possible.as_slice()) {
        ([only], [other, ..]) => Some((*only, *other)),
        ([only], []) => Some((*only, Decision::Denied)),
        ([], [Decision::Unknown(only, _)]) => Some((*only, Decision::Denied)),
        _ => None,
    }
}
