//! `names`: every name of a policy, for other programs.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::{Command, CommandResult, Run};
use crate::answer::{AnswerFormat, NamesAnswer};
use crate::exit_status::ExitStatus;
use crate::{argument, facts, output, valid};

const MORE: &str = "\
Lists the names that the policy declares, the services and app capabilities that its rules name, and the users and
devices of the facts. In JSON, each name has its facts, such as the owners of a tag and the tags of a device, and the
comment above it.";

pub(crate) const COMMAND: Command = Command {
    name: "names",
    define,
    run: Run::Policy(run),
    examples: &[
        ("", "the names as text"),
        ("--format json | jq -r '.tags[].name'", "only the tags"),
        ("--format json --tailnet devices.json", "with the devices of the tailnet, and their tags"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("List every name of the policy: tags, groups, hosts, services, users, devices and more")
        .after_help(MORE)
        .args([argument::format(AnswerFormat::ALL, "The output format"), facts::argument()])
}

/// Lists the names of a policy that is known as `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let answer = NamesAnswer::new(path.to_string_lossy().into_owned(), &policy);
    match argument::get_format(matches, AnswerFormat::ALL) {
        AnswerFormat::Text => output::print(&answer.to_text())?,
        AnswerFormat::Json => output::write_json(&answer.to_json())?,
    }
    Ok(ExitStatus::Success)
}
