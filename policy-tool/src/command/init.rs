//! `init`: creates a crate for a policy.

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

pub(crate) const COMMAND: Command = Command {
    name: "init",
    define,
    run: Run::Files(run),
    examples: &[
        ("tailnet --from policy.hujson", "a crate for an existing policy, with all comments"),
        ("tailnet", "a small policy with explanations"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Create a crate for a policy in Rust, with everything that `cargo run`, git and CI need")
        .after_help(
            "Writes Cargo.toml, src/main.rs, src/tailnet.rs, policy.hujson, README.md, .gitignore, .gitattributes, \
             .github/workflows/policy.yml and, from a clone, its Cargo.lock. DIR must be empty, or not exist yet.",
        )
        .args([
            argument::path("dir", "DIR").required(true).help("The directory of the new crate"),
            argument::path("from", "FILE")
                .long("from")
                .help("The policy file to import; `-` reads stdin. By default, a small policy to start with"),
            argument::flag(
                "allow-errors",
                "Create the crate even if the file has errors; they become comments",
            )
            .requires("from"),
            Arg::new("name")
                .long("name")
                .value_name("NAME")
                .help("The name of the crate; by default, that of DIR"),
            Arg::new("policy-source").long("policy-source").value_name("SOURCE").help(
                "Where cargo gets `policy!` from: a clone of its repository, the URL of one, or `crates.io`; by default, \
                 the clone that this program was built in, or crates.io if that no longer exists",
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
                let failure = Failure::new("no crate was created, because the file has errors");
                output::say_failure(&failure.help("fix the errors, or import them as comments with `--allow-errors`"));
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
    Failure::new(format_args!("`{}` is not a valid crate name", visible(name)))
        .help("use lower-case letters, digits and dashes, starting with a letter")
}

/// Reads `--policy-source`. A text that looks like a path is a clone, and any other text is a URL.
fn library(source: Option<&str>) -> Result<Library, Failure> {
    let source = match source {
        None => return Ok(own_clone().map_or(Library::Registry, Library::Path)),
        Some("crates.io") => return Ok(Library::Registry),
        Some(source) => source,
    };
    if source.contains("://") || source.starts_with("git@") {
        return Ok(Library::Git(source.to_owned()));
    }
    let root = file::canonical(Path::new(source))
        .map_err(|_| Failure::new(format_args!("the directory `{}` does not exist", visible(source))))?;
    if !is_clone(&root) {
        let message = format!("`{}` is not a clone of the repository of `policy!`", visible(source));
        return Err(Failure::new(message).help("name the directory that has `policy-macros` in it"));
    }
    match root.to_str() {
        Some(root) => Ok(Library::Path(root.to_owned())),
        None => {
            Err(Failure::new(format_args!("the path `{}` is not UTF-8, which Cargo.toml requires", root.display())))
        }
    }
}

/// Returns the lock file of a clone. It has the versions that the clone's crates were tested with,
/// and that cargo has probably downloaded already. Cargo removes entries that the new crate does
/// not need.
fn lock_file(library: &Library) -> Option<String> {
    match library {
        Library::Path(root) => file::read_text(&Path::new(root).join("Cargo.lock")).ok(),
        Library::Registry | Library::Git(_) => None,
    }
}

/// The folder of this crate, if the machine that runs this program may have it.
///
/// A program that is built for others does not contain it: their machines do not have that folder,
/// and the same sources must give the same program in every folder.
const OWN_FOLDER: Option<&str> =
    if option_env!("POLICY_FOR_OTHERS").is_some() { None } else { Some(env!("CARGO_MANIFEST_DIR")) };

/// Returns the clone that this program was built in, if it still exists.
fn own_clone() -> Option<String> {
    let root = Path::new(OWN_FOLDER?).parent().filter(|root| is_clone(root))?;
    root.to_str().map(str::to_owned)
}

fn is_clone(root: &Path) -> bool {
    file::is_file(&root.join("policy-macros").join("Cargo.toml"))
}

fn next_steps(directory: &Path, library: &Library, is_starter: bool, has_errors: bool) -> String {
    let first = match (is_starter, has_errors) {
        (true, _) => "  replace the logins of alice and bob in src/tailnet.rs by your own\n",
        (false, true) => "  fix the errors in the `// error` comments of src/tailnet.rs\n",
        (false, false) => "",
    };
    let last = match library {
        Library::Path(root) => {
            format!(
                "It gets `policy!` from {}. If others build it, too, put a URL into its Cargo.toml.\n",
                visible(root)
            )
        }
        Library::Registry | Library::Git(_) => String::new(),
    };
    let name = directory.to_string_lossy();
    format!(
        "created {}. Next steps:\n  cd {}\n{first}  cargo run -- emit --output policy.hujson\n  git init && git add . && git commit\n{last}",
        visible(&name),
        visible(&shell_word(&name))
    )
}

/// Quotes a word for a shell if necessary.
fn shell_word(word: &str) -> String {
    let is_plain = |char: char| {
        char.is_alphanumeric() || matches!(char, '/' | '.' | '-' | '_' | '+' | ':') || char == std::path::MAIN_SEPARATOR
    };
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
