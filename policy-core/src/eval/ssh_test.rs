//! Whether the policy's own `sshTests` hold.

use crate::model::{Action, Autogroup, Origin, Policy, SelectorKind, SshRule, SshTest};

use super::party::{Party, parties};
use super::posture;
use super::tailnet::Tailnet;
use super::test::{Expectation, Outcome};

/// What becomes of every account on every destination of the policy's `sshTests`, in the order of the policy.
///
/// Network access plays no part. `sshtest-mixed-acls-tcp22-deny-ssh-rule-allow` Check rules come before all others,
/// so an account that both let in is let in by the check. Tailscale's documentation wants `accept` to hold without
/// a check; whether it would pass with one, no capture shows.
///
/// ```
/// use policy_core::{Policy, eval};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:nas": []},
///     "ssh": [{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:nas"], "users": ["autogroup:nonroot"]}],
///     "sshTests": [{"src": "alice@example.com", "dst": ["tag:nas"], "accept": ["backup"], "deny": ["root"]}],
/// }"#);
/// assert!(eval::ssh_test_outcomes(&policy).iter().all(|outcome| outcome.passes));
/// ```
pub fn ssh_test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    let tailnet = Tailnet::new(policy);
    let mut outcomes = Vec::new();
    for test in &policy.ssh_tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| parties(&tailnet, src));
        let lists =
            [(Expectation::Accept, &test.accept), (Expectation::Check, &test.check), (Expectation::Deny, &test.deny)];
        for destination in &test.dst {
            let destinations = parties(&tailnet, destination);
            for (expectation, accounts) in lists {
                for account in accounts {
                    let login = Login { policy, tailnet: &tailnet, test, account };
                    let (passes, rule) = login.verdict(expectation, &sources, &destinations);
                    outcomes.push(Outcome {
                        expectation,
                        target: account,
                        destination: Some(destination),
                        passes,
                        rule,
                    });
                }
            }
        }
    }
    outcomes
}

/// Someone who wants to be an account.
struct Login<'a, 'p> {
    policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    test: &'a SshTest,
    account: &'a str,
}

impl Login<'_, '_> {
    /// All pairs of source and destination must be as expected.
    fn verdict(&self, expectation: Expectation, sources: &[Party], destinations: &[Party]) -> (bool, Option<Origin>) {
        let pairs = sources.iter().flat_map(|source| destinations.iter().map(move |destination| (source, destination)));
        let found: Vec<_> = pairs.map(|(source, destination)| self.deciding_rule(source, destination)).collect();
        let is_by =
            |action: Action| !found.is_empty() && found.iter().all(|&rule| rule.is_some_and(|rule| rule.0 == action));
        let passes = match expectation {
            Expectation::Accept => is_by(Action::Accept),
            Expectation::Check => is_by(Action::Check),
            Expectation::Deny => found.iter().all(Option::is_none),
        };
        (passes, found.into_iter().flatten().map(|(_, origin)| origin).next())
    }

    fn deciding_rule(&self, source: &Party, destination: &Party) -> Option<(Action, Origin)> {
        [Action::Check, Action::Accept].into_iter().find_map(|action| {
            let mut rules = self.policy.ssh.iter().filter(|rule| rule.action == Some(action));
            rules.find(|rule| self.fits(rule, source, destination)).map(|rule| (action, rule.origin))
        })
    }

    fn fits(&self, rule: &SshRule, source: &Party, destination: &Party) -> bool {
        rule.users.iter().any(|user| self.is_account(user, source))
            && rule.src.iter().any(|selector| source.is_source(self.tailnet, selector))
            && rule.dst.iter().any(|selector| match selector.kind {
                SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => destination.is_own_device_of(source),
                _ => destination.is_destination(self.tailnet, selector),
            })
            && posture::holds(
                self.policy,
                posture::required(self.policy, &rule.src_posture),
                &self.test.src_posture_attrs,
            )
    }

    fn is_account(&self, user: &str, source: &Party) -> bool {
        match user.strip_prefix("localpart:*@") {
            Some(domain) => source.login() == Some((self.account, domain)),
            None if user == Autogroup::Nonroot.name() => self.account != "root",
            None => user == self.account,
        }
    }
}
