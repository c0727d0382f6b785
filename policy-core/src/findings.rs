//! Everything that is wrong with a policy, whichever question shows it.

use crate::check;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::eval::{self, Expectation, Outcome};
use crate::model::{Policy, Target};

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
    findings.extend(failing(Code::FailingTest, &eval::test_outcomes(policy)));
    findings.extend(failing(Code::FailingSshTest, &eval::ssh_test_outcomes(policy)));
    check::in_order(policy, findings)
}

fn failing(code: Code, outcomes: &[Outcome]) -> impl Iterator<Item = Diagnostic> {
    outcomes.iter().filter(|outcome| !outcome.passes).map(move |outcome| {
        let target = outcome.target;
        let message = match outcome.expectation {
            Expectation::Accept => format!("`{target}` must be allowed, and is not"),
            Expectation::Check => format!("`{target}` must be allowed after a check, and is not"),
            Expectation::Deny => format!("`{target}` must be denied, and is not"),
        };
        let finding = Diagnostic::new(code, target.origin, message).tailscale(Target::FAILED);
        match outcome.rule {
            Some(rule) if outcome.expectation == Expectation::Deny => finding.note_at("this rule allows it", rule),
            _ => finding,
        }
    })
}
