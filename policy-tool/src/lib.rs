//! The program `policy`, for policies in HuJSON files. It has the commands of an operator's own
//! binary, and commands that convert a file to Rust or to grants.
//!
//! This is a separate crate, because an operator's binary does not need it and would have to
//! compile it first.

mod command;
mod comment;
pub mod import;
mod lsp;
pub mod migrate;
mod operator_crate;
pub mod scan;

/// Runs the command line of `policy`.
///
/// The exit code is 0 on success, 1 if there are findings, and 2 if the work could not be done.
pub fn run() -> std::process::ExitCode {
    policy_cli::tool::temporary::before_the_first(policy_cli::tool::signal::handle);
    policy_cli::run_on_files(command::COMMANDS)
}
