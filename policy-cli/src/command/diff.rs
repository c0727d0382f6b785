//! `diff`: compares the access that two policies give.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_analysis::Analysis;
use policy_core::{Policy, ValidPolicy, check};

use super::{Command, CommandResult, Example, Run};
use crate::argument::{self, Choice};
use crate::diff_report::{DiffReport, json, markdown, text};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::locations::Locations;
use crate::program::BUILT_IN;
use crate::{facts, file, output, target, valid};

const ABOUT: &str = "Print the access that a policy change gives or removes, and ignore moved lines";

const MORE: &str = "\
Access is compared exactly, for everyone and everything that can exist. Groups are compared by their members, hosts and
IP sets by their addresses, and rules by the access that they add to all other rules. Each line is access that only one
of the two policies gives, with the rule that gives it. No two lines overlap. `+` is gained access and `-` is lost
access: packets, SSH, app capabilities, tag ownership, auto approvers and node attributes. `postures` and settings are
compared, too. Tests and comments are ignored, except `// policy: until 2027-03-31`: access that ends later is gained.

A policy is a file, `-` for stdin, or git:REV:PATH for a file in a git revision. PATH is relative to the top of the
repository, and ./PATH to the current directory.

Exit status: 0 if both have the same meaning, 1 if they differ or one of them has errors, 2 on failure. With
--deny-new-access, 1 only if access is gained, or if one of them has errors.";

const EXAMPLES: &[Example] = &[
    ("git:HEAD:policy.hujson policy.hujson", "the effect of uncommitted changes"),
    ("git:origin/main:policy.hujson policy.hujson --format md > comment.md", "for a pull request's comment"),
    ("old.hujson new.hujson --deny-new-access", "fail if anything is gained"),
];

const OWN_EXAMPLES: &[Example] = &[
    ("git:HEAD:policy.hujson", "the effect of the changes since the last commit"),
    ("git:origin/main:policy.hujson --format md > comment.md", "for a pull request's comment"),
    ("policy.hujson --deny-new-access", "fail if anything is gained"),
];

/// The command of the stand-alone program, which compares two files.
pub(crate) const COMMAND: Command = Command {
    name: "diff",
    define: |command| define(command, new_policy().required(true).help("The policy after it")),
    run: Run::Files(run),
    examples: EXAMPLES,
};

/// The command of an operator's own binary. The new policy is the built-in one, unless the command
/// line names another one.
pub(crate) const OPERATOR_COMMAND: Command = Command {
    define: |command| {
        let new = new_policy().help("The policy after the change; by default, the built-in policy");
        define(command, new)
    },
    examples: OWN_EXAMPLES,
    ..COMMAND
};

const FORMATS: &[Choice<DiffFormat>] = &[
    (DiffFormat::Text, "text", "for people"),
    (DiffFormat::Markdown, "md", "Markdown for a comment on a pull request"),
    (DiffFormat::Json, "json", "for programs"),
];

#[derive(Clone, Copy, Default)]
enum DiffFormat {
    #[default]
    Text,
    Markdown,
    Json,
}

fn new_policy() -> Arg {
    argument::path("new", "NEW")
}

fn define(command: clap::Command, new: Arg) -> clap::Command {
    let old = argument::path("old", "OLD").required(true);
    command
        .about(ABOUT)
        .after_help(MORE)
        .arg(old.help("The policy before the change: FILE, `-` or git:REV:PATH"))
        .arg(new)
        .arg(argument::format(FORMATS, "The output format"))
        .arg(target::argument())
        .arg(argument::flag("deny-new-access", "Exit with 1 only if NEW gives access that OLD does not give"))
        .arg(facts::argument().help(
            "The tailnet's users and devices, as JSON, to also list differences between devices. Can be repeated",
        ))
}

/// Compares two policies. The new one may be built in.
fn run(built_in: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let old_path = argument::get_file(matches, "old");
    let (new_name, new) = match (argument::get_path(matches, "new"), built_in) {
        (None, Some(policy)) => (Path::new(BUILT_IN), policy.clone()),
        (path, _) => {
            let path = path.unwrap_or(Path::new("-"));
            if file::is_stdin(path) && file::is_stdin(old_path) {
                return Err(Failure::new("both policies cannot be read from stdin"));
            }
            (file::display_name(path), target::parse(path, file::read_text(path)?, matches))
        }
    };
    let old_name = file::display_name(old_path);
    let mut old = target::parse(old_path, file::read_text(old_path)?, matches);
    let findings = check::check(&old);
    let is_old_valid = valid::report_errors(old_name, &old, &findings);
    let (Some(new), true) = (valid::with_facts(new_name, new, matches)?, is_old_valid) else {
        return Ok(ExitStatus::Findings);
    };
    let has_facts = matches.contains_id("tailnet");
    old.facts = new.facts.clone();
    let Some(old) = ValidPolicy::from_findings(old, &findings) else { return Ok(ExitStatus::Findings) };
    let diff = old.diff(&new);
    let devices = has_facts.then(|| old.device_diff(&new));
    let report = DiffReport {
        diff: &diff,
        devices: devices.as_ref(),
        old: Locations::new(old_name, &old),
        new: Locations::new(new_name, &new),
    };
    match argument::get_format(matches, FORMATS) {
        DiffFormat::Text => output::print(&text::page(&report))?,
        DiffFormat::Markdown => output::write(markdown::page(&report).as_bytes())?,
        DiffFormat::Json => output::write_json(&json::value(&report))?,
    }
    let only_gains = matches.get_flag("deny-new-access");
    Ok(ExitStatus::with_findings(if only_gains { report.gives_access() } else { !report.is_empty() }))
}
