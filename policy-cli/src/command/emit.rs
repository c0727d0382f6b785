//! `emit`: the policy as HuJSON.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use policy_core::Policy;

use crate::diff;
use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;

pub(crate) fn command() -> Command {
    Command::new("emit")
        .about("Print the policy as HuJSON, as Tailscale itself would format it")
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Write FILE instead, all of it or nothing, and only if it changes"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("output")
                .help("Write nothing; print how FILE differs and exit with 1 if it does"),
        )
}

pub(crate) fn run(policy: &Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let path = |name| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    match (path("check"), path("output")) {
        (Some(file), _) => check(policy, file),
        (None, Some(file)) => save(policy, file),
        (None, None) => print(policy),
    }
}

/// Writes the policy to stdout.
pub(crate) fn print(policy: &Policy) -> Result<Outcome, Failure> {
    output::write(policy.text.as_bytes()).map(|()| Outcome::Good)
}

fn save(policy: &Policy, path: &Path) -> Result<Outcome, Failure> {
    if file::is_stdin(path) {
        return print(policy);
    }
    if !file::holds(path, policy.text.as_bytes()) {
        file::write(path, policy.text.as_bytes())?;
    }
    Ok(Outcome::Good)
}

fn check(policy: &Policy, path: &Path) -> Result<Outcome, Failure> {
    let name = file::display_name(path);
    let refresh = format!("write it with `cargo run -- emit --output {}`", path.display());
    let current = file::read(path).map_err(|failure| failure.help(&refresh))?;
    let difference = diff::unified(name.as_os_str().as_encoded_bytes(), &current, policy.text.as_bytes());
    if difference.is_empty() {
        return Ok(Outcome::Good);
    }
    output::write(&difference)?;
    let stale = Failure::new(format_args!("`{}` is not what the policy says", name.display()));
    let help = if only_line_ends_differ(&current, policy.text.as_bytes()) {
        "only its line ends differ: with `*.hujson text eol=lf` in `.gitattributes`, git leaves them alone".to_owned()
    } else {
        refresh
    };
    output::say(&stale.help(help).render(&output::stderr_renderer()));
    Ok(Outcome::Findings)
}

/// Whether a file has Windows line ends, and that is all.
fn only_line_ends_differ(file: &[u8], policy: &[u8]) -> bool {
    let lines = file.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.eq(policy.split(|byte| *byte == b'\n'))
}
