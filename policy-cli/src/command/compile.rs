//! `compile`: what Tailscale makes of the policy, as JSON.

use std::path::{Path, PathBuf};

use annotate_snippets::normalize_untrusted_str as visible;
use clap::{Arg, ArgMatches, Command, value_parser};
use policy_core::check::rejection;
use policy_core::model::Facts;
use policy_core::{Diagnostic, Policy, Severity};
use serde_json::json;

use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

pub(crate) fn command() -> Command {
    Command::new("compile").about("Print what Tailscale makes of the policy, as JSON").arg(
        Arg::new("tailnet")
            .long("tailnet")
            .value_name("FACTS")
            .value_parser(value_parser!(PathBuf))
            .help("The tailnet's users and devices, as JSON; `-` reads stdin"),
    )
}

/// Compiles a policy that is known as `path`. A rejection is as good an answer as any.
pub(crate) fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let facts = match matches.get_one::<PathBuf>("tailnet") {
        Some(facts) if file::display_name(facts) == path => {
            return Err(Failure::new("the policy and the facts cannot both be read from the same file"));
        }
        Some(facts) => Some(add_facts(&mut policy, facts)?),
        None => None,
    };
    let mut findings = policy_core::findings(&policy);
    if let Some(facts) = facts {
        let (in_facts, in_policy): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.origin.start >= facts.base);
        if !facts.are_sound(&in_facts) {
            return Ok(Outcome::Incomplete);
        }
        findings = in_policy;
    }
    let answer = match rejection(&findings) {
        None => json!({"status": "accept"}),
        Some(message) => json!({
            "status": "reject",
            "message": message,
            "diagnostics": Report::new(path, &policy.text, &findings).to_json(),
        }),
    };
    output::write(format!("{answer:#}\n").as_bytes())?;
    Ok(Outcome::Good)
}

/// A file of facts.
struct FactsFile<'a> {
    path: &'a Path,
    text: String,
    /// Where its positions begin: behind all of the policy's.
    base: u32,
}

/// Reads facts, which take the place of those that the policy may have.
fn add_facts<'a>(policy: &mut Policy, path: &'a Path) -> Result<FactsFile<'a>, Failure> {
    let text = file::read_text(path)?;
    let base = u32::try_from(policy.text.len()).unwrap_or(u32::MAX).saturating_add(1);
    let (facts, unreadable) = Facts::parse(&text, base);
    policy.facts = facts;
    policy.unreadable.extend(unreadable);
    Ok(FactsFile { path: file::display_name(path), text, base })
}

impl FactsFile<'_> {
    /// Says what was found in the facts, which is never a reason for Tailscale to refuse the policy:
    /// with an error in them, what it would do is not known.
    fn are_sound(&self, findings: &[Diagnostic]) -> bool {
        let report = Report::new(self.path, &self.text, findings).based(self.base);
        output::say(&report.render(Format::Text, &output::stderr_renderer()));
        if report.count(Severity::Error) == 0 {
            return true;
        }
        let path = self.path.to_string_lossy();
        output::report(&Failure::new(format_args!("the facts in `{}` cannot be used", visible(&path))));
        false
    }
}
