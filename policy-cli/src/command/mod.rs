//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod emit;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod matrix;
pub(crate) mod migrate;
pub(crate) mod report;
pub(crate) mod test;
pub(crate) mod who;

use std::path::Path;

use clap::{ArgMatches, Command};
use policy_core::Policy;

use crate::outcome::{Failure, Outcome};

/// A command that is about one policy, which is known as some path.
type Run = fn(&Path, Policy, &ArgMatches) -> Result<Outcome, Failure>;

/// The commands that both programs have: with a policy that is built in, and for one in a file.
pub(crate) const ABOUT_A_POLICY: [(fn() -> Command, Run); 10] = [
    (check::command, |path, policy, matches| check::run(path, &policy, matches)),
    (test::command, test::run),
    (explain::command, explain::run),
    (who::who_command, who::run_who),
    (who::what_command, who::run_what),
    (compile::command, compile::run),
    (docs::command, docs::run),
    (matrix::command, matrix::run),
    (graph::command, graph::run),
    (report::command, report::run),
];

/// What does the command of that name, if it is one of them.
pub(crate) fn about_a_policy(name: &str) -> Option<Run> {
    ABOUT_A_POLICY.into_iter().find(|(command, _)| command().get_name() == name).map(|(_, run)| run)
}
