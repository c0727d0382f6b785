//! The answer of a command that needs more than files, in a build that has only files.

use super::CommandResult;
use crate::failure::Failure;

/// Says that a command is not available, because this build does not have what it `needs`.
pub fn refuse_here(command: &str, needs: &str) -> CommandResult {
    Err(Failure::new(format_args!("`{command}` needs {needs}, which is not available here"))
        .help(format_args!("install the program `policy`, and run `policy {command}`")))
}
