//! Everything that is wrong with a policy, whichever question shows it.

mod failing;
mod missing_fact;
mod words;

use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval;
use crate::model::Policy;

use words::Words;

/// Everything that is wrong with a policy, in the order of its text: that it is not valid, and if it is, that its own
/// `tests` and `sshTests` fail.
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
    let words = Words::new(policy);
    let outcomes = [eval::test_outcomes(policy), eval::ssh_test_outcomes(policy)].concat();
    findings.extend(outcomes.iter().filter(|outcome| outcome.fails()).map(|outcome| failing::failing(&words, outcome)));
    findings.extend(missing_fact::missing_facts(&words, &outcomes));
    check::in_order(policy, findings)
}
