//! Writes or checks files that are generated from the policy.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};

use super::CommandResult;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::{argument, diff, facts, file, invariants_file, output};

/// The destination of a generated text.
pub(super) enum Target<'m> {
    Print,
    Save(&'m Path),
    Check(&'m Path),
}

impl<'m> Target<'m> {
    /// Reads the arguments that [`check_argument`] and [`argument::output`] define.
    pub(super) fn new(matches: &'m ArgMatches) -> Target<'m> {
        match (argument::get_path(matches, "check"), argument::get_path(matches, "output")) {
            (Some(file), _) => Target::Check(file),
            (None, Some(file)) if !file::is_stdin(file) => Target::Save(file),
            _ => Target::Print,
        }
    }
}

/// Defines `--check`, the alternative to `--output`.
pub(super) fn check_argument(value_name: &'static str) -> Arg {
    argument::path("check", value_name).long("check").conflicts_with("output")
}

/// Writes a generated file if its content differs. Fails if it is one of the files that the command
/// reads: the policy in `policy`, its invariants, or the facts.
pub(super) fn save(path: &Path, content: &[u8], policy: &Path, matches: &ArgMatches) -> CommandResult {
    let invariants = invariants_file::beside(policy);
    let named = [facts::NAME, invariants_file::EXTENSION].map(|name| matches.try_get_many::<PathBuf>(name));
    let named = named.into_iter().flatten().flatten().flatten().map(PathBuf::as_path);
    file::refuse_input(path, [policy, &invariants].into_iter().chain(named))?;
    if !file::has_content(path, content) {
        file::write(path, content)?;
    }
    Ok(ExitStatus::Success)
}

/// Compares a file with its expected content, and prints the difference.
pub(super) fn check(path: &Path, current: &[u8], content: &[u8], help: &str) -> CommandResult {
    let name = file::display_name(path);
    let difference = diff::unified(name.as_os_str().as_encoded_bytes(), current, content);
    if difference.is_empty() {
        return Ok(ExitStatus::Success);
    }
    output::write(&difference)?;
    output::say_failure(&Failure::new(format_args!("`{}` is out of date", name.display())).help(help));
    Ok(ExitStatus::Findings)
}
