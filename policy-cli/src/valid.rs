//! Policies of which more can be said than that they are wrong.

use std::path::Path;

use clap::ArgMatches;
use policy_core::{Policy, Severity, check};

use crate::facts;
use crate::outcome::Failure;
use crate::output;
use crate::report::{Format, Report};

/// The policy with the facts that the command line names. `None` if it has errors, which are on stderr then: what it
/// says is not known before they are mended.
pub(crate) fn with_facts(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Option<Policy>, Failure> {
    let facts = facts::read(path, &mut policy, matches)?;
    let mut findings = facts.findings_of_policy(check::check(&policy))?;
    findings.retain(|finding| finding.severity() == Severity::Error);
    if findings.is_empty() {
        return Ok(Some(policy));
    }
    let report = Report::of(path, &policy, &findings);
    output::say(&report.render(Format::Text, &output::stderr_renderer()));
    Ok(None)
}
