//! Policies without errors, which most commands need to answer questions.

use std::path::Path;

use clap::ArgMatches;
use policy_core::{Diagnostic, Policy, ValidPolicy, check};

use crate::failure::Failure;
use crate::report::Report;
use crate::{facts, output};

/// Returns the policy with the facts that the command line names. If the policy has errors, reports
/// them on stderr and returns `None`.
pub fn with_facts(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Option<ValidPolicy>, Failure> {
    let facts = facts::read(path, &mut policy, matches)?;
    let findings = facts.findings_of_policy(check::check(&policy))?;
    let is_valid = report_errors(path, &policy, &findings);
    Ok(ValidPolicy::from_findings(policy, &findings).filter(|_| is_valid))
}

/// Reports the errors among the findings on stderr. Returns whether there are none.
pub fn report_errors(path: &Path, policy: &Policy, findings: &[Diagnostic]) -> bool {
    let errors: Vec<Diagnostic> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    output::say_findings(&Report::on_policy(path, policy, &errors));
    errors.is_empty()
}
