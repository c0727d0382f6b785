//! The program `policy`, for policies that are HuJSON files: the commands of an operator's own binary, and those that
//! write Rust or grants from a file.
//!
//! It is a crate of its own because an operator's binary needs none of it, and would wait for it at each first build.

mod command;
mod comment;
pub mod import;
pub mod migrate;
mod operator_crate;
#[cfg(unix)]
mod signal;

/// Runs the command line of `policy`.
///
/// The exit code is 0 if all is well, 1 if there are findings, 2 if it could not be done.
pub fn run() -> std::process::ExitCode {
    #[cfg(unix)]
    signal::handle();
    policy_cli::run_on_files(command::COMMANDS)
}
