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
    #[cfg(feature = "deploy")]
    pub use crate::command::pull;
    pub use crate::command::{Command, CommandResult, Example, Run, refuse_here};
    pub use crate::facts::{argument as facts_argument, join as join_facts, read_text as read_facts};
    #[cfg(feature = "deploy")]
    pub use crate::signal;
    pub use crate::stand_alone;
    pub use crate::test_report::suggested_tests;
    pub use crate::{
        argument, exit_status, failure, file, invariants_file, line_index, memory, output, report, target, temporary,
        text, today, uri, valid, words,
    };
}

mod alignment;
mod answer;
#[doc(hidden)]
pub mod argument;
mod command;
#[cfg(feature = "deploy")]
mod deploy;
mod diff;
mod diff_report;
#[cfg(feature = "deploy")]
mod drift_report;
#[doc(hidden)]
pub mod exit_status;
mod export;
mod facts;
#[doc(hidden)]
pub mod failure;
#[doc(hidden)]
pub mod file;
mod fix;
mod git;
#[doc(hidden)]
pub mod invariants_file;
mod json;
#[doc(hidden)]
pub mod line_index;
mod locations;
#[doc(hidden)]
pub mod memory;
mod names;
mod original;
#[doc(hidden)]
pub mod output;
mod program;
#[cfg(feature = "deploy")]
mod progress;
#[cfg(feature = "deploy")]
mod push;
#[cfg(feature = "deploy")]
mod push_report;
mod render;
#[doc(hidden)]
pub mod report;
mod shown_by_cargo;
#[cfg(feature = "deploy")]
#[doc(hidden)]
pub mod signal;
mod source_file;
mod stopwatch;
mod style;
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
pub mod uri;
#[doc(hidden)]
pub mod valid;
#[cfg(feature = "deploy")]
mod verdict_report;
#[doc(hidden)]
pub mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use policy_core::Policy;

use command::{
    Command, DEPLOY_COMMANDS, Example, FILE_COMMANDS, FILE_DEPLOY_COMMANDS, OPERATOR_COMMANDS,
    OPERATOR_DEPLOY_COMMANDS, POLICY_COMMANDS,
};
use exit_status::ExitStatus;
use memory::{Memory, Output};
use program::{Program, binary_name};

const EXIT_STATUS: &str = "Exit status:
  0  success
  1  findings: errors, failing tests, differences, or a file that is out of date
  2  failure: wrong usage, or a file or server that cannot be read or written
  3  only `push`: the policy was written and then put back
  4  only `push`: the policy was written, and the tailnet has another one or may have another one";

/// Examples for an operator's own binary.
const EXAMPLES: &[Example] = &[
    ("emit > policy.hujson", "print the policy, which is also the default command"),
    ("emit --output policy.hujson", "write it to a file, if that changes the file"),
    ("emit --check policy.hujson", "in CI: is the committed file up to date?"),
    ("diff git:HEAD:policy.hujson", "what access do the changes since the last commit give?"),
    ("fmt src/tailnet.rs", "format the policy's source"),
    ("docs --output docs/access.md", "update the reference page, and keep the author's text"),
    ("explain alice tag:db:5432", "can she reach it, by which rule, and if not, why not?"),
    ("who tag:db", "everyone who can reach it"),
    ("expiring --within 30d", "what ends in the next thirty days"),
    ("report -o access.html", "a page to look up who reaches what"),
];

/// Examples for the stand-alone program.
const FILE_EXAMPLES: &[Example] = &[
    ("check policy.hujson", "would Tailscale accept it?"),
    ("check --format github *.hujson", "in CI: annotate the pull request"),
    ("test policy.hujson", "do its own tests pass?"),
    ("explain policy.hujson alice@example.com tag:db:5432", "can she reach it, by which rule, and if not, why not?"),
    ("who policy.hujson tag:db", "everyone who can reach it"),
    ("expiring policy.hujson --within 30d", "what ends in the next thirty days"),
    ("compile policy.hujson --tailnet facts.json", "whether Tailscale accepts it, and what each device gets"),
    ("matrix policy.hujson", "who reaches what"),
    ("docs policy.hujson --check access.md", "in CI: is the reference page up to date?"),
    ("fmt policy.hujson", "format it in place"),
    ("fmt src/tailnet.rs", "format the `policy!` in it"),
    ("fmt --check *.hujson", "in CI: is every file formatted?"),
    ("import policy.hujson > src/tailnet.rs", "the same policy in Rust, with its comments"),
    ("diff git:HEAD:policy.hujson policy.hujson", "what access do the changes since the last commit give?"),
    ("scan .", "does the policy declare every name in manifests, programs and scripts?"),
    ("init tailnet --from policy.hujson", "a crate for it, with everything that git and CI need"),
    ("migrate --write policy.hujson", "convert ACLs to grants that allow exactly the same"),
];

