//! `init`: a crate for a policy.

use std::path::Path;

use clap::{Arg, ArgMatches};
use policy_core::Policy;

use super::import::{import_text, plain_argument};
use crate::operator_crate::{CrateName, CrateSource, Library, files};
use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::text::visible;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, file, invariants_file, output};

pub(crate) const COMMAND: Command = Command { name: "init", define, run: Run::Files(run) };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Make a crate for a policy: the policy in Rust, with all that `cargo run`, git and CI want")
        .after_help(
            "Writes Cargo.toml, src/main.rs, src/tailnet.rs, policy.hujson, README.md, .gitignore, .gitattributes, \
             .github/workflows/policy.yml and, from a clone, its Cargo.lock. DIR must be empty, or not there yet.\n\n\
             Examples:\n  \
             policy init tailnet --from policy.hujson   what you have, with every comment\n  \
             policy init tailnet                        a small policy that explains itself",
        )
        .args([
            argument::path("dir", "DIR").required(true).help("Where the crate goes"),
            argument::path("from", "FILE")
                .long("from")
                .help("The policy file that it is to say; `-` reads stdin. A small policy to start with if left out"),
            argument::flag(
                "allow-errors",
                "Make the crate even if the file has errors, and put them into it as comments",
            )
            .requires("from"),
            Arg::new("name")
                .long("name")
                .value_name("NAME")
                .help("What to call the crate; as DIR is called if left out"),
            Arg::new("policy-source").long("policy-source").value_name("SOURCE").help(
                "Where cargo gets `policy!` from: a clone of its repository, the URL of one, or `crates.io`; if left out, \
                 the clone that this program was built in, or crates.io if that is gone",
            ),
            invariants_file::argument().requires("from"),
            plain_argument().requires("from"),
        ])
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let directory = argument::get_path(matches, "dir").unwrap_or(Path::new("."));
    let from = argument::get_path(matches, "from");
    let name = match argument::get_text(matches, "name") {
        Some(name) => CrateName::new(name).ok_or_else(|| wrong_name(name))?,
        None => CrateName::from_directory(directory),
    };
    let library = library(argument::get_text(matches, "policy-source"))?;
    let mut has_errors = false;
    let policy = match from {
        None => CrateSource::starter(),
        Some(from) => {
            let text = file::read_text(from)?;
            let Some(import) = import_text(from, &text, matches)? else { return Ok(ExitStatus::Incomplete) };
            has_errors = import.has_errors();
            if has_errors && !matches.get_flag("allow-errors") {
                let failure = Failure::new("nothing has been made, because the file has errors");
                output::say_failure(
                    &failure.help("fix the errors above, or keep them as comments with `--allow-errors`"),
                );
                return Ok(ExitStatus::Findings);
            }
            let source = format!("//! The policy of the tailnet.\n\n{}", import.source);
            CrateSource { source, hujson: import.hujson }
        }
    };
    let mut files = files(&name, &library, policy);
    files.extend(lock_file(&library).map(|versions| ("Cargo.lock", versions)));
    file::write_directory(directory, &files)?;
    output::say(&next_steps(directory, &library, from.is_none(), has_errors));
    Ok(ExitStatus::with_findings(has_errors))
}

fn wrong_name(name: &str) -> Failure {
    Failure::new(format_args!("no crate can be called `{}`", visible(name)))
        .help("write small letters, digits and dashes, with a letter first")
}

/// Reads `--policy-source`. A clone is known by its path, and anything that does not look like a path is a URL.
fn library(source: Option<&str>) -> Result<Library, Failure> {
    let source = match source {
        None => return Ok(own_clone().map_or(Library::Registry, Library::Path)),
        Some("crates.io") => return Ok(Library::Registry),
        Some(source) => source,
    };
    if source.contains("://") || source.starts_with("git@") {
        return Ok(Library::Git(source.to_owned()));
    }
    let root = std::fs::canonicalize(source)
        .map_err(|_| Failure::new(format_args!("there is no directory `{}`", visible(source))))?;
    if !is_clone(&root) {
        let message = format!("`{}` is not a clone of the repository of `policy!`", visible(source));
        return Err(Failure::new(message).help("name the directory that has `policy-macros` in it"));
    }
    match root.to_str() {
        Some(root) => Ok(Library::Path(root.to_owned())),
        None => Err(Failure::new(format_args!("the path `{}` is not UTF-8, as Cargo.toml is", root.display()))),
    }
}

/// The versions that the crates of a clone were tested with, and that cargo has most likely fetched already. What the new
/// crate does not need of them, cargo leaves out.
fn lock_file(library: &Library) -> Option<String> {
    match library {
        Library::Path(root) => std::fs::read_to_string(Path::new(root).join("Cargo.lock")).ok(),
        Library::Registry | Library::Git(_) => None,
    }
}

/// The clone that this program was built in, if it is still there.
fn own_clone() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().filter(|root| is_clone(root))?;
    root.to_str().map(str::to_owned)
}

fn is_clone(root: &Path) -> bool {
    root.join("policy-macros").join("Cargo.toml").is_file()
}

fn next_steps(directory: &Path, library: &Library, is_starter: bool, has_errors: bool) -> String {
    let first = match (is_starter, has_errors) {
        (true, _) => "  put your own logins into src/tailnet.rs, in place of alice's and bob's\n",
        (false, true) => "  fix what the comments `// error` in src/tailnet.rs say\n",
        (false, false) => "",
    };
    let last = match library {
        Library::Path(root) => {
            format!(
                "It takes `policy!` from {}; where others build it, too, put a URL into its Cargo.toml.\n",
                visible(root)
            )
        }
        Library::Registry | Library::Git(_) => String::new(),
    };
    let name = directory.to_string_lossy();
    format!(
        "made {}. What comes next:\n  cd {}\n{first}  cargo run -- emit --output policy.hujson\n  git init && git add . && git commit\n{last}",
        visible(&name),
        visible(&shell_word(&name))
    )
}

/// A word as a shell reads it.
fn shell_word(word: &str) -> String {
    let is_plain = |char: char| {
        char.is_alphanumeric() || matches!(char, '/' | '.' | '-' | '_' | '+' | ':') || char == std::path::MAIN_SEPARATOR
    };
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
