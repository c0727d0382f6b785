//! Everything that is wrong with a policy: invalid, failing, broken or redundant.

mod device_invariant;
#[cfg(test)]
mod device_oracle;
mod expiry;
mod failing;
mod invariant;
mod missing_fact;
mod multi_tag_bypass;
mod redundancy;
mod words;

use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Policy;
use crate::proof::AccessClasses;
use crate::source::Origin;
use crate::testing::{FailureScope, Outcome, judge_as_headscale, ssh_test_outcomes, test_outcomes};

use words::Words;

/// Returns everything that is wrong with a policy, in the order of its text. A valid policy may
/// still have failing `tests` and `sshTests`, invariants that are broken or depend on unknown
/// facts, and redundant rules. If the policy is [checked for a day](Policy::with_today), items that
/// have ended are included.
///
/// Tests require a valid policy, as in Tailscale. `sshtest-user-wildcard`
pub(crate) fn findings(policy: &Policy) -> Vec<Diagnostic> {
    let has_error = |findings: &[Diagnostic]| findings.iter().any(|one| one.code.severity() == Severity::Error);
    let mut findings = check::check(policy);
    let endings = expiry::endings(policy);
    if has_error(&findings) {
        findings.extend(endings);
        return check::in_order(policy, findings);
    }
    findings.extend(run(policy).into_iter().filter_map(|tested| tested.finding));
    findings.extend(device_invariant::device_invariants(policy));
    // A rule that seems redundant may be the result of another mistake.
    if !policy.facts.invariants.is_empty() || !has_error(&findings) {
        let (classes, words) = (AccessClasses::new(policy), Words::new(policy));
        findings.extend(invariant::broken_invariants(&classes));
        findings.extend(invariant::unverifiable_invariants(&words, &classes));
        if !has_error(&findings) {
            findings.extend(redundancy::redundant_rules(&words, &classes));
        }
    }
    findings.extend(endings);
    check::in_order(policy, findings)
}

/// Returns the items that have ended or end soon, on the day that the policy is checked for.
pub(crate) fn expiry(policy: &Policy) -> Vec<Diagnostic> {
    check::in_order(policy, expiry::endings(policy))
}

/// Returns the invariants that are broken whatever the unknown facts are, each with a
/// counterexample. Requires a valid policy.
pub(crate) fn broken_invariants(policy: &Policy) -> Vec<Diagnostic> {
    if policy.facts.invariants.is_empty() {
        return Vec::new();
    }
    check::in_order(policy, invariant::broken_invariants(&AccessClasses::new(policy)))
}

/// Returns the invariants that depend on an unknown fact, each with the fact. Requires a valid policy.
pub(crate) fn unverifiable_invariants(policy: &Policy) -> Vec<Diagnostic> {
    if policy.facts.invariants.is_empty() {
        return Vec::new();
    }
    let classes = AccessClasses::new(policy);
    check::in_order(policy, invariant::unverifiable_invariants(&Words::new(policy), &classes))
}

/// One target or account of the policy's own tests, with its finding.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tested<'p> {
    /// The outcome.
    pub outcome: Outcome<'p>,
    /// The reason that it fails, or the missing fact. Only the first target that depends on a fact
    /// reports it.
    pub finding: Option<Diagnostic>,
}

/// Returns every target of the policy's `tests`, followed by those of its `sshTests`, in order.
/// Requires a valid policy.
pub(crate) fn tested(policy: &Policy) -> Vec<Tested<'_>> {
    let mut all = run(policy);
    for Tested { finding, .. } in &mut all {
        *finding = finding.take().and_then(|finding| check::in_order(policy, vec![finding]).pop());
    }
    all
}

fn run<'p>(policy: &'p Policy) -> Vec<Tested<'p>> {
    let words = Words::new(policy);
    let mut outcomes = [test_outcomes(policy), ssh_test_outcomes(policy)].concat();
    let mut headscale = judge_as_headscale(policy, &mut outcomes).into_iter();
    let mut missing = missing_fact::report_missing_facts(&words, &outcomes);
    let mut reported: Option<(Origin, FailureScope, Origin)> = None;
    let tested = |(index, outcome): (usize, Outcome<'p>)| {
        let finding = if let Some(failure) = headscale.next().flatten() {
            // A wrong source or destination is one mistake, however many targets and accounts
            // depend on it.
            let mistake = (outcome.test, failure.scope, outcome.destination.text.origin);
            let is_known = match failure.scope {
                FailureScope::Source => {
                    reported.is_some_and(|(test, scope, _)| (test, scope) == (mistake.0, mistake.1))
                }
                FailureScope::Destination => reported == Some(mistake),
                FailureScope::Target => false,
            };
            reported = Some(mistake);
            (!is_known).then(|| failing::report_headscale_failure(&words, &outcome, failure))
        } else if outcome.fails() {
            Some(failing::report_failure(&words, &outcome))
        } else {
            missing.remove(&index).or_else(|| multi_tag_bypass::report_bypass(&words, &outcome))
        };
        Tested { outcome, finding }
    };
    outcomes.into_iter().enumerate().map(tested).collect()
}
