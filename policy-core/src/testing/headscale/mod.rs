//! headscale's results of the policy's own tests.

mod addresses;
mod failure;
mod network_test;
mod ssh_test;

use crate::access::{Tailnet, Ternary};
use crate::model::{Dialect, Policy};
use crate::testing::headscale::network_test::HeadscaleFilter;
use crate::testing::headscale::ssh_test::HeadscaleSsh;
use crate::testing::outcome::{Evaluation, Expectation, Outcome};
use crate::testing::ssh_test::expected_accounts;

pub use failure::{FailureScope, HeadscaleFailure};

/// Replaces the outcomes of `tests` and `sshTests` by those of headscale, as far as the facts list
/// its devices. Returns headscale's failure for each outcome that fails.
pub fn judge_as_headscale(policy: &Policy, outcomes: &mut [Outcome]) -> Vec<Option<HeadscaleFailure>> {
    if policy.dialect != Dialect::Headscale || outcomes.is_empty() {
        return vec![None; outcomes.len()];
    }
    let tailnet = Tailnet::new(policy);
    // Without devices, headscale has nothing to test.
    let is_known = !policy.facts.devices.is_empty();
    let counts = |failure: &HeadscaleFailure| is_known || failure.is_certain;
    let failures = [network_failures(policy, &tailnet, counts), ssh_failures(policy, &tailnet, counts)].concat();
    for (outcome, failure) in outcomes.iter_mut().zip(&failures) {
        let holds = Ternary::from(failure.is_none());
        if (is_known || failure.is_some()) && outcome.evaluation.holds != holds {
            outcome.evaluation = Evaluation { holds, rule: None };
            outcome.near_misses = None;
            outcome.decider = None;
        }
    }
    failures
}

fn network_failures(
    policy: &Policy,
    tailnet: &Tailnet,
    counts: impl Fn(&HeadscaleFailure) -> bool,
) -> Vec<Option<HeadscaleFailure>> {
    let filter = HeadscaleFilter::new(policy, tailnet);
    let mut failures = Vec::new();
    for test in &policy.tests {
        let whole = filter.source_failure(test).filter(&counts);
        let accepted = test.accept.iter().map(|target| (Expectation::Accept, target));
        for (expectation, target) in accepted.chain(test.deny.iter().map(|target| (Expectation::Deny, target))) {
            let failure = || filter.failure(test, expectation, target).filter(&counts);
            failures.push(whole.clone().or_else(failure));
        }
    }
    failures
}

fn ssh_failures(
    policy: &Policy,
    tailnet: &Tailnet,
    counts: impl Fn(&HeadscaleFailure) -> bool,
) -> Vec<Option<HeadscaleFailure>> {
    let ssh = HeadscaleSsh::new(policy, tailnet);
    let mut failures = Vec::new();
    for test in &policy.ssh_tests {
        let whole = ssh.source_failure(test).filter(&counts);
        for destination in &test.dst {
            let at = whole.clone().or_else(|| ssh.destination_failure(test, destination).filter(&counts));
            for (expectation, accounts) in expected_accounts(test) {
                for account in accounts {
                    let failure = || ssh.failure(test, expectation, destination, account).filter(&counts);
                    failures.push(at.clone().or_else(failure));
                }
            }
        }
    }
    failures
}
