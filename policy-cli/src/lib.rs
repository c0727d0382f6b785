//! The commands of a tailnet policy.
//!
//! An operator's own binary has its policy built in, so its `main` is one line:
//!
//! ```
//! # mod tailnet {
//! #     use std::sync::LazyLock;
//! #     use policy_core::Policy;
//! #     pub static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::parse("{}"));
//! # }
//! fn main() -> std::process::ExitCode {
//!     policy_cli::run(&tailnet::POLICY)
//! }
//! ```
//!
//! The stand-alone `policy` reads `.hujson` files. Both exit with 0 on success, with 1 if there are
//! findings, and with 2 if they could not do their work.

/// Items that the stand-alone program `policy` shares with the commands of this crate.
#[doc(hidden)]
pub mod tool {
    pub use crate::command::{Command, CommandResult, Run};
    pub use crate::facts::{argument as facts_argument, read_text as read_facts};
    pub use crate::{
        argument, exit_status, failure, file, invariants_file, output, report, target, temporary, text, today, valid,
        words,
    };
}

mod answer;
#[doc(hidden)]
pub mod argument;
mod command;
mod diff;
mod diff_report;
#[doc(hidden)]
pub mod exit_status;
mod facts;
#[doc(hidden)]
pub mod failure;
#[doc(hidden)]
pub mod file;
mod git;
#[doc(hidden)]
pub mod invariants_file;
mod json;
mod line_index;
mod locations;
#[doc(hidden)]
pub mod output;
mod render;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod target;
#[doc(hidden)]
pub mod temporary;
mod test_report;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod today;
#[doc(hidden)]
pub mod valid;
#[doc(hidden)]
pub mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use policy_core::Policy;

use command::{Command, FILE_COMMANDS, OPERATOR_COMMANDS, POLICY_COMMANDS};
use exit_status::ExitStatus;

const EXIT_STATUS: &str = "Exit status:
  0  success
  1  findings: errors, failing tests, differences, or a file that is out of date
  2  failure: wrong usage, or a file that cannot be read or written";

const EXAMPLES: &str = "Examples:
  cargo run > policy.hujson                    print the policy
  cargo run -- emit --output policy.hujson     write it to a file, if that changes the file
  cargo run -- emit --check policy.hujson      in CI: is the committed file up to date?
  cargo run -- diff git:HEAD:policy.hujson     what access do the changes since the last commit give?
  cargo run -- fmt src/tailnet.rs              format the policy's source
  cargo run -- docs --output docs/access.md    the reference page, with what its author wrote kept
  cargo run -- explain alice tag:db:5432       may she, by which rule, and if not, why not?
  cargo run -- who tag:db                      all who reach it
  cargo run -- expiring --within 30d           what ends in the next thirty days
  cargo run -- report -o access.html           a page to look up who reaches what";

const FILE_EXAMPLES: &str = "Examples:
  policy check policy.hujson                   would Tailscale take it?
  policy check policy.hujson --format github   in CI: annotate the pull request
  policy test policy.hujson                    do its own tests pass?
  policy explain policy.hujson alice@example.com tag:db:5432
                                               may she, by which rule, and if not, why not?
  policy who policy.hujson tag:db              all who reach it
  policy expiring policy.hujson --within 30d   what ends in the next thirty days
  policy compile policy.hujson --tailnet facts.json
                                               Tailscale's verdict, and what each device gets
  policy matrix policy.hujson                  who reaches what
  policy docs policy.hujson --check access.md  in CI: is the reference page up to date?
  policy fmt policy.hujson                     format it in place
  policy fmt src/tailnet.rs                    format the `policy!` in it
  policy fmt --check *.hujson                  in CI: is every file formatted?
  policy import policy.hujson > src/tailnet.rs the same policy in Rust, with its comments
  policy diff git:HEAD:policy.hujson policy.hujson
                                               what access do the changes since the last commit give?
  policy scan .                                do manifests, programs and scripts name what it declares?
  policy init tailnet --from policy.hujson     a crate for it, with all that git and CI want
  policy migrate --write policy.hujson         acls as grants, which allow exactly the same";

/// Runs the command line with a built-in policy. Without arguments, prints the policy.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
pub fn run(policy: &Policy) -> ExitCode {
    let program = clap::Command::new("tailnet")
        .display_name(program_name())
        .version(concat!("with policy-cli ", env!("CARGO_PKG_VERSION")))
        .about("A tailnet policy, checked at compile time. Without a command, prints it as HuJSON.")
        .after_help(format!("{EXAMPLES}\n\n{EXIT_STATUS}"));
    execute(program, &[OPERATOR_COMMANDS, POLICY_COMMANDS].concat(), Some(policy))
}

/// Runs the command line on policies in files, with additional commands that only the stand-alone
/// `policy` has.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
#[doc(hidden)]
pub fn run_on_files(commands: &[Command]) -> ExitCode {
    let program = clap::Command::new("policy")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Check, explain and format tailnet policy files, and convert them to Rust")
        .after_help(format!("{FILE_EXAMPLES}\n\n{EXIT_STATUS}"))
        .subcommand_required(true)
        .arg_required_else_help(true);
    execute(program, &[POLICY_COMMANDS, FILE_COMMANDS, commands].concat(), None)
}

/// Runs the command that the command line names.
fn execute(program: clap::Command, commands: &[Command], built_in: Option<&Policy>) -> ExitCode {
    let definitions = commands.iter().map(|command| command.definition(built_in.is_some()));
    let result = match program.subcommands(definitions).try_get_matches() {
        Err(usage) => output::print_usage(&usage),
        Ok(matches) => {
            let named = matches
                .subcommand()
                .and_then(|(name, matches)| Some((commands.iter().find(|command| command.name == name)?, matches)));
            match (named, built_in) {
                (Some((command, matches)), _) => command.execute(built_in, matches),
                (None, Some(policy)) => command::print_built_in(policy),
                // clap has already refused a missing command.
                (None, None) => Ok(ExitStatus::Incomplete),
            }
        }
    };
    result
        .unwrap_or_else(|failure| {
            output::say_failure(&failure);
            ExitStatus::Incomplete
        })
        .into()
}

/// Returns the name of the operator's binary.
fn program_name() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem).map(OsString::from);
    name.and_then(|name| name.into_string().ok()).unwrap_or_else(|| "policy".to_owned())
}
