//! The commands, one file each.
//!
//! Each command is a [`Command`] in one of the lists below. Its definition for clap, its function
//! and the programs that have it follow from this.

mod check;
mod compile;
mod diff;
mod docs;
#[cfg(feature = "deploy")]
mod drift;
mod emit;
mod expiring;
mod explain;
mod export;
mod fmt;
mod generated;
mod graph;
mod matrix;
mod names;
#[cfg(feature = "deploy")]
#[doc(hidden)]
pub mod pull;
#[cfg(feature = "deploy")]
mod push;
mod report;
mod test;
mod unavailable;
#[cfg(feature = "deploy")]
mod validate;
mod who;
#[cfg(not(feature = "deploy"))]
mod without_deploy;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use policy_core::Policy;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::{self, BUILT_IN, Program};
use crate::{argument, file, invariants_file, output, target};

pub(crate) use emit::print_built_in;
pub use unavailable::refuse_here;

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
    names::COMMAND,
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

/// The commands of both programs that ask the tailnet's control plane about one policy.
#[cfg(feature = "deploy")]
pub(crate) const DEPLOY_COMMANDS: &[Command] = &[validate::COMMAND, drift::COMMAND];

/// In an operator's own binary without the feature, they say how to get them.
#[cfg(not(feature = "deploy"))]
pub(crate) const DEPLOY_COMMANDS: &[Command] = without_deploy::COMMANDS;

/// Additional commands of the stand-alone program that ask the control plane.
#[cfg(feature = "deploy")]
pub(crate) const FILE_DEPLOY_COMMANDS: &[Command] = &[push::COMMAND];

#[cfg(not(feature = "deploy"))]
pub(crate) const FILE_DEPLOY_COMMANDS: &[Command] = &[];

/// Additional commands of an operator's own binary that ask the control plane. In the stand-alone program, `pull` can
/// also convert the policy to Rust, so that program has a definition of its own.
#[cfg(feature = "deploy")]
pub(crate) const OPERATOR_DEPLOY_COMMANDS: &[Command] = &[pull::COMMAND, push::OPERATOR_COMMAND];

#[cfg(not(feature = "deploy"))]
pub(crate) const OPERATOR_DEPLOY_COMMANDS: &[Command] = &[without_deploy::PULL];

/// A command of the command line.
#[derive(Clone, Copy)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Adds the help and the arguments.
    pub define: fn(clap::Command) -> clap::Command,
    /// The function that runs it, by its kind.
    pub run: Run,
    /// Examples for the help.
    pub examples: &'static [Example],
}

/// An example for a help text: the arguments after the name of a command (or after the policy file,
/// if the command is about one), and an explanation.
pub type Example = (&'static str, &'static str);

/// A policy, and its name in messages.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// The file, as named on the command line.
    pub name: PathBuf,
    /// The policy, with its invariants.
    pub policy: Policy,
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
    /// A command about several policies: the built-in one, or those in the files that its arguments
    /// name. It also gets the status of reading them.
    Policies(fn(Vec<NamedPolicy>, ExitStatus, &ArgMatches) -> CommandResult),
    /// A command about the files that its arguments name. It also gets the built-in policy, if
    /// there is one.
    Files(fn(Option<&Policy>, &ArgMatches) -> CommandResult),
}

impl Command {
    /// Defines the command for clap, in one of the programs.
    pub(crate) fn definition(&self, program: Program) -> clap::Command {
        let command = self.with_examples((self.define)(clap::Command::new(self.name)), program);
        match (self.run, program) {
            (Run::Policy(_), Program::StandAlone) => {
                with_policy_file(command, argument::policy_file()).arg(invariants_file::argument())
            }
            (Run::Policies(_), Program::StandAlone) => {
                with_policy_file(command, argument::policy_file().num_args(1..)).arg(invariants_file::argument())
            }
            (Run::PolicyAlone(_), Program::StandAlone) => with_policy_file(command, argument::policy_file()),
            (Run::Files(_), _) | (_, Program::Own) => command,
        }
    }