/// Runs the command line with a built-in policy. Without arguments, prints the policy.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
pub fn run(policy: &Policy) -> ExitCode {
    let program = clap::Command::new("tailnet")
        .display_name(binary_name())
        .bin_name(Program::Own.prefix())
        .version(concat!("with ", env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
        .about("A tailnet policy, checked at compile time. Without a command, prints it as HuJSON.");
    execute(
        program,
        EXAMPLES,
        &[OPERATOR_COMMANDS, POLICY_COMMANDS, DEPLOY_COMMANDS, OPERATOR_DEPLOY_COMMANDS].concat(),
        Some(policy),
        std::env::args_os().collect(),
    )
    .into()
}

/// Runs the command line on policies in files, with additional commands that only the stand-alone
/// `policy` has.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
#[doc(hidden)]
pub fn run_on_files(commands: &[Command]) -> ExitCode {
    run_arguments(commands, std::env::args_os().collect()).into()
}

/// Like [`run_on_files`], but on files in memory, and with the arguments after the name of the program.
#[doc(hidden)]
pub fn run_in_memory(commands: &[Command], arguments: Vec<OsString>, memory: Memory) -> (ExitStatus, Output) {
    let arguments = std::iter::once("policy".into()).chain(arguments).collect();
    memory::run(memory, || run_arguments(commands, arguments))
}

fn run_arguments(commands: &[Command], arguments: Vec<OsString>) -> ExitStatus {
    execute(file_program(), FILE_EXAMPLES, &file_commands(commands), None, arguments)
}

/// Returns the stand-alone program, as clap knows it.
#[doc(hidden)]
pub fn stand_alone(commands: &[Command]) -> clap::Command {
    let commands = file_commands(commands);
    defined(file_program(), Program::StandAlone, FILE_EXAMPLES, &commands)
}

fn file_program() -> clap::Command {
    clap::Command::new("policy")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Check, explain and format tailnet policy files, and convert them to Rust")
        .subcommand_required(true)
        .arg_required_else_help(true)
}

fn file_commands(commands: &[Command]) -> Vec<Command> {
    [POLICY_COMMANDS, FILE_COMMANDS, DEPLOY_COMMANDS, FILE_DEPLOY_COMMANDS, commands].concat()
}

fn after_help(program: Program, examples: &[Example]) -> String {
    let prefix = program.prefix();
    let lines: Vec<_> = examples.iter().map(|(words, about)| (format!("{prefix} {words}"), *about)).collect();
    format!("{}\n\n{EXIT_STATUS}", program::examples(&lines))
}

/// Returns a program with its commands and its help.
fn defined(program: clap::Command, kind: Program, examples: &[Example], commands: &[Command]) -> clap::Command {
    program.after_help(after_help(kind, examples)).subcommands(commands.iter().map(|command| command.definition(kind)))
}

/// Runs the command that the command line names. `arguments` begins with the name of the program.
fn execute(
    program: clap::Command,
    examples: &[Example],
    commands: &[Command],
    built_in: Option<&Policy>,
    arguments: Vec<OsString>,
) -> ExitStatus {
    let kind = if built_in.is_some() { Program::Own } else { Program::StandAlone };
    // If the first argument names a command, nothing depends on the others. To define all of them
    // would take half of the time of a quick command.
    let named = arguments.get(1).and_then(|name| commands.iter().find(|command| name == command.name));
    let program = match named {
        Some(command) => program.subcommand(command.definition(kind)),
        None => defined(program, kind, examples, commands),
    };
    let result = match program.try_get_matches_from(arguments) {
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
    result.unwrap_or_else(|failure| {
        output::say_failure(&failure);
        ExitStatus::Incomplete
    })
}
