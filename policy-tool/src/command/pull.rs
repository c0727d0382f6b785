//! `pull`, which can also convert the policy to Rust in the stand-alone program.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::import::{import_text, plain_argument};
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, invariants_file, pull};

pub(crate) const COMMAND: Command = Command { define, run: Run::Files(run), ..pull::COMMAND };

fn define(command: clap::Command) -> clap::Command {
    pull::define(command).args([
        argument::flag("rust", "Convert the policy to Rust, like `import`"),
        plain_argument().requires("rust"),
        invariants_file::argument().requires("rust"),
    ])
}

fn run(built_in: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let to_rust: pull::Conversion<'_> =
        &|text| Ok(import_text(Path::new(pull::LIVE), text, matches)?.map(|import| import.source));
    pull::pull(built_in, matches, matches.get_flag("rust").then_some(to_rust))
}
