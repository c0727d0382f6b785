//! `diff`: what one policy gives that another does not.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::{Policy, Severity, check};

use crate::diff_report::{DiffReport, json, markdown, text};
use crate::facts;
use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::places::Places;
use crate::report::{Format, Report};
use crate::valid;

const ABOUT: &str = "Print what access a change of the policy gives and takes, not which lines it moves";

const MORE: &str = "\
Access is compared exactly, for everybody and everything that could be: groups by their members, hosts and ip sets by
their addresses, rules by what they open beyond all other rules. Each line is access that one of the two policies gives and the
other does not, with the rule that gives it; no two lines overlap. `+` is gained and `-` is lost, of packets, SSH, app capabilities,
tag ownership, auto approvers and node attributes; `postures` and settings are compared too. Tests and comments mean nothing here.

A policy is a file, `-` for stdin, or git:REV:PATH for a file as git has it in a revision; PATH is from the top of the
repository, or from here as ./PATH.

Exit status: 0 if both mean the same, 1 if they differ or one of them has errors, 2 if it could not be done. With
--deny-new-access, 1 only if something is gained, or if one has errors.";

const EXAMPLES: &str = "\
Examples:
  policy diff git:HEAD:policy.hujson policy.hujson    what the changes that are not committed mean
  policy diff git:origin/main:policy.hujson policy.hujson --format md > comment.md
                                                      for a pull request's comment
  policy diff old.hujson new.hujson --deny-new-access fail if anything is gained";

const OWN_EXAMPLES: &str = "\
Examples:
  cargo run -- diff git:HEAD:policy.hujson            what the changes since the last commit mean
  cargo run -- diff git:origin/main:policy.hujson --format md > comment.md
                                                      for a pull request's comment
  cargo run -- diff policy.hujson --deny-new-access   fail if anything is gained";

/// The command of an operator's own binary, where the new policy is the one that is built in unless another is named; or of
/// the stand-alone one.
pub(crate) fn command(has_policy: bool) -> Command {
    let formats = [
        PossibleValue::new("text").help("for people"),
        PossibleValue::new("md").help("Markdown for a pull request's comment: access gained first, the rest folded"),
        PossibleValue::new("json").help("for programs"),
    ];
    let policy = |name, value_name| Arg::new(name).value_name(value_name).value_parser(value_parser!(PathBuf));
    let new = match has_policy {
        true => policy("new", "NEW").help("The policy after it; the one that is built in if it is not named"),
        false => policy("new", "NEW").required(true).help("The policy after it"),
    };
    Command::new("diff")
        .about(ABOUT)
        .after_help(format!("{MORE}\n\n{}", if has_policy { OWN_EXAMPLES } else { EXAMPLES }))
        .arg(policy("old", "OLD").required(true).help("The policy before the change: FILE, `-` or git:REV:PATH"))
        .arg(new)
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(formats)
                .default_value("text")
                .help("How to write it"),
        )
        .arg(
            Arg::new("deny-new-access")
                .long("deny-new-access")
                .action(ArgAction::SetTrue)
                .help("Exit with 1 only if somebody may do what they may not do by OLD"),
        )
        .arg(facts::argument().help(
            "The tailnet's users and devices, as JSON: they are told device by device, too. May be given several times",
        ))
}

/// Compares two policies, of which the new one may be built in.
pub(crate) fn run(built_in: Option<&Policy>, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let path = |name| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    let old_path = path("old").unwrap_or(Path::new("-"));
    let (new_name, new) = match (path("new"), built_in) {
        (None, Some(policy)) => (Path::new("<built-in policy>"), policy.clone()),
        (named, _) => {
            let path = named.unwrap_or(Path::new("-"));
            if file::is_stdin(path) && file::is_stdin(old_path) {
                return Err(Failure::new("both policies cannot be read from stdin"));
            }
            (file::display_name(path), Policy::parse(file::read_text(path)?))
        }
    };
    let old_name = file::display_name(old_path);
    let mut old = Policy::parse(file::read_text(old_path)?);
    let is_old_valid = is_valid(old_name, &old);
    let (Some(new), true) = (valid::with_facts(new_name, new, matches)?, is_old_valid) else {
        return Ok(Outcome::Findings);
    };
    let has_facts = matches.contains_id("tailnet");
    old.facts = new.facts.clone();
    let diff = policy_analysis::diff(&old, &new);
    let devices = has_facts.then(|| policy_analysis::device_diff(&old, &new));
    let report = DiffReport {
        diff: &diff,
        devices: devices.as_ref(),
        old: Places::new(old_name, &old),
        new: Places::new(new_name, &new),
    };
    match matches.get_one::<String>("format").map_or("text", String::as_str) {
        "md" => output::write(markdown::page(&report).as_bytes())?,
        "json" => output::write(format!("{:#}\n", json::value(&report)).as_bytes())?,
        _ => output::print(&text::page(&report))?,
    }
    let is_good = if matches.get_flag("deny-new-access") { !report.gives_access() } else { report.is_empty() };
    Ok(if is_good { Outcome::Good } else { Outcome::Findings })
}

/// Whether a policy has no errors, which are on stderr otherwise: what it says is not known before they are mended.
fn is_valid(path: &Path, policy: &Policy) -> bool {
    let mut findings = check::check(policy);
    findings.retain(|finding| finding.severity() == Severity::Error);
    if !findings.is_empty() {
        let report = Report::new(path, &policy.text, &findings);
        output::say(&report.render(Format::Text, &output::stderr_renderer()));
    }
    findings.is_empty()
}
