//! The commands that only the stand-alone program has, one file each.

mod completions;
mod import;
mod init;
mod lsp;
mod man;
mod migrate;
mod pull;
mod scan;
mod schema;

use policy_cli::tool::Command;

/// The commands, in the order of the help.
pub(crate) const COMMANDS: &[Command] = &[
    pull::COMMAND,
    import::COMMAND,
    init::COMMAND,
    lsp::COMMAND,
    migrate::COMMAND,
    scan::COMMAND,
    schema::COMMAND,
    completions::COMMAND,
    man::COMMAND,
];
