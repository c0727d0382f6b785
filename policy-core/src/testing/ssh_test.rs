//! Evaluation of the policy's own `sshTests`.

use std::collections::HashMap;

use crate::access::{MissingFact, Side, Tailnet, Ternary};
use crate::model::{List, Policy, Selector, SshTest};
use crate::source::Text;
use crate::testing::known_logins::KnownLogins;
use crate::testing::network_test::most_explained;
use crate::testing::outcome::{Decider, Evaluation, Expectation, MultiTagBypass, Outcome, Probe};
use crate::testing::reading::{Reading, other_reading};
use crate::testing::readings::Readings;
use crate::testing::ssh_end::{SshEnd, SshEndResolver};
use crate::testing::ssh_login::SshLogin;

/// Returns the outcome of every account on every destination of the policy's `sshTests`, in the order of the policy.
///
/// Network access is not considered. `sshtest-mixed-acls-tcp22-deny-ssh-rule-allow` Check rules
/// come before all others, so an account that both kinds allow requires a check. According to
/// Tailscale's documentation, `accept` means without a check. No capture shows the result if a
/// check is required, so that result is unknown.
///
/// ```
/// use policy_core::Policy;
/// let policy = Policy::parse(r#"{
///     "groups": {"group:eng": ["alice@example.com"]}, "tagOwners": {"tag:nas": []},
///     "ssh": [{"action": "accept", "src": ["group:eng"], "dst": ["tag:nas"], "users": ["autogroup:nonroot"]}],
///     "sshTests": [{"src": "alice@example.com", "dst": ["tag:nas"], "accept": ["backup"], "deny": ["root"]}],
/// }"#);
/// assert!(policy_core::testing::ssh_test_outcomes(&policy).iter().all(|outcome| outcome.passes()));
/// ```
pub fn ssh_test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    if policy.ssh_tests.is_empty() {
        return Vec::new();
    }
    let tailnet = Tailnet::new(policy);
    let resolver = SshEndResolver::new(policy, &tailnet);
    let known_logins = KnownLogins::new(policy);
    let mut machines: HashMap<&str, Vec<SshEnd>> = HashMap::new();
    let mut multi_tag_machines: HashMap<&str, Option<Vec<SshEnd>>> = HashMap::new();
    let mut outcomes = Vec::new();
    let (mut explained, most) = (0, most_explained(policy.ssh.len()));
    for test in &policy.ssh_tests {
        let src = test.src.as_ref();
        let sources = src.map_or(Vec::new(), |src| resolver.ends(&tailnet, src, Side::Source));
        let multi_tag_sources = src.and_then(|src| resolver.multi_tag_devices(&tailnet, src, Side::Source));
        for destination in &test.dst {
            let destinations = machines
                .entry(&destination.text)
                .or_insert_with(|| resolver.ends(&tailnet, destination, Side::Destination));
            let multi_tag_destinations = multi_tag_machines
                .entry(&destination.text)
                .or_insert_with(|| resolver.multi_tag_devices(&tailnet, destination, Side::Destination));
            let run =
                SshTestRun { policy, tailnet: &tailnet, resolver: &resolver, test, sources: &sources, destinations };
            for (expectation, accounts) in expected_accounts(test) {
                for account in accounts {
                    let mut outcome = run.outcome(expectation, destination, account, explained < most);
                    known_logins.doubt(&mut outcome);
                    outcome.bypass =
                        run.bypass(&outcome, multi_tag_sources.as_deref(), multi_tag_destinations.as_deref());
                    explained += usize::from(outcome.near_misses.is_some());
                    outcomes.push(outcome);
                }
            }
        }
    }
    outcomes
}

/// Returns the accounts of a test, grouped by expectation.
pub fn expected_accounts(test: &SshTest) -> [(Expectation, &List<Text>); 3] {
    [(Expectation::Accept, &test.accept), (Expectation::Check, &test.check), (Expectation::Deny, &test.deny)]
}

/// A test that is being run on one of its destinations.
#[derive(Clone, Copy)]
pub struct SshTestRun<'a, 'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The tailnet of the policy.
    pub tailnet: &'a Tailnet<'p>,
    /// The SSH rules of the policy.
    pub resolver: &'a SshEndResolver<'p>,
    /// The test.
    pub test: &'p SshTest,
    /// Every end that the source of the test stands for.
    pub sources: &'a [SshEnd<'p>],
    /// Every end that the destination stands for.
    pub destinations: &'a [SshEnd<'p>],
}