    fn with_examples(&self, command: clap::Command, program: Program) -> clap::Command {
        if self.examples.is_empty() {
            return command;
        }
        let line = |rest: &str| match self.run {
            Run::Files(_) => format!("{} {} {rest}", program.prefix_of(self.name), self.name),
            Run::Policy(_) | Run::PolicyAlone(_) | Run::Policies(_) => {
                program.command(self.name, "policy.hujson", rest)
            }
        };
        let lines: Vec<_> = self.examples.iter().map(|(rest, about)| (line(rest), *about)).collect();
        let examples = program::examples(&lines);
        let more = command.get_after_help().map(|more| format!("{more}\n\n")).unwrap_or_default();
        command.after_help(format!("{more}{examples}"))
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
            (Run::Policies(run), Some(policy)) => {
                let policy = NamedPolicy { name: BUILT_IN.into(), policy: policy.clone() };
                run(vec![policy], ExitStatus::Success, matches)
            }
            (Run::Policy(run), None) => {
                let path = argument::get_file(matches, "file");
                let policy = self.read_with_invariants(path, matches)?;
                run(file::display_name(path), policy, matches)
            }
            (Run::PolicyAlone(run), None) => {
                let path = argument::get_file(matches, "file");
                run(file::display_name(path), self.read_policy(path, matches)?, matches)
            }
            (Run::Policies(run), None) => {
                let (policies, status) = self.read_policies(matches)?;
                if policies.is_empty() { Ok(status) } else { run(policies, status, matches) }
            }
        }
    }

    /// Reads every policy that can be read. Why the others cannot is on stderr then.
    fn read_policies(&self, matches: &ArgMatches) -> Result<(Vec<NamedPolicy>, ExitStatus), Failure> {
        let paths: Vec<&PathBuf> = matches.get_many("file").into_iter().flatten().collect();
        if paths.len() > 1 && matches.contains_id(invariants_file::EXTENSION) {
            let message = format!("`--invariants` names the invariants of one policy, and there are {}", paths.len());
            return Err(Failure::new(message)
                .help("put a file of invariants beside each policy: `policy.invariants` belongs to `policy.hujson`"));
        }
        let (mut policies, mut status) = (Vec::new(), ExitStatus::Success);
        let mut seen = HashSet::new();
        for path in paths {
            if !seen.insert(path) {
                return Err(Failure::new(format!("`{}` is given twice", file::visible_name(path))));
            }
            match self.read_with_invariants(path, matches) {
                Ok(policy) => policies.push(NamedPolicy { name: file::display_name(path).to_owned(), policy }),
                Err(failure) => {
                    output::say_failure(&failure);
                    status = ExitStatus::Incomplete;
                }
            }
        }
        Ok((policies, status))
    }

    /// Reads a policy and its invariants.
    fn read_with_invariants(&self, path: &Path, matches: &ArgMatches) -> Result<Policy, Failure> {
        let policy = self.read_policy(path, matches)?;
        // Only commands that prove invariants need to say that none were read.
        let proves = [check::COMMAND.name, test::COMMAND.name].contains(&self.name);
        let is_unnamed = file::is_stdin(path) && !matches.contains_id(invariants_file::EXTENSION);
        if proves && is_unnamed && argument::get_str(matches, "format") == "text" {
            output::say("note: no invariants are read beside stdin; `--invariants FILE` names some\n");
        }
        invariants_file::add(path, policy, matches)
    }

    /// Reads a policy that the argument of [`with_policy_file`] names.
    fn read_policy(&self, path: &Path, matches: &ArgMatches) -> Result<Policy, Failure> {
        let text = file::read_text(path).map_err(|failure| {
            // If the command takes more arguments, the user may have omitted the file.
            let takes_words = self.definition(Program::Own).get_positionals().next().is_some();
            if takes_words && !file::exists(path) && !path.to_string_lossy().ends_with("json") {
                failure.help(format_args!("the policy file comes first: `policy {} policy.hujson …`", self.name))
            } else {
                failure
            }
        })?;
        Ok(target::parse(path, text, matches))
    }
}

/// Inserts the policy file before all positional arguments of a command.
fn with_policy_file(command: clap::Command, file: Arg) -> clap::Command {
    let shifted = command.mut_args(|arg| match arg.get_index() {
        Some(index) => arg.index(index + 1),
        None => arg,
    });
    let help = "The policy file; `-` reads stdin, git:REV:PATH a file of a revision";
    shifted.arg(file.help(help).index(1)).arg(target::argument())
}
