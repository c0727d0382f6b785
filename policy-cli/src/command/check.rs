//! `check`: reports errors and warnings in a policy.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, ArgMatches};
use policy_core::diagnostic::group_by_cause;
use policy_core::{Diagnostic, Policy, Severity};

use super::{Command, CommandResult, NamedPolicy, Run};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fix::{self, Mode};
use crate::program::BUILT_IN;
use crate::report::{Format, Report, pieces};
use crate::shown_by_cargo::ShownByCargo;
use crate::text::counted;
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
        ("--diff", "show what `--fix` would change"),
        ("--fix", "make the changes that are certain"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Report errors that Tailscale would refuse, and likely mistakes")
        .after_help(MORE)
        .arg(argument::format(Format::ALL, "The output format"))
        .arg(argument::flag("deny-warnings", "Exit with 1 if there are warnings, and not only for errors"))
        .arg(argument::flag("fix", "Make the changes that findings suggest and that are certain"))
        .arg(argument::flag(
            "diff",
            "Write nothing; print what `--fix` would change, and exit with 1 if there is something",
        ))
        .arg(
            argument::flag(
                "unsafe-fixes",
                "With `--fix` or `--diff`: also make the changes that a person must confirm",
            )
            .requires(FIXING),
        )
        .group(ArgGroup::new(FIXING).args(["fix", "diff"]).multiple(true))
        .arg(facts::argument())
}

const FIXING: &str = "fixing";

/// A policy with its findings.
struct Checked {
    name: PathBuf,
    policy: Policy,
    findings: Vec<Diagnostic>,
    /// The findings to show. In text, the ones that cargo has just shown are left out.
    news: Vec<Diagnostic>,
}

impl Checked {
    fn report<'a>(&'a self, findings: &'a [Diagnostic]) -> Report<'a> {
        Report::on_policy(&self.name, &self.policy, findings)
    }
}

/// Checks some policies.
fn run(policies: Vec<NamedPolicy>, mut status: ExitStatus, matches: &ArgMatches) -> CommandResult {
    if policies.len() > 1 && facts::are_on_stdin(matches) {
        return Err(Failure::new("facts from stdin are for one policy").help("put them into a file"));
    }
    let (policies, has_fixes) = match mode(matches) {
        Some(mode) => fix(policies, mode, &mut status, matches)?,
        None => (policies, false),
    };
    if matches.get_flag("diff") {
        return Ok(status.max(ExitStatus::with_findings(has_fixes)));
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
    let shown: Vec<Report> = checked.iter().map(|policy| policy.report(&policy.news)).collect();
    if has_text_on_stdout(&checked, matches) {
        shown.iter().for_each(output::say_findings);
    } else {
        output::print_pieces(pieces(&shown, format, &output::stdout_renderer()))?;
    }
    let reports: Vec<Report> = checked.iter().map(|policy| policy.report(&policy.findings)).collect();
    let count = |severity| reports.iter().map(|report| report.count(severity)).sum::<usize>();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if matches!(format, Format::Text | Format::Github) {
        for (policy, report) in checked.iter().zip(&reports) {
            let name = file::visible_name(&policy.name);
            let above = policy.findings.len() - policy.news.len();
            output::say(&summary(&name, report.count(Severity::Error), report.count(Severity::Warning), above));
        }
        if reports.len() > 1 {
            output::say(&summary(&format!("{} policies", reports.len()), errors, warnings, 0));
        }
    }
    let is_bad = errors > 0 || warnings > 0 && matches.get_flag("deny-warnings");
    Ok(status.max(ExitStatus::with_findings(is_bad)))
}

/// Returns how to fix, if that is wanted.
fn mode(matches: &ArgMatches) -> Option<Mode> {
    match (matches.get_flag("diff"), matches.get_flag("fix")) {
        (true, _) => Some(Mode::Diff),
        (false, true) => Some(Mode::Write),
        (false, false) => None,
    }
}

/// Returns whether the fixed text of stdin is on stdout, so that the findings go to stderr.
fn has_text_on_stdout(checked: &[Checked], matches: &ArgMatches) -> bool {
    let stdin = file::display_name(Path::new("-"));
    mode(matches) == Some(Mode::Write) && checked.iter().any(|policy| policy.name == stdin)
}

/// Fixes some policies. Returns those that remain to be checked, and whether there are fixes.
fn fix(
    policies: Vec<NamedPolicy>,
    mode: Mode,
    status: &mut ExitStatus,
    matches: &ArgMatches,
) -> Result<(Vec<NamedPolicy>, bool), Failure> {
    if facts::are_on_stdin(matches) {
        return Err(
            Failure::new("facts from stdin are read only once, and fixes need them again").help("put them into a file")
        );
    }
    let (mut fixed, mut has_fixes) = (Vec::new(), false);
    for NamedPolicy { name, policy } in policies {
        match fix::fix(&name, &policy, (mode, matches.get_flag("unsafe-fixes")), matches) {
            Ok(outcome) => {
                has_fixes |= outcome.has_fixes;
                if outcome.has_fixes && name == Path::new(BUILT_IN) {
                    // The program still has the old policy.
                    output::say("note: build the program again to see what is left\n");
                } else {
                    fixed.push(NamedPolicy { policy: outcome.policy.unwrap_or(policy), name });
                }
            }
            Err(failure) => {
                output::say_failure(&failure);
                *status = ExitStatus::Incomplete;
            }
        }
    }
    Ok((fixed, has_fixes))
}

fn check(policy: NamedPolicy, matches: &ArgMatches) -> Result<Checked, Failure> {
    let NamedPolicy { name, mut policy } = policy;
    let compiled = (name == Path::new(BUILT_IN)).then(|| policy.clone());
    let facts = facts::read(&name, &mut policy, matches)?;
    let policy = today::checked_for_today(policy)?;
    let findings = facts.findings_of_policy(policy.check())?;
    let news = match argument::get_format(matches, Format::ALL) {
        Format::Text => ShownByCargo::new(compiled.as_ref()).without(&findings),
        _ => findings.clone(),
    };
    // After grouping, warnings could not be compared with the ones that cargo has shown.
    let [findings, news] = [findings, news].map(|findings| group_by_cause(findings, |origin| origin.file));
    Ok(Checked { name, policy, findings, news })
}

/// Returns a line with the numbers of findings. cargo has already shown `above` of them.
fn summary(name: &str, errors: usize, warnings: usize, above: usize) -> String {
    let above = if above == 0 { String::new() } else { format!(" ({above} shown by cargo above)") };
    format!("{name}: {}, {}{above}\n", counted(errors, "error"), counted(warnings, "warning"))
}
