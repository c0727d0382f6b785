//! `lsp`: a language server.

use std::path::PathBuf;

use clap::ArgMatches;
use policy_core::Policy;

use crate::lsp::{Settings, serve};
use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, facts_argument, target};

pub(crate) const COMMAND: Command = Command {
    name: "lsp",
    define,
    run: Run::Files(run),
    examples: &[("--tailnet tailnet.json", "with the tailnet's users and devices")],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Run a language server, which editors start and talk to")
        .after_help(
            "The server speaks the Language Server Protocol on stdin and stdout. docs/editors.md says how to set up \
             an editor. The editor can also send the options as settings: `facts`, `target`, and `diagnosticsPage`.",
        )
        .args([
            facts_argument(),
            target::argument(),
            // Some editors add it.
            argument::flag("stdio", "Use stdin and stdout, which is also the default"),
        ])
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let facts = matches.get_many::<PathBuf>("tailnet").into_iter().flatten().cloned().collect();
    let settings = Settings { facts, target: target::named(matches), ..Settings::default() };
    serve(settings).map_err(|error| Failure::new(format_args!("the connection to the editor failed: {error}")))?;
    Ok(ExitStatus::Success)
}
