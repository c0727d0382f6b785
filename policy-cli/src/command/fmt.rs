//! `fmt`: formats policy files like Tailscale, files of invariants, and `policy!` in Rust files.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use policy_core::hujson::Document;
use policy_core::source::{FileId, Origin};
use policy_core::{Code, Diagnostic, Policy};
use policy_syntax::layout::{Formatted, Unreadable, format_invariants, format_rust};

use super::{Command, CommandResult, Run};
use crate::exit_status::ExitStatus;
use crate::report::Report;
use crate::{argument, file, invariants_file, output};

const MORE: &str = "\
A file name that ends in `.rs` means Rust, `.invariants` means invariants, and any other name means HuJSON. In Rust,
only the bodies of `policy! { … }` are formatted, which `cargo fmt` does not change. Only white space changes, and never
a token or a comment. If something cannot be formatted, it does not change, the reason is printed on stderr, and the
exit status is 2.";

pub(crate) const COMMAND: Command = Command {
    name: "fmt",
    define,
    run: Run::Files(run),
    examples: &[
        ("policy.hujson", "format it in place"),
        ("src/tailnet.rs", "format the `policy!` in it"),
        ("--check *.hujson", "in CI: is every file formatted?"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    let files = argument::path("file", "FILE").required(true).num_args(1..);
    command
        .about("Format policy files as Tailscale's own formatter does, and `policy!` in Rust files")
        .after_help(MORE)
        .arg(files.help("Files to format in place; `-` formats stdin to stdout"))
        .arg(argument::flag("rust", "Stdin is Rust, not HuJSON"))
        .arg(argument::flag(
            "check",
            "Write nothing; print the names of files that are not formatted and exit with 1 if there are any",
        ))
}

/// Formats each file, or reports why it cannot.
fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let only_check = matches.get_flag("check");
    let mut worst = ExitStatus::Success;
    for path in matches.get_many::<PathBuf>("file").into_iter().flatten() {
        let language = Language::new(path, matches.get_flag("rust"));
        let status = format_file(path, language, only_check).unwrap_or_else(|failure| {
            output::say_failure(&failure);
            ExitStatus::Incomplete
        });
        worst = worst.max(status);
    }
    Ok(worst)
}

/// The language of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Hujson,
    Rust,
    Invariants,
}

impl Language {
    fn new(path: &Path, stdin_is_rust: bool) -> Language {
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if file::is_stdin(path) && stdin_is_rust => Language::Rust,
            Some("rs") => Language::Rust,
            Some(invariants_file::EXTENSION) => Language::Invariants,
            _ => Language::Hujson,
        }
    }
}

fn format_file(path: &Path, language: Language, only_check: bool) -> CommandResult {
    let text = file::read_text(path)?;
    let is_rust = language == Language::Rust;
    let (text, (formatted, problems)) = match language {
        Language::Hujson => hujson(text),
        Language::Rust => {
            let outcome = rust(&text);
            (text, outcome)
        }
        Language::Invariants => {
            let outcome = invariants(&text);
            (text, outcome)
        }
    };
    output::say_findings(&Report::new(file::display_name(path), &text, &problems));
    let status = if problems.is_empty() { ExitStatus::Success } else { ExitStatus::Incomplete };
    // Only findings are shown for a file that cannot be formatted. But in a pipe, its text must not
    // be lost.
    let Some(formatted) = formatted.or_else(|| (is_rust && file::is_stdin(path) && !only_check).then(|| text.clone()))
    else {
        return Ok(status);
    };
    match (only_check, formatted == text) {
        (true, false) => {
            let name = file::display_name(path).as_os_str().as_encoded_bytes();
            output::write(&[name, b"\n"].concat())?;
            return Ok(status.max(ExitStatus::Findings));
        }
        (false, _) if file::is_stdin(path) => output::write(formatted.as_bytes())?,
        (false, false) => file::write(path, formatted.as_bytes())?,
        (_, true) => {}
    }
    Ok(status)
}

/// A formatted text, and the findings that prevent it or a part of it.
type Outcome = (Option<String>, Vec<Diagnostic>);

/// Returns the text of a policy file and the formatted text, or the errors that prevent it.
fn hujson(text: String) -> (String, Outcome) {
    let document = match Document::parse_or_return(FileId::Policy, text) {
        Ok(document) => document,
        Err((_, text)) => {
            let problems = Policy::parse(&text).unreadable;
            return (text, (None, problems));
        }
    };
    let formatted = document.try_format();
    let is_too_long = || Diagnostic::new(Code::Syntax, Origin::default(), "the formatted text would exceed 1 GiB");
    let problems = if formatted.is_some() { Vec::new() } else { vec![is_too_long()] };
    (document.into_text(), (formatted, problems))
}

/// Returns a formatted file of invariants, or the errors that prevent it.
fn invariants(text: &str) -> Outcome {
    let found = policy_syntax::invariants_file::parse("", text).unreadable;
    let found = found.into_iter().filter(|problem| problem.code == Code::Syntax);
    // The origins refer to a file of invariants beside a policy, but here it is the only file.
    let problems: Vec<_> = found.map(|problem| problem.map_origins(|origin| origin.in_file(FileId::Policy))).collect();
    if !problems.is_empty() {
        return (None, problems);
    }
    match format_invariants(text) {
        Ok(formatted) => (Some(formatted), Vec::new()),
        Err(unreadable) => (None, vec![problem(text, unreadable)]),
    }
}

/// Returns a Rust file, formatted as far as possible, and the reasons why the rest is not.
fn rust(text: &str) -> Outcome {
    match format_rust(text) {
        Ok(Formatted { text: formatted, untouched }) => {
            (Some(formatted), untouched.into_iter().map(|unreadable| problem(text, unreadable)).collect())
        }
        Err(unreadable) => (None, vec![problem(text, unreadable)]),
    }
}

fn problem(text: &str, Unreadable { start, message }: Unreadable) -> Diagnostic {
    let position = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Diagnostic::new(Code::Syntax, Origin::new(position(start), position(start + length)), message)
}
