//! The commands of features that this build does not have. They say what they need.

#![allow(dead_code, reason = "each is used without its feature only")]

use clap::Arg;

use policy_cli::tool::{Command, Run, refuse_here};

pub(super) const PULL: Command = Command {
    name: "pull",
    define: |command| define(command, "Write the policy that the tailnet has to a file"),
    run: Run::Files(|_, _| refuse_here("pull", "the network")),
    examples: &[],
};

pub(super) const LSP: Command = Command {
    name: "lsp",
    define: |command| define(command, "Run a language server, which editors start and talk to"),
    run: Run::Files(|_, _| refuse_here("lsp", "an editor that starts it")),
    examples: &[],
};

pub(super) const SCAN: Command = Command {
    name: "scan",
    define: |command| define(command, "Check the tags, groups, services and capabilities that other files mention"),
    run: Run::Files(|_, _| refuse_here("scan", "the folders of a machine")),
    examples: &[],
};

pub(super) const COMPLETIONS: Command = Command {
    name: "completions",
    define: |command| define(command, "Print the completion script of this program for a shell"),
    run: Run::Files(|_, _| refuse_here("completions", "a shell")),
    examples: &[],
};

pub(super) const MAN: Command = Command {
    name: "man",
    define: |command| define(command, "Print the manual page of this program, or write one for each command"),
    run: Run::Files(|_, _| refuse_here("man", "a manual")),
    examples: &[],
};

/// Accepts all arguments of the command.
fn define(command: clap::Command, about: &'static str) -> clap::Command {
    let arguments = Arg::new("arguments").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).hide(true);
    command.about(format!("{about}. Not available here")).arg(arguments)
}
