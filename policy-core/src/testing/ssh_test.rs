//! Whether the policy's own `sshTests` hold.

use std::collections::HashMap;

use crate::json::Map;

use crate::access::posture;
use crate::access::tailnet::Tailnet;
use crate::model::{Action, Autogroup, List, Policy, Selector, SelectorKind, SshRule, SshTest};
use crate::source::{Origin, Text};
use crate::testing::near_miss;
use crate::testing::network_test::explained_at_most;
use crate::testing::outcome::{Decider, Evaluation, Expectation, MultiTagBypass, Outcome, TestResult};
use crate::testing::packet::Decision;
use crate::testing::ssh_rules::{SshEnd, SshRuleIndex};
use crate::testing::ternary::Ternary;
use crate::testing::test_endpoint::{carriers, parties};
use crate::testing::unknowns::Side;

/// What becomes of every account on every destination of the policy's `sshTests`, in the order of the policy.
///
/// Network access plays no part. `sshtest-mixed-acls-tcp22-deny-ssh-rule-allow` Check rules come before all others,
/// so an account that both let in is let in by the check. Tailscale's documentation wants `accept` to hold without
/// a check; whether it would pass with one, no capture shows.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::compile;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:nas": []},
///     "ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:nas"], "users": ["autogroup:nonroot"]}],
///     "sshTests": [{"src": "alice@example.com", "dst": ["tag:nas"], "accept": ["backup"], "deny": ["root"]}],
/// }"#);
/// assert!(policy_core::testing::ssh_test::ssh_test_outcomes(&policy).iter().all(|outcome| outcome.passes()));
/// ```
pub fn ssh_test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    if policy.ssh_tests.is_empty() {
        return Vec::new();
    }
    let tailnet = Tailnet::new(policy);
    let rules = SshRuleIndex::new(policy, &tailnet);
    let ends = |selector, side| {
        let parties = parties(&tailnet, selector).into_iter();
        parties.map(|party| rules.end(&tailnet, party, side)).collect::<Vec<SshEnd>>()
    };
    let mut machines: HashMap<&str, Vec<SshEnd>> = HashMap::new();
    let carriers = |selector, side| -> Option<Vec<SshEnd>> {
        Some(carriers(&tailnet, selector)?.into_iter().map(|party| rules.end(&tailnet, party, side)).collect())
    };
    let mut machines_with_tags: HashMap<&str, Option<Vec<SshEnd>>> = HashMap::new();
    let mut outcomes = Vec::new();
    let (mut explained, at_most) = (0, explained_at_most(policy.ssh.len()));
    for test in &policy.ssh_tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| ends(src, Side::Source));
        let sources_with_tags = test.src.as_ref().and_then(|src| carriers(src, Side::Source));
        for destination in &test.dst {
            let destinations =
                machines.entry(&destination.text).or_insert_with(|| ends(destination, Side::Destination));
            let destinations_with_tags =
                machines_with_tags.entry(&destination.text).or_insert_with(|| carriers(destination, Side::Destination));
            let [from, to] = [&sources_with_tags, &*destinations_with_tags].map(Option::as_deref);
            for (expectation, accounts) in lists(test) {
                for account in accounts {
                    let run =
                        SshTestRun { policy, tailnet: &tailnet, rules: &rules, test, sources: &sources, destinations };
                    let mut outcome = run.outcome(expectation, destination, account, explained < at_most);
                    outcome.leak = run.leak(&outcome, from, to);
                    outcomes.push(outcome);
                    explained += usize::from(outcomes.last().is_some_and(|outcome| outcome.nearest.is_some()));
                }
            }
        }
    }
    outcomes
}

/// The accounts of a test, by what must be so of them.
pub fn lists(test: &SshTest) -> [(Expectation, &List<Text>); 3] {
    [(Expectation::Accept, &test.accept), (Expectation::Check, &test.check), (Expectation::Deny, &test.deny)]
}

/// A test that is being run on one of its destinations.
pub struct SshTestRun<'a, 'p> {
    pub policy: &'p Policy,
    pub tailnet: &'a Tailnet<'p>,
    pub rules: &'a SshRuleIndex<'p>,
    pub test: &'p SshTest,
    pub sources: &'a [SshEnd<'p>],
    pub destinations: &'a [SshEnd<'p>],
}

