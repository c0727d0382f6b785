//! `report`: writes a page about a policy for a browser.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::{Command, CommandResult, Run, generated};
use crate::exit_status::ExitStatus;
use crate::render::site;
use crate::{argument, facts, file, output, valid};

const MORE: &str = "\
The page shows the access matrix, who can reach each destination, what each source can reach, SSH, groups, tags and
devices, and has a search over all of them. It is a single file that needs no network, in light and dark mode.";

pub(crate) const COMMAND: Command =
    Command { name: "report", define, run: Run::Policy(run), examples: &[("-o access.html", "")] };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Write an HTML page to look up anything about the policy in a browser")
        .after_help(MORE)
        .arg(argument::output("PAGE").default_value("-").help("The file to write; `-` is stdout"))
        .arg(facts::argument())
}

/// Writes the page about a policy. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let page = site::page(path, &policy);
    let target = argument::get_file(matches, "output");
    if file::is_stdin(target) {
        output::write(page.as_bytes()).map(|()| ExitStatus::Success)
    } else {
        generated::save(target, page.as_bytes(), path, matches)
    }
}
