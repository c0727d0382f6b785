//! `import`: converts a policy file to the source of `policy!`.

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

pub(crate) const COMMAND: Command =
    Command { name: "import", define, run: Run::Files(run), examples: &[("policy.hujson > src/tailnet.rs", "")] };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Convert a policy file to Rust: a `policy!` with all its values and comments")
        .after_help(
            "A file with errors is imported, too. Its errors become comments where they occur, and the exit status is 1.",
        )
        .args([argument::policy_file(), invariants_file::argument(), plain_argument()])
}

/// Defines `--plain`.
pub(super) fn plain_argument() -> Arg {
    argument::flag("plain", "Do not name repeated tag owners and ports")
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let path = argument::get_file(matches, "file");
    let text = file::read_text(path)?;
    let Some(import) = import_text(path, &text, matches)? else { return Ok(ExitStatus::Incomplete) };
    output::write(import.source.as_bytes())?;
    Ok(ExitStatus::with_findings(import.has_errors()))
}

/// Imports the text of a file and the invariants beside it. Reports errors on stderr, and returns
/// `None` if the file cannot be imported.
pub(super) fn import_text(path: &Path, text: &str, matches: &ArgMatches) -> Result<Option<Import>, Failure> {
    let file = invariants_file::parse(path, matches)?;
    let naming = if matches.get_flag("plain") { Naming::Plain } else { Naming::Lets };
    let (import, findings) = match import_beside(text, file.clone(), naming) {
        Ok(import) => (Some(import.clone()), import.findings),
        Err(findings) => (None, findings),
    };
    let text = without_byte_order_mark(text).to_owned();
    let policy = Policy { text, facts: Facts { invariants_file: file, ..Facts::default() }, ..Policy::default() };
    // Warnings are reported by `check`. An import does not improve the policy.
    valid::report_errors(file::display_name(path), &policy, &findings);
    Ok(import)
}