impl<'p> SshTestRun<'_, 'p> {
    /// Returns the outcome of one account. With `explain`, it includes the nearest rules if no rule
    /// allows it.
    pub fn outcome(
        &self,
        expectation: Expectation,
        destination: &'p Selector,
        account: &'p Text,
        explain: bool,
    ) -> Outcome<'p> {
        let mut outcome = Outcome {
            test: self.test.origin,
            source: self.test.src.as_ref(),
            expectation,
            destination,
            probe: Probe::Ssh { account },
            attributes: &self.test.src_posture_attrs,
            evaluation: Evaluation::PENDING,
            decider: None,
            bypass: None,
            near_misses: None,
        };
        if self.sources.is_empty() || self.destinations.is_empty() {
            let source = outcome.source.filter(|_| self.sources.is_empty());
            let empty = source.into_iter().chain(self.destinations.is_empty().then_some(destination));
            outcome.evaluation = Evaluation::of_empty(expectation, empty);
            return outcome;
        }
        let logins: Vec<SshLogin> = self.logins(account).collect();
        let evaluations: Vec<Evaluation> = logins.iter().map(|login| login.evaluate(expectation)).collect();
        if let Some((place, differ)) = Evaluation::decisive(&evaluations)
            && let (Some(evaluation), Some(login)) = (evaluations.get(place), logins.get(place))
        {
            outcome.evaluation = *evaluation;
            if let Some(source) = outcome.source
                && let Some(reading @ Reading::MemberOf(_)) = other_reading(self.tailnet, source, destination)
            {
                let evaluate_all = |sources: &[SshEnd<'p>]| self.evaluate_sources(sources, expectation, account);
                let readings = Readings {
                    by_itself: evaluate_all(self.sources),
                    other: evaluate_all(&self.resolver.read_as(self.tailnet, self.sources, reading)),
                    in_common: evaluate_all(&self.resolver.in_common(self.sources)),
                };
                outcome.evaluation = readings.settle(outcome.evaluation, reading, source);
            }
            outcome.decider = differ.then(|| Decider::from(&login.source.endpoint));
            if explain && outcome.fails() && outcome.evaluation.rule.is_none() {
                outcome.near_misses = Some(login.near_misses(destination));
            }
        }
        outcome
    }

    /// Evaluates the logins of each source. The worst result counts.
    fn evaluate_sources(
        &self,
        sources: &[SshEnd<'p>],
        expectation: Expectation,
        account: &'p str,
    ) -> Vec<Evaluation<'p>> {
        let evaluate = |source: &SshEnd<'p>| {
            let run = SshTestRun { sources: std::slice::from_ref(source), ..*self };
            let evaluations: Vec<Evaluation> = run.logins(account).map(|login| login.evaluate(expectation)).collect();
            let (place, _) = Evaluation::decisive(&evaluations)?;
            evaluations.get(place).copied()
        };
        sources.iter().filter_map(evaluate).collect()
    }

    /// Returns two devices with the tags of a test that passes for the tags alone, but fails
    /// between the devices.
    fn bypass(
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
        for login in run.logins(by_tag.probe.text()) {
            let evaluation = login.evaluate(by_tag.expectation);
            if matches!(evaluation.holds, Ternary::No | Ternary::Maybe(MissingFact::Check)) {
                return Some(MultiTagBypass {
                    source: login.source.endpoint.device().filter(|_| from.is_some()),
                    destination: login.destination.endpoint.device().filter(|_| to.is_some()),
                    rule: evaluation.rule?,
                });
            }
        }
        None
    }

    /// Returns the logins from each source to each destination.
    pub fn logins<'b>(&'b self, account: &'p str) -> impl Iterator<Item = SshLogin<'b, 'p>> {
        let pairs = self.sources.iter().flat_map(|source| self.destinations.iter().map(move |other| (source, other)));
        pairs.map(move |(source, destination)| SshLogin {
            policy: self.policy,
            tailnet: self.tailnet,
            resolver: self.resolver,
            attributes: &self.test.src_posture_attrs,
            source,
            destination,
            account,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    /// A result that is certain without a user's role is the same with every role.
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
            // Most pairs of rules.
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
                        match before.evaluation.holds {
                            Ternary::Maybe(_) => doubtful += 1,
                            holds => {
                                certain += 1;
                                let place = format!("{:?} {}", before.expectation, before.probe.text());
                                assert_eq!(holds, after.evaluation.holds, "{text}\n{name} {place}");
                            }
                        }
                    }
                }
            }
        }
        assert!(certain > 1000 && doubtful > 1000, "{certain} certain, {doubtful} doubtful");
    }
}
