//! `check`: reports errors and warnings in a policy.

use std::path::Path;

use clap::ArgMatches;
use policy_core::{Policy, Severity};

use super::{Command, CommandResult, Run};
use crate::exit_status::ExitStatus;
use crate::report::{Format, Report};
use crate::{argument, facts, file, output, today};

pub(crate) const COMMAND: Command = Command { name: "check", define, run: Run::Policy(run) };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Report errors that Tailscale would refuse, and likely mistakes")
        .arg(argument::format(Format::ALL, "The output format"))
        .arg(argument::flag("deny-warnings", "Exit with 1 if there are warnings, and not only for errors"))
        .arg(facts::argument())
}

/// Checks a policy. Messages call it `path`.
fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> CommandResult {
    let format = argument::get_format(matches, Format::ALL);
    let facts = facts::read(path, &mut policy, matches)?;
    let policy = today::checked_for_today(policy)?;
    let diagnostics = facts.findings_of_policy(policy.check())?;
    let report = Report::on_policy(path, &policy, &diagnostics);
    output::print_pieces(report.pieces(format, &output::stdout_renderer()))?;
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    if matches!(format, Format::Text | Format::Github) {
        let found = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
        output::say(&format!("{}: {found}\n", file::visible_name(path)));
    }
    Ok(ExitStatus::with_findings(errors > 0 || warnings > 0 && matches.get_flag("deny-warnings")))
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
