//! `schema`: prints the JSON Schema of a policy file, for editors.

use clap::ArgMatches;
use policy_analysis::policy_schema::policy_schema;
use policy_core::Policy;

use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, file, output};

const MORE: &str = "\
Editors use the schema to complete keys, to show what they mean, and to mark keys and types that are wrong. It does not
know which names are declared, who may be where, and how texts are spelt: `policy check` and `policy lsp` do.";

pub(crate) const COMMAND: Command = Command {
    name: "schema",
    define,
    run: Run::Files(run),
    examples: &[("> tailscale-policy.schema.json", ""), ("--output .vscode/policy.schema.json", "write it to a file")],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Print the JSON Schema of a policy file, for editors")
        .after_help(MORE)
        .arg(argument::output("FILE").help("Update FILE atomically instead, and only if it changes"))
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let schema = policy_schema();
    match argument::get_path(matches, "output") {
        Some(path) if !file::is_stdin(path) => {
            let text = output::json_text(&schema);
            if !file::has_content(path, text.as_bytes()) {
                file::write(path, text.as_bytes())?;
            }
        }
        _ => output::write_json(&schema)?,
    }
    Ok(ExitStatus::Success)
}
