//! `fmt`: the official formatting of policy files, and that of `policy!` in Rust files.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::hujson::Document;
use policy_core::model::Origin;
use policy_core::{Code, Diagnostic, Policy};
use policy_syntax::layout::{Formatted, Unreadable, format_invariants, format_rust};

use crate::file;
use crate::invariants_file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

const ABOUT_RUST: &str = "A file that ends in `.rs` is Rust, one in `.invariants` has invariants, and any other one is HuJSON. In Rust, the bodies of `policy! { … }` are \
formatted, which `cargo fmt` leaves alone; all else stays as it is. Only white space changes, never a token or a comment. \
What cannot be formatted stays as it is, with the reason on stderr and exit status 2.";

pub(crate) fn command() -> Command {
    Command::new("fmt")
        .about("Format policy files as Tailscale's own formatter does, and `policy!` in Rust files")
        .after_long_help(ABOUT_RUST)
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .num_args(1..)
                .help("Files to format in place; `-` formats stdin to stdout"),
        )
        .arg(Arg::new("rust").long("rust").action(ArgAction::SetTrue).help("Stdin is Rust, not HuJSON"))
        .arg(
            Arg::new("check").long("check").action(ArgAction::SetTrue).help(
                "Write nothing; print the names of files that are not formatted and exit with 1 if there are any",
            ),
        )
}

/// Formats each file, or at least says of each what is wrong with it.
pub(crate) fn run(matches: &ArgMatches) -> Outcome {
    let only_check = matches.get_flag("check");
    let paths = matches.get_many::<PathBuf>("file").into_iter().flatten();
    let outcomes = paths.map(|path| {
        run_on(path, Language::of(path, matches.get_flag("rust")), only_check).unwrap_or_else(|failure| {
            output::report(&failure);
            Outcome::Incomplete
        })
    });
    outcomes.max().unwrap_or(Outcome::Good)
}

/// What a file is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Hujson,
    Rust,
    Invariants,
}

impl Language {
    fn of(path: &Path, stdin_is_rust: bool) -> Language {
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if file::is_stdin(path) => {
                if stdin_is_rust {
                    Language::Rust
                } else {
                    Language::Hujson
                }
            }
            Some("rs") => Language::Rust,
            Some(invariants_file::EXTENSION) => Language::Invariants,
            _ => Language::Hujson,
        }
    }
}

fn run_on(path: &Path, language: Language, only_check: bool) -> Result<Outcome, Failure> {
    let text = file::read_text(path)?;
    let is_rust = language == Language::Rust;
    let (formatted, problems) = match language {
        Language::Hujson => hujson(&text),
        Language::Rust => rust(&text),
        Language::Invariants => invariants(&text),
    };
    if !problems.is_empty() {
        let report = Report::new(file::display_name(path), &text, &problems);
        output::say(&report.render(Format::Text, &output::stderr_renderer()));
    }
    let outcome = if problems.is_empty() { Outcome::Good } else { Outcome::Incomplete };
    // What is wrong may be all that there is to say of a file, but a pipe should not lose its text.
    let Some(formatted) = formatted.or_else(|| (is_rust && file::is_stdin(path) && !only_check).then(|| text.clone()))
    else {
        return Ok(outcome);
    };
    match (only_check, formatted == text) {
        (true, false) => {
            let name = file::display_name(path).as_os_str().as_encoded_bytes();
            output::write(&[name, b"\n"].concat())?;
            return Ok(outcome.max(Outcome::Findings));
        }
        (false, _) if file::is_stdin(path) => output::write(formatted.as_bytes())?,
        (false, false) => file::write(path, formatted.as_bytes())?,
        (_, true) => {}
    }
    Ok(outcome)
}

/// A policy file as it should be, or what is wrong with it.
fn hujson(text: &str) -> (Option<String>, Vec<Diagnostic>) {
    match Document::parse(text, 0) {
        Ok(document) => (Some(document.format()), Vec::new()),
        Err(_) => (None, Policy::parse(text).unreadable),
    }
}

/// A file of invariants as it should be, or what is wrong with it.
fn invariants(text: &str) -> (Option<String>, Vec<Diagnostic>) {
    let mut problems = policy_syntax::invariants_file::parse("", text, 0).unreadable;
    problems.retain(|problem| problem.code == Code::Syntax);
    if !problems.is_empty() {
        return (None, problems);
    }
    match format_invariants(text) {
        Ok(formatted) => (Some(formatted), Vec::new()),
        Err(unreadable) => (None, vec![problem(text, unreadable)]),
    }
}

/// A Rust file as it should be, as far as it can be formatted, and why the rest cannot.
fn rust(text: &str) -> (Option<String>, Vec<Diagnostic>) {
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
