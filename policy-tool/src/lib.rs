//! The program `policy`, for policies in HuJSON files. It has the commands of an operator's own
//! binary, and commands that convert a file to Rust or to grants.
//!
//! This is a separate crate, because an operator's binary does not need it and would have to
//! compile it first.

mod command;
mod comment;
pub mod import;
#[cfg(feature = "lsp")]
mod lsp;
pub mod migrate;
mod operator_crate;
#[cfg(feature = "scan")]
pub mod scan;
mod section;

use std::ffi::OsString;

use policy_cli::tool::memory::{Memory, Output};

/// Runs the command line of `policy`.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
pub fn run() -> std::process::ExitCode {
    #[cfg(feature = "deploy")]
    policy_cli::tool::temporary::before_the_first(policy_cli::tool::signal::handle);
    policy_cli::run_on_files(command::COMMANDS)
}

/// Runs the command line of `policy` on files in memory. `arguments` are those after the name of the
/// program. The status is 0 on success, 1 if there are findings, and 2 if the work could not be done.
///
/// ```
/// use std::time::Duration;
/// use policy_cli::tool::memory::Memory;
/// let memory = Memory::new(|| Duration::ZERO).with_stdin(b"{\"grants\":[]}\n".to_vec());
/// let (status, output) = policy_tool::run_in_memory(vec!["fmt".into(), "-".into()], memory);
/// assert_eq!((status, output.stdout.as_slice()), (0, b"{\"grants\": []}\n".as_slice()));
/// ```
pub fn run_in_memory(arguments: Vec<OsString>, memory: Memory) -> (u8, Output) {
    let (status, output) = policy_cli::run_in_memory(command::COMMANDS, arguments, memory);
    (status.into(), output)
}
