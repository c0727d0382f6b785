//! `push`: gives the policy to the tailnet.

use clap::{Arg, ArgMatches};
use policy_core::Policy;

use super::{Command, CommandResult, Example, Run};
use crate::push::{self, options};
use crate::{argument, facts, invariants_file, target};

const ABOUT: &str = "Give the policy to the tailnet, unless somebody else has changed it or it locks somebody out";

const MORE: &str = "\
The push checks the policy, reads the live one, and compares the access that both give. It stops if the live policy is
not a version in the history of the repository: somebody has edited it elsewhere. Then it proves that the policy locks
nobody out, asks the server whether it accepts the policy, and asks you. It saves the live policy, writes the new one on
the condition that the live one is unchanged, and reads it back.

Nothing overwrites a change of somebody else: the server refuses the write if the live policy is not the one that was
compared. `--overwrite ETAG` accepts one version that somebody else stored.

Without a terminal, `--yes` or `--plan FILE` approves the push. `--dry-run --plan-out FILE` writes the plan. It is void
when the live policy or the new one has changed.

Exit status:
  0  the policy is live; with --confirm-within, it is confirmed; with --dry-run, it could be written
  1  stopped before the write: an error, a guard, an edit by somebody else, or no approval
  2  failure: nothing was written
  3  the policy was written and then put back, because nobody confirmed it
  4  the policy was written, and the tailnet has another one or may have another one: look now";

const EXAMPLES: &[Example] = &[
    ("policy.hujson", "compare, ask, write"),
    ("policy.hujson --dry-run", "in a pull request: what would it change?"),
    ("policy.hujson --yes --log pushes.jsonl", "in CI, on the main branch"),
    ("policy.hujson --confirm-within 5m", "put it back unless it is confirmed"),
    ("confirm", "confirm it from another terminal"),
    ("--restore BACKUP", "push the version that an earlier push has saved"),
];

const OWN_EXAMPLES: &[Example] = &[
    ("", "compare, ask, write"),
    ("--dry-run", "in a pull request: what would it change?"),
    ("--yes --log pushes.jsonl", "in CI, on the main branch"),
    ("--confirm-within 5m", "put it back unless it is confirmed"),
    ("confirm", "confirm it from another terminal"),
    ("--restore BACKUP", "push the version that an earlier push has saved"),
];

/// The command of the stand-alone program, which reads a file.
pub(crate) const COMMAND: Command = Command {
    name: "push",
    define: |command| {
        let file = argument::path("file", "FILE").required_unless_present("restore").conflicts_with("restore");
        let file = file.help("The policy file; `-` reads stdin, git:REV:PATH a file of a revision");
        define(command.arg(file.index(1))).arg(target::argument()).arg(invariants_file::argument())
    },
    run: Run::Files(run),
    examples: EXAMPLES,
};

/// The command of an operator's own binary.
pub(crate) const OPERATOR_COMMAND: Command =
    Command { define: |command| define(command).arg(target::argument().hide(true)), examples: OWN_EXAMPLES, ..COMMAND };

fn define(command: clap::Command) -> clap::Command {
    let command = command.about(ABOUT).after_help(MORE).arg(
        argument::path("restore", "BACKUP")
            .long("restore")
            .help("Push this file, which an earlier push has saved, byte for byte"),
    );
    let command = options::define(command).arg(facts::argument());
    let id = Arg::new("id").value_name("ID").help("The push; by default, the only one that waits");
    let confirm =
        clap::Command::new("confirm").about("Keep the policy of a push that waits for a confirmation").arg(id);
    let watch = clap::Command::new("watch").hide(true);
    command.subcommand(confirm).subcommand(watch).args_conflicts_with_subcommands(true).subcommand_negates_reqs(true)
}

fn run(built_in: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    match matches.subcommand() {
        Some(("confirm", matches)) => push::confirm(argument::get_text(matches, "id")),
        Some(_) => Ok(push::watch()),
        None => push::push(built_in, matches),
    }
}