impl<'p> SshTestRun<'_, 'p> {
    fn outcome(
        &self,
        expectation: Expectation,
        destination: &'p Selector,
        account: &'p Text,
        explain: bool,
    ) -> Outcome<'p> {
        let mut outcome = Outcome::of_ssh_test(self.test, expectation, destination, account);
        if self.sources.is_empty() || self.destinations.is_empty() {
            return outcome.without_parties(self.sources.is_empty(), self.destinations.is_empty());
        }
        // All pairs must be as expected.
        let logins: Vec<SshLogin> = self.logins(account).collect();
        let findings: Vec<Evaluation> = logins.iter().map(|login| login.finding(expectation)).collect();
        let Some((decisive, index, differ)) = Evaluation::of_all(&findings) else { return outcome };
        (outcome.verdict, outcome.rule, outcome.action) = (decisive.verdict, decisive.rule, decisive.action);
        let login = logins.get(index);
        outcome.who = login.filter(|_| differ).map(|login| Decider::of(&login.source.party));
        if explain && outcome.fails() && outcome.rule.is_none() {
            outcome.nearest = login.map(near_miss::to_login);
        }
        outcome
    }

    /// A login that is as it must be between the tags that the test names, and not between devices that have them.
    fn leak(
        &self,
        by_tag: &Outcome<'p>,
        from: Option<&[SshEnd<'p>]>,
        to: Option<&[SshEnd<'p>]>,
    ) -> Option<MultiTagBypass<'p>> {
        if !by_tag.passes() || from.is_none() && to.is_none() {
            return None;
        }
        let run = SshTestRun {
            sources: from.unwrap_or(self.sources),
            destinations: to.unwrap_or(self.destinations),
            ..*self
        };
        let (login, finding) = run.logins(by_tag.target).find_map(|login| {
            let finding = login.finding(by_tag.expectation);
            (finding.verdict == TestResult::Fails).then_some((login, finding))
        })?;
        let name = |is_tag: bool, end: &SshEnd<'p>| end.party.device().filter(|_| is_tag);
        Some(MultiTagBypass {
            source: name(from.is_some(), login.source),
            destination: name(to.is_some(), login.destination),
            rule: finding.rule?,
            action: finding.action,
        })
    }

    /// From each source to each destination.
    pub fn logins<'b>(&'b self, account: &'p str) -> impl Iterator<Item = SshLogin<'b, 'p>> {
        let pairs = self.sources.iter().flat_map(|source| self.destinations.iter().map(move |other| (source, other)));
        pairs.map(move |(source, destination)| SshLogin {
            policy: self.policy,
            tailnet: self.tailnet,
            rules: self.rules,
            attributes: &self.test.src_posture_attrs,
            source,
            destination,
            account,
        })
    }
}

/// Someone who wants to be an account.
pub struct SshLogin<'a, 'p> {
    pub policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    rules: &'a SshRuleIndex<'p>,
    pub attributes: &'p Map,
    source: &'a SshEnd<'p>,
    destination: &'a SshEnd<'p>,
    account: &'p str,
}

