//! The commands that only the stand-alone program has, one file each.

#[cfg(feature = "shell")]
mod completions;
mod import;
mod init;
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(feature = "shell")]
mod man;
mod migrate;
#[cfg(feature = "deploy")]
mod pull;
#[cfg(feature = "scan")]
mod scan;
mod schema;
mod unavailable;

use policy_cli::tool::Command;

/// The commands, in the order of the help.
pub(crate) const COMMANDS: &[Command] =
    &[PULL, import::COMMAND, init::COMMAND, LSP, migrate::COMMAND, SCAN, schema::COMMAND, COMPLETIONS, MAN];

#[cfg(feature = "deploy")]
use pull::COMMAND as PULL;
#[cfg(not(feature = "deploy"))]
use unavailable::PULL;

#[cfg(feature = "lsp")]
use lsp::COMMAND as LSP;
#[cfg(not(feature = "lsp"))]
use unavailable::LSP;

#[cfg(feature = "scan")]
use scan::COMMAND as SCAN;
#[cfg(not(feature = "scan"))]
use unavailable::SCAN;

#[cfg(not(feature = "shell"))]
use unavailable::{COMPLETIONS, MAN};
#[cfg(feature = "shell")]
use {completions::COMMAND as COMPLETIONS, man::COMMAND as MAN};
