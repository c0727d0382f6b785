//! Everything that is wrong with a policy, whichever question shows it.

mod device_invariant;
#[cfg(test)]
mod device_oracle;
mod failing;
mod invariant;
mod missing_fact;
mod multi_tag_bypass;
mod redundancy;
mod words;

use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Policy;
use crate::proof::classes::AccessClasses;
use crate::testing::network_test::test_outcomes;
use crate::testing::outcome::Outcome;
use crate::testing::ssh_test::ssh_test_outcomes;

use words::Words;

/// Everything that is wrong with a policy, in the order of its text: that it is not valid, and if it is, that its own
/// `tests` and `sshTests` fail, that an invariant does not hold, and that rules are needless.
///
/// What a policy with errors says is not known, so its tests wait until it is valid. They do at Tailscale, too.
/// `sshtest-user-wildcard`
///
/// ```
/// use policy_core::{Policy, findings};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
/// }"#);
/// assert_eq!(findings(&policy), []);
/// ```
pub fn findings(policy: &Policy) -> Vec<Diagnostic> {
    let mut findings = check::check(policy);
    if findings.iter().any(|finding| finding.code.severity() == Severity::Error) {
        return findings;
    }
    findings.extend(run(policy).into_iter().filter_map(|tested| tested.finding));
    findings.extend(device_invariant::device_invariants(policy));
    let space = AccessClasses::new(policy);
    findings.extend(invariant::broken(&space));
    // What seems needless may be what a mistake was meant to be.
    if !findings.iter().any(|finding| finding.code.severity() == Severity::Error) {
        findings.extend(redundancy::redundant(&Words::new(policy), &space));
    }
    check::in_order(policy, findings)
}

/// The invariants that do not hold, each with an example of who gets where. Of a policy that is not valid, see
/// [`check::check`], this tells nothing.
///
/// ```
/// use policy_core::{Policy, broken_invariants};
/// let facts = r#"{"invariants": [{"kind": "never", "src": ["*"], "targets": [{"dst": ["tag:db"]}]}]}"#;
/// assert_eq!(broken_invariants(&Policy::with_facts(r#"{"tagOwners": {"tag:db": []}, "grants": []}"#, facts)), []);
/// ```
pub fn broken_invariants(policy: &Policy) -> Vec<Diagnostic> {
    if policy.facts.invariants.is_empty() {
        return Vec::new();
    }
    check::in_order(policy, invariant::broken(&AccessClasses::new(policy)))
}

/// One target or account of the policy's own tests, and what there is to say of it.
#[derive(Clone, Debug)]
pub struct Tested<'p> {
    /// What became of it.
    pub outcome: Outcome<'p>,
    /// Why it fails, or what would have to be known; that is said at the first target that hangs on it.
    pub finding: Option<Diagnostic>,
}

/// Every target of the policy's `tests` and then of its `sshTests`, in their order. Of a policy that is not valid, see
/// [`check::check`], this tells nothing.
///
/// ```
/// use policy_core::{Policy, tested};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5433"]}],
/// }"#);
/// let finding = tested(&policy)[0].finding.clone().unwrap();
/// assert_eq!(finding.message, "`tag:web` should reach `tag:db:5433`, but no rule allows it");
/// assert_eq!(finding.notes[0].message, "this rule opens `tag:db` on `tcp:5432` only");
/// ```
pub fn tested(policy: &Policy) -> Vec<Tested<'_>> {
    let mut all = run(policy);
    for Tested { finding, .. } in &mut all {
        *finding = finding.take().and_then(|finding| check::in_order(policy, vec![finding]).pop());
    }
    all
}

fn run<'p>(policy: &'p Policy) -> Vec<Tested<'p>> {
    let words = Words::new(policy);
    let outcomes = [test_outcomes(policy), ssh_test_outcomes(policy)].concat();
    let mut missing = missing_fact::missing_facts(&words, &outcomes);
    let tested = |(index, outcome): (usize, Outcome<'p>)| {
        let finding = match outcome.fails() {
            true => Some(failing::failing(&words, &outcome)),
            false => missing.remove(&index).or_else(|| multi_tag_bypass::leak(&words, &outcome)),
        };
        Tested { outcome, finding }
    };
    outcomes.into_iter().enumerate().map(tested).collect()
}