impl<'p> SshLogin<'_, 'p> {
    pub fn finding(&self, expectation: Expectation) -> Evaluation<'p> {
        SshLogin::finding_of(expectation, self.answer(Action::Check), self.answer(Action::Accept))
    }

    /// What is found if check rules and accept rules say this.
    pub fn finding_of(expectation: Expectation, checked: Decision<'p>, accepted: Decision<'p>) -> Evaluation<'p> {
        let (checked, accepted) = ((Action::Check, checked), (Action::Accept, accepted));
        // What a check lets in is not asked of other rules any more.
        let decisive = match checked.1 {
            Decision::Denied => accepted,
            _ => checked,
        };
        let finding = Evaluation::new(expectation != Expectation::Deny, decisive.1);
        let fails = |by: Option<(Origin, Action)>| Evaluation {
            verdict: TestResult::Fails,
            rule: by.map(|(rule, _)| rule),
            action: by.map(|(_, action)| action),
        };
        match (expectation, checked.1, accepted.1) {
            (Expectation::Accept, Decision::Allowed(rule), _) => fails(Some((rule, Action::Check))),
            (Expectation::Check, Decision::Denied, Decision::Allowed(rule)) => fails(Some((rule, Action::Accept))),
            (Expectation::Deny, Decision::Unknown(..), Decision::Allowed(rule)) => fails(Some((rule, Action::Accept))),
            // Whether or not it is allowed, it is not allowed so.
            (Expectation::Accept, Decision::Unknown(..), Decision::Denied)
            | (Expectation::Check, Decision::Denied, Decision::Unknown(..)) => fails(None),
            _ => Evaluation { action: finding.rule.map(|_| decisive.0), ..finding },
        }
    }

    /// Whether a rule with this action lets them in.
    pub fn answer(&self, action: Action) -> Decision<'p> {
        let rules = self.rules().filter(|rule| rule.action == Some(action));
        Decision::first(rules.map(|rule| Decision::of_rule(self.fits(rule), rule.origin)))
    }

    /// The rules that may be about both ends.
    pub fn rules(&self) -> impl Iterator<Item = &'p SshRule> {
        self.rules.between(self.source, self.destination)
    }

    /// The rules that may be about one end at least.
    pub fn rules_of_either_end(&self) -> impl Iterator<Item = &'p SshRule> {
        self.rules.of_either(self.source, self.destination)
    }

    pub fn fits(&self, rule: &'p SshRule) -> Ternary<'p> {
        self.is_one_of(rule)
            .and(|| self.goes_by(rule))
            .and(|| self.comes_from(rule))
            .and(|| self.has_posture_for(rule).into())
    }

    pub fn has_posture_for(&self, rule: &'p SshRule) -> bool {
        posture::holds(self.policy, posture::required(self.policy, &rule.src_posture), self.attributes)
    }

    /// Whether the account is one of the rule's.
    pub fn is_one_of(&self, rule: &SshRule) -> Ternary<'p> {
        Ternary::any(rule.users.iter().map(|user| match user.strip_prefix("localpart:*@") {
            Some(domain) => (self.source.party.login() == Some((self.account, domain))).into(),
            None if user.as_str() == Autogroup::Nonroot.name() => (self.account != "root").into(),
            None => (user.as_str() == self.account).into(),
        }))
    }

    pub fn comes_from(&self, rule: &'p SshRule) -> Ternary<'p> {
        Ternary::any(rule.src.iter().map(|selector| self.source.party.is_source(self.tailnet, selector)))
    }

    pub fn goes_by(&self, rule: &'p SshRule) -> Ternary<'p> {
        Ternary::any(rule.dst.iter().map(|selector| match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => {
                self.destination.party.is_own_device_of(&self.source.party)
            }
            _ => self.destination.party.is_destination(self.tailnet, selector),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    /// What is certain without a user's role is so with each one.
    #[test]
    fn a_role_changes_only_what_was_in_doubt() {
        let rule = |(action, src, users): &(&str, &str, &str)| {
            format!(r#"{{"action": "{action}", "src": ["{src}"], "dst": ["tag:a"], "users": [{users}]}}"#)
        };
        let mut rules = Vec::new();
        for action in ["accept", "check"] {
            for src in ["autogroup:admin", "autogroup:owner", "autogroup:auditor", "autogroup:member", "tag:a"] {
                for users in [r#""root""#, r#""root", "ubuntu""#, r#""localpart:*@example.com""#] {
                    rules.push(rule(&(action, src, users)));
                }
            }
        }
        let accounts = r#"["root", "ubuntu", "bob"]"#;
        let tests = format!(
            r#"[{{"src": "bob@example.com", "dst": ["tag:a"], "accept": {accounts}, "check": {accounts}, "deny": {accounts}}}]"#
        );
        let (mut certain, mut doubtful) = (0, 0);
        for (number, first) in rules.iter().enumerate() {
            // Pairs of rules, most of them.
            for second in rules.iter().skip(number % 3).step_by(3) {
                let text =
                    format!(r#"{{"tagOwners": {{"tag:a": []}}, "ssh": [{first}, {second}], "sshTests": {tests}}}"#);
                let bare = Policy::parse(&text);
                let bare = ssh_test_outcomes(&bare);
                for (name, _) in Role::NAMES {
                    let facts =
                        format!(r#"{{"users": [{{"name": "bob", "email": "bob@example.com", "role": "{name}"}}]}}"#);
                    let full = Policy::with_facts(&text, &facts);
                    for (before, after) in bare.iter().zip(ssh_test_outcomes(&full)) {
                        match before.verdict {
                            TestResult::Unknown(_) => doubtful += 1,
                            verdict => {
                                certain += 1;
                                let place = format!("{:?} {}", before.expectation, before.target);
                                assert_eq!(verdict, after.verdict, "{text}\n{name} {place}");
                            }
                        }
                    }
                }
            }
        }
        assert!(certain > 1000 && doubtful > 1000, "{certain} certain, {doubtful} doubtful");
    }
}
