//! `emit`: prints the policy as HuJSON.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::generated::{self, Target, check_argument};
use super::{BUILT_IN, Command, CommandResult, Run};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::{argument, file, output, today, valid};

pub(crate) const COMMAND: Command = Command { name: "emit", define, run: Run::Policy(run) };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Print the policy as HuJSON in Tailscale's own format")
        .arg(argument::output("FILE").help("Update FILE atomically instead, and only if it changes"))
        .arg(check_argument("FILE").help("Write nothing; print the difference and exit with 1 if FILE is out of date"))
}

fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = not_expired(path, policy)? else { return Ok(ExitStatus::Findings) };
    match Target::new(matches) {
        Target::Print => print(&policy),
        Target::Save(file) => generated::save(file, policy.text.as_bytes(), path, matches),
        Target::Check(file) => check(policy.text.as_bytes(), file),
    }
}

/// Writes the built-in policy to stdout.
pub(crate) fn print_built_in(policy: &Policy) -> CommandResult {
    match not_expired(Path::new(BUILT_IN), policy.clone())? {
        Some(policy) => print(&policy),
        None => Ok(ExitStatus::Findings),
    }
}

/// Returns the policy if no part of it has ended. Otherwise reports the ended parts on stderr,
/// because with today's date the policy would not compile either.
fn not_expired(path: &Path, policy: Policy) -> Result<Option<Policy>, Failure> {
    let policy = today::checked_for_today(policy)?;
    let is_good = valid::report_errors(path, &policy, &policy.expiry());
    Ok(is_good.then_some(policy))
}

fn print(policy: &Policy) -> CommandResult {
    output::write(policy.text.as_bytes()).map(|()| ExitStatus::Success)
}

fn check(policy: &[u8], path: &Path) -> CommandResult {
    let refresh = format!("write it with `cargo run -- emit --output {}`", path.display());
    let current = file::read(path).map_err(|failure| failure.help(&refresh))?;
    let help = if only_line_ends_differ(&current, policy) {
        "only its line ends differ: with `*.hujson text eol=lf` in `.gitattributes`, git does not change them"
    } else {
        &refresh
    };
    generated::check(path, &current, policy, help)
}

/// Returns true if the files differ only in that `file` has Windows line ends.
fn only_line_ends_differ(file: &[u8], policy: &[u8]) -> bool {
    let lines = file.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.eq(policy.split(|byte| *byte == b'\n'))
}
