//! `init`: a policy file as a crate of its own.

use std::path::{Path, PathBuf};

use annotate_snippets::normalize_untrusted_str as visible;
use clap::{Arg, ArgMatches, Command, value_parser};

use crate::file;
use crate::import::Import;
use crate::operator_crate::{CrateName, Library, files};
use crate::outcome::{Failure, Outcome};
use crate::output;

use super::import::{imported, naming, plain};

pub(crate) fn command() -> Command {
    Command::new("init")
        .about("Make a crate of a policy file: the policy in Rust, with all that `cargo run`, git and CI want")
        .after_help(
            "Writes Cargo.toml, src/main.rs, src/tailnet.rs, policy.hujson, README.md, .gitignore and \
             .github/workflows/policy.yml. DIR must be empty, or not there yet.",
        )
        .args([
            Arg::new("dir")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("Where the crate goes"),
            Arg::new("from")
                .long("from")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("The policy file; `-` reads stdin"),
            Arg::new("name")
                .long("name")
                .value_name("NAME")
                .help("What to call the crate; as DIR is called if left out"),
            Arg::new("policy-source").long("policy-source").value_name("SOURCE").help(
                "Where cargo gets `policy!` from: a clone of its repository, or the URL of one; crates.io if left out",
            ),
            plain(),
        ])
}

pub(crate) fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).map_or(Path::new("."), PathBuf::as_path);
    let (directory, from) = (path("dir"), path("from"));
    let name = match matches.get_one::<String>("name") {
        Some(name) => CrateName::new(name).ok_or_else(|| wrong_name(name))?,
        None => CrateName::of_directory(directory),
    };
    let library = library(matches.get_one::<String>("policy-source").map(String::as_str))?;
    let text = file::read_text(from)?;
    let Some(import) = imported(from, &text, naming(matches)) else { return Ok(Outcome::Incomplete) };
    file::write_directory(directory, &files(&name, &library, &import))?;
    output::say(&next_steps(directory, &import));
    Ok(if import.is_refused() { Outcome::Findings } else { Outcome::Good })
}

fn wrong_name(name: &str) -> Failure {
    Failure::new(format_args!("no crate can be called `{}`", visible(name)))
        .help("write small letters, digits and dashes, with a letter first")
}

/// Where the crates of `policy!` come from. A clone is known by its path, and anything else that looks like no path is a URL.
fn library(source: Option<&str>) -> Result<Library, Failure> {
    let Some(source) = source else { return Ok(Library::Registry) };
    if source.contains("://") || source.starts_with("git@") {
        return Ok(Library::Git(source.to_owned()));
    }
    let root = std::fs::canonicalize(source)
        .map_err(|_| Failure::new(format_args!("there is no directory `{}`", visible(source))))?;
    if !root.join("policy-macros").join("Cargo.toml").is_file() {
        let message = format_args!("`{}` is no clone of the repository of `policy!`", visible(source));
        return Err(Failure::new(message).help("name the directory that has `policy-macros` in it"));
    }
    match root.to_str() {
        Some(root) => Ok(Library::Path(root.to_owned())),
        None => Err(Failure::new(format_args!("the path `{}` is not UTF-8, as Cargo.toml is", root.display()))),
    }
}

fn next_steps(directory: &Path, import: &Import) -> String {
    let mend = if import.is_refused() { "  mend what the comments `// error` in src/tailnet.rs say\n" } else { "" };
    let name = directory.to_string_lossy();
    format!(
        "made {}. What comes next:\n  cd {}\n{mend}  cargo run -- emit --output policy.hujson\n  git init && git add . && git commit\n",
        visible(&name),
        visible(&name)
    )
}
