//! `import`: a policy file as the source of `policy!`.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_core::Policy;
use policy_core::model::Facts;

use crate::import::{Import, Naming, import_beside};
use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::text::without_byte_order_mark;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, file, invariants_file, output, valid};

pub(crate) const COMMAND: Command = Command { name: "import", define, run: Run::Files(run) };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Print a policy file as Rust: a `policy!` with every value and every comment of it")
        .after_help(
            "A file with errors is imported all the same, with the errors as comments at their places. The exit status is 1 \
             then.",
        )
        .args([argument::policy_file(), invariants_file::argument(), plain_argument()])
}

/// Defines `--plain`.
pub(super) fn plain_argument() -> Arg {
    argument::flag("plain", "Give no names to lists of owners and to ports that the policy repeats")
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let path = argument::get_file(matches, "file");
    let text = file::read_text(path)?;
    let Some(import) = import_text(path, &text, matches)? else { return Ok(ExitStatus::Incomplete) };
    output::write(import.source.as_bytes())?;
    Ok(ExitStatus::with_findings(import.has_errors()))
}

/// Imports the text of a file, with the invariants beside it. What is wrong with them is said on stderr; `None` if that is too much.
pub(super) fn import_text(path: &Path, text: &str, matches: &ArgMatches) -> Result<Option<Import>, Failure> {
    let file = invariants_file::parse(path, matches)?;
    let naming = if matches.get_flag("plain") { Naming::Plain } else { Naming::Lets };
    let (import, findings) = match import_beside(text, file.clone(), naming) {
        Ok(import) => (Some(import.clone()), import.findings),
        Err(findings) => (None, findings),
    };
    let text = without_byte_order_mark(text).to_owned();
    let policy = Policy { text, facts: Facts { invariants_file: file, ..Facts::default() }, ..Policy::default() };
    // Warnings are for `check`. An import does not improve the policy.
    valid::report_errors(file::display_name(path), &policy, &findings);
    Ok(import)
}
