//! Policies without errors: what a policy with errors says is not known.

use std::path::Path;

use clap::ArgMatches;
use policy_core::{Diagnostic, Policy, check};

use crate::failure::Failure;
use crate::report::Report;
use crate::{facts, output};

/// Returns the policy with the facts that the command line names. `None` if it has errors, which are on stderr then.
pub fn with_facts(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Option<Policy>, Failure> {
    let facts = facts::read(path, &mut policy, matches)?;
    let findings = facts.findings_of_policy(check::check(&policy))?;
    Ok(report_errors(path, &policy, findings).then_some(policy))
}

/// Shows the errors among the findings on stderr. Returns whether there are none.
pub fn report_errors(path: &Path, policy: &Policy, mut findings: Vec<Diagnostic>) -> bool {
    findings.retain(Diagnostic::is_error);
    output::say_findings(&Report::on_policy(path, policy, &findings));
    findings.is_empty()
}
