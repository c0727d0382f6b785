//! `check`: reports errors and warnings in a policy.

use clap::ArgMatches;
use policy_core::{Diagnostic, Severity};

use super::{Command, CommandResult, NamedPolicy, Run};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::report::{Format, Report, pieces};
use crate::{argument, facts, file, output, today};

const MORE: &str = "\
Each policy is checked with the invariants beside it: those of `policy.hujson` are in `policy.invariants`.";

pub(crate) const COMMAND: Command = Command {
    name: "check",
    define,
    run: Run::Policies(run),
    examples: &[
        ("", "for people"),
        ("--tailnet facts.json", "with the roles, addresses and tags of the tailnet"),
        ("--format github", "in CI: annotate the pull request"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Report errors that Tailscale would refuse, and likely mistakes")
        .after_help(MORE)
        .arg(argument::format(Format::ALL, "The output format"))
        .arg(argument::flag("deny-warnings", "Exit with 1 if there are warnings, and not only for errors"))
        .arg(facts::argument())
}

/// Checks some policies.
fn run(policies: Vec<NamedPolicy>, mut status: ExitStatus, matches: &ArgMatches) -> CommandResult {
    if policies.len() > 1 && facts::are_on_stdin(matches) {
        return Err(Failure::new("facts from stdin are for one policy").help("put them into a file"));
    }
    let mut checked = Vec::new();
    for policy in policies {
        match check(policy, matches) {
            Ok(policy) => checked.push(policy),
            Err(failure) => {
                output::say_failure(&failure);
                status = ExitStatus::Incomplete;
            }
        }
    }
    if checked.is_empty() {
        return Ok(status);
    }
    let format = argument::get_format(matches, Format::ALL);
    let mut reports = Vec::new();
    for (policy, findings) in &checked {
        reports.push(Report::on_policy(&policy.name, &policy.policy, findings));
    }
    output::print_pieces(pieces(&reports, format, &output::stdout_renderer()))?;
    let count = |severity| reports.iter().map(|report| report.count(severity)).sum::<usize>();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if matches!(format, Format::Text | Format::Github) {
        for ((policy, _), report) in checked.iter().zip(&reports) {
            let name = file::visible_name(&policy.name);
            output::say(&summary(&name, report.count(Severity::Error), report.count(Severity::Warning)));
        }
        if reports.len() > 1 {
            output::say(&summary(&format!("{} policies", reports.len()), errors, warnings));
        }
    }
    let is_bad = errors > 0 || warnings > 0 && matches.get_flag("deny-warnings");
    Ok(status.max(ExitStatus::with_findings(is_bad)))
}

/// Returns what is wrong with a policy.
fn check(policy: NamedPolicy, matches: &ArgMatches) -> Result<(NamedPolicy, Vec<Diagnostic>), Failure> {
    let NamedPolicy { name, mut policy } = policy;
    let facts = facts::read(&name, &mut policy, matches)?;
    let policy = today::checked_for_today(policy)?;
    let findings = facts.findings_of_policy(policy.check())?;
    Ok((NamedPolicy { name, policy }, findings))
}

fn summary(name: &str, errors: usize, warnings: usize) -> String {
    format!("{name}: {}, {}\n", counted(errors, "error"), counted(warnings, "warning"))
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
