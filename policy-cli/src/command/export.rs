//! `export`: prints a part of the policy in a format for other programs.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_analysis::json_schema::json_schema;
use policy_core::diagnostic::suggestion::nearest;
use policy_core::{Policy, check};

use super::{Command, CommandResult, Run};
use crate::argument::get_str;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::{output, valid};

const MORE: &str = "\
A policy declares the shape of an app capability of its own in `capabilities { … }`, or in a comment above the opening
brace: `// policy: capability \"example.com/cap/sql\" { tables: [string]; }`. The schema is about one of its values, of
which a device gets a list.";

pub(crate) const COMMAND: Command = Command {
    name: "export",
    define,
    run: Run::PolicyAlone(run),
    examples: &[("--schema example.com/cap/sql > sql.schema.json", "")],
};

fn define(command: clap::Command) -> clap::Command {
    command.about("Print the JSON Schema of an app capability that the policy declares").after_help(MORE).arg(
        Arg::new("schema").long("schema").value_name("CAPABILITY").required(true).help("The name of the capability"),
    )
}

/// Prints the schema of a capability that a policy declares. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    if !valid::report_errors(path, &policy, &check::check(&policy)) {
        return Ok(ExitStatus::Incomplete);
    }
    let name = get_str(matches, "schema");
    let Some(declared) = policy.capabilities.iter().find(|declared| declared.name.as_str() == name) else {
        let names = || policy.capabilities.iter().map(|declared| declared.name.as_str());
        let failure = Failure::new(format_args!("the policy declares no capability `{name}`"));
        let listed = || names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(match nearest(name, names()) {
            Some(near) => failure.help(format_args!("did you mean `{near}`?")),
            None if names().next().is_none() => failure.help("declare it in `capabilities { … }`"),
            None => failure.help(format_args!("it declares {}", listed())),
        });
    };
    output::write_json(&json_schema(declared))?;
    Ok(ExitStatus::Success)
}
