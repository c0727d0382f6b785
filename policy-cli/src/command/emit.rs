//! `emit`: prints the policy as HuJSON, or as JSON.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_core::Policy;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::hujson::{Document, NodeId};

use super::generated::{self, Target, check_argument};
use super::{Command, CommandResult, Run};
use crate::argument::{self, Choice};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::{BUILT_IN, command_line};
use crate::{file, json, output, today, valid};

const MORE: &str = "\
JSON has no comments and no trailing commas, and its keys are in the order of the alphabet. Other programs read it
without a parser for HuJSON.";

pub(crate) const COMMAND: Command = Command {
    name: "emit",
    define,
    run: Run::Policy(run),
    examples: &[
        ("> policy.hujson", ""),
        ("--output policy.hujson", "write it to a file, if that changes the file"),
        ("--check policy.hujson", "in CI: is the committed file up to date?"),
        ("--section tagOwners --format json", "one section, for another program"),
    ],
};

const FORMATS: &[Choice<EmitFormat>] = &[
    (EmitFormat::Hujson, "hujson", "as Tailscale keeps it, with comments"),
    (EmitFormat::Json, "json", "JSON, without comments"),
];

#[derive(Clone, Copy, Default)]
enum EmitFormat {
    #[default]
    Hujson,
    Json,
}

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Print the policy as HuJSON in Tailscale's own format, or as JSON")
        .after_help(MORE)
        .arg(argument::output("FILE").help("Update FILE atomically instead, and only if it changes"))
        .arg(check_argument("FILE").help("Write nothing; print the difference and exit with 1 if FILE is out of date"))
        .arg(argument::format(FORMATS, "The output format"))
        .arg(Arg::new("section").long("section").value_name("NAME").help("Print one section alone, such as `grants`"))
}

fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = not_expired(path, policy)? else { return Ok(ExitStatus::Findings) };
    let text = text(&policy, argument::get_format(matches, FORMATS), argument::get_text(matches, "section"))?;
    match Target::new(matches) {
        Target::Print => output::write(text.as_bytes()).map(|()| ExitStatus::Success),
        Target::Save(file) => generated::save(file, text.as_bytes(), path, matches),
        Target::Check(file) => check(text.as_bytes(), file, matches),
    }
}

/// Writes the built-in policy to stdout.
pub(crate) fn print_built_in(policy: &Policy) -> CommandResult {
    match not_expired(Path::new(BUILT_IN), policy.clone())? {
        Some(policy) => output::write(policy.text.as_bytes()).map(|()| ExitStatus::Success),
        None => Ok(ExitStatus::Findings),
    }
}

/// Returns the policy if no part of it has ended. Otherwise reports the ended parts on stderr,
/// because with today's date the policy would not compile either.
fn not_expired(path: &Path, policy: Policy) -> Result<Option<Policy>, Failure> {
    let policy = today::checked_for_today(policy)?;
    let is_good = valid::report_errors(path, &policy, &policy.expiry());
    Ok(is_good.then_some(policy))
}

/// Returns the policy, or a section of it, in a format.
fn text(policy: &Policy, format: EmitFormat, section: Option<&str>) -> Result<String, Failure> {
    let document = match (format, section) {
        (EmitFormat::Hujson, None) => return Ok(policy.text.clone()),
        (EmitFormat::Json, _) | (_, Some(_)) => Document::parse(policy.text.as_str()),
    };
    // A policy that was compiled is HuJSON.
    let document = document.map_err(|error| Failure::new(format_args!("the policy cannot be read: {error}")))?;
    let node = match section {
        Some(section) => find(&document, section)?,
        None => document.root(),
    };
    Ok(match format {
        EmitFormat::Json => json::to_text(&document.value(node)),
        EmitFormat::Hujson => {
            let source = document.source(node);
            Document::parse(source).map_or_else(|_| format!("{source}\n"), |part| part.format())
        }
    })
}

/// Finds the value of a section.
fn find(document: &Document, section: &str) -> Result<NodeId, Failure> {
    let name = |node| document.string(node).map(|name| name.as_str().to_owned()).unwrap_or_default();
    let mut members = document.members(document.root());
    if let Some((_, value)) = members.find(|(key, _)| name(*key) == section) {
        return Ok(value);
    }
    let names: Vec<String> = document.members(document.root()).map(|(key, _)| name(key)).collect();
    let failure = Failure::new(format_args!("the policy has no section `{section}`"));
    Err(match nearest(section, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format_args!("did you mean `{near}`?")),
        None if names.is_empty() => failure,
        None => failure.help(format_args!("it has {}", crate::text::join_quoted(&names, ", "))),
    })
}

fn check(text: &[u8], path: &Path, matches: &ArgMatches) -> CommandResult {
    let mut options = String::new();
    for name in ["format", "section"] {
        let is_default = matches.value_source(name) != Some(clap::parser::ValueSource::CommandLine);
        if let (false, Some(value)) = (is_default, argument::get_text(matches, name)) {
            options.push_str(&format!("--{name} {value} "));
        }
    }
    let rest = format!("{options}--output {}", path.display());
    let refresh = format!("write it with `{}`", command_line(Path::new(BUILT_IN), "emit", &rest));
    let current = file::read(path).map_err(|failure| failure.help(&refresh))?;
    let help = if only_line_ends_differ(&current, text) {
        "only its line ends differ: with `*.hujson text eol=lf` in `.gitattributes`, git does not change them"
    } else {
        &refresh
    };
    generated::check(path, &current, text, help)
}

/// Returns true if the files differ only in that `file` has Windows line ends.
fn only_line_ends_differ(file: &[u8], policy: &[u8]) -> bool {
    let lines = file.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.eq(policy.split(|byte| *byte == b'\n'))
}
