//! The commands, one file each.
//!
//! Each command is a [`Command`] in one of the lists below. Its definition for clap, its function
//! and the programs that have it follow from this.

mod check;
mod compile;
mod diff;
mod docs;
mod emit;
mod expiring;
mod explain;
mod export;
mod fmt;
mod generated;
mod graph;
mod matrix;
mod report;
mod test;
mod who;

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::{argument, file, invariants_file, output, target};

pub(crate) use emit::print_built_in;

/// The result of a command.
pub type CommandResult = Result<ExitStatus, Failure>;

/// The commands of both programs that read one policy.
pub(crate) const POLICY_COMMANDS: &[Command] = &[
    check::COMMAND,
    test::COMMAND,
    explain::COMMAND,
    who::WHO,
    who::WHAT,
    expiring::COMMAND,
    compile::COMMAND,
    export::COMMAND,
    docs::COMMAND,
    matrix::COMMAND,
    graph::COMMAND,
    report::COMMAND,
];

/// Additional commands of an operator's own binary.
pub(crate) const OPERATOR_COMMANDS: &[Command] = &[emit::COMMAND, fmt::COMMAND, diff::OPERATOR_COMMAND];

/// Additional commands of the stand-alone program that read several files.
pub(crate) const FILE_COMMANDS: &[Command] = &[fmt::COMMAND, diff::COMMAND];

/// A command of the command line.
#[derive(Clone, Copy)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Adds the help and the arguments.
    pub define: fn(clap::Command) -> clap::Command,
    /// The function that runs it, by its kind.
    pub run: Run,
}

/// The function that runs a command.
#[derive(Clone, Copy)]
pub enum Run {
    /// A command about one policy, which gets the name of the policy in messages. The policy is the
    /// built-in one, or the one in the file that the first argument names.
    Policy(fn(&Path, Policy, &ArgMatches) -> CommandResult),
    /// Like [`Run::Policy`], but without the invariants beside the file, which Tailscale does not
    /// know.
    PolicyAlone(fn(&Path, Policy, &ArgMatches) -> CommandResult),
    /// A command about the files that its arguments name. It also gets the built-in policy, if
    /// there is one.
    Files(fn(Option<&Policy>, &ArgMatches) -> CommandResult),
}

impl Command {
    /// Defines the command for clap. `has_policy` says whether the program has a built-in policy.
    pub(crate) fn definition(&self, has_policy: bool) -> clap::Command {
        let command = (self.define)(clap::Command::new(self.name));
        match self.run {
            Run::Policy(_) if !has_policy => with_policy_file(command).arg(invariants_file::argument()),
            Run::PolicyAlone(_) if !has_policy => with_policy_file(command),
            _ => command,
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    /// Fails with the reason why the command could not do its work.
    pub(crate) fn execute(&self, built_in: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
        match (self.run, built_in) {
            (Run::Files(run), _) => run(built_in, matches),
            (Run::Policy(run) | Run::PolicyAlone(run), Some(policy)) => {
                run(Path::new(BUILT_IN), policy.clone(), matches)
            }
            (Run::Policy(run), None) => {
                let (path, policy) = self.read_policy(matches)?;
                // Only commands that prove invariants need to say that none were read.
                let proves = [check::COMMAND.name, test::COMMAND.name].contains(&self.name);
                let is_unnamed = file::is_stdin(path) && !matches.contains_id(invariants_file::EXTENSION);
                if proves && is_unnamed && argument::get_str(matches, "format") == "text" {
                    output::say("note: no invariants are read beside stdin; `--invariants FILE` names some\n");
                }
                run(file::display_name(path), invariants_file::add(path, policy, matches)?, matches)
            }
            (Run::PolicyAlone(run), None) => {
                let (path, policy) = self.read_policy(matches)?;
                run(file::display_name(path), policy, matches)
            }
        }
    }

    /// Reads the policy that the argument of [`with_policy_file`] names.
    fn read_policy<'m>(&self, matches: &'m ArgMatches) -> Result<(&'m Path, Policy), Failure> {
        let path = argument::get_file(matches, "file");
        let text = file::read_text(path).map_err(|failure| {
            // If the command takes more arguments, the user may have omitted the file.
            let takes_words = self.definition(true).get_positionals().next().is_some();
            if takes_words && !path.exists() && !path.to_string_lossy().ends_with("json") {
                failure.help(format_args!("the policy file comes first: `policy {} policy.hujson …`", self.name))
            } else {
                failure
            }
        })?;
        Ok((path, target::parse(path, text, matches)))
    }
}

/// The name of the built-in policy in messages.
const BUILT_IN: &str = "<built-in policy>";

/// Inserts the policy file before all positional arguments of a command.
fn with_policy_file(command: clap::Command) -> clap::Command {
    let shifted = command.mut_args(|arg| match arg.get_index() {
        Some(index) => arg.index(index + 1),
        None => arg,
    });
    let help = "The policy file; `-` reads stdin, git:REV:PATH a file of a revision";
    shifted.arg(argument::policy_file().help(help).index(1)).arg(target::argument())
}
