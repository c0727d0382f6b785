//! `pull`: writes the policy that the tailnet has to a file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use policy_core::Policy;

use super::generated;
use super::{Command, CommandResult, Run};
use crate::deploy::connection;
use crate::deploy::fetched_facts::{self, FactList};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::Program;
use crate::progress::Progress;
use crate::{argument, file, git, output};

const MORE: &str = "\
The file gets the text exactly as the tailnet has it. It is written atomically, and not touched if it would not change.
A file whose present content is not committed is only replaced with --force.

--facts writes the lists of the tailnet to DIR: devices.json, users.json, services.json, and attributes.json with the
posture attributes, which is a request for each device. Every command reads them with --tailnet. A list that the server
does not have, or does not show to this credential, is left out with a note.

Exit status:
  0  the file is written or up to date
  1  with --check, the file would change
  2  failure: the server cannot be asked, or nothing can be written";

pub use crate::deploy::LIVE;

/// The command of an operator's own binary.
pub const COMMAND: Command = Command {
    name: "pull",
    define,
    run: Run::Files(|built_in, matches| pull(built_in, matches, None)),
    examples: &[
        ("policy.hujson", "replace the file by the live policy"),
        ("--check policy.hujson", "does the tailnet have exactly this text?"),
        ("policy.hujson --facts facts", "with the users and devices of the tailnet"),
    ],
};

/// Adds the help and the arguments.
pub fn define(command: clap::Command) -> clap::Command {
    command
        .about("Write the policy that the tailnet has to a file")
        .after_help(MORE)
        .arg(argument::path("file", "FILE").index(1).help("The file to write; by default, or with `-`, stdout"))
        .arg(argument::path("facts", "DIR").long("facts").help("Also write the tailnet's lists of facts to DIR"))
        .arg(
            argument::flag("check", "Write nothing. Exit with 1 if FILE would change, and print how")
                .requires("file")
                .conflicts_with_all(["facts", "force"]),
        )
        .arg(argument::flag("force", "Replace FILE even if its content is not committed"))
        .args(connection::arguments())
}

/// Converts the text of a policy to another language. Returns `None` if it has reported why that is not possible.
pub type Conversion<'c> = &'c dyn Fn(&str) -> Result<Option<String>, Failure>;

/// Pulls the policy, as HuJSON or converted to Rust.
///
/// # Errors
/// Fails if the server cannot be asked, or if the file cannot be written.
pub fn pull(built_in: Option<&Policy>, matches: &ArgMatches, to_rust: Option<Conversion<'_>>) -> CommandResult {
    let program = if built_in.is_some() { Program::Own } else { Program::StandAlone };
    let target = argument::get_path(matches, "file").filter(|path| !file::is_stdin(path));
    if let Some(path) = target {
        refuse_other_language(path, program, to_rust.is_some())?;
    }
    let client = connection::client(matches)?;
    let live = {
        let _progress = Progress::show("reading the policy");
        client.read_policy()?
    };
    let converted = to_rust.map_or_else(|| Ok(Some(live.text.clone())), |to_rust| to_rust(&live.text))?;
    let Some(content) = converted else { return Ok(ExitStatus::Incomplete) };
    let content = content.as_bytes();
    match target {
        None => output::write(content)?,
        Some(path) if matches.get_flag("check") => {
            let help = format!("write it with `{} pull {}`", program.prefix_of("pull"), file::visible_name(path));
            let current = if path.exists() { file::read(path)? } else { Vec::new() };
            return generated::check(path, &current, content, &help);
        }
        Some(path) => {
            if !file::has_content(path, content) {
                if !matches.get_flag("force") {
                    refuse_uncommitted(path)?;
                }
                file::write(path, content)?;
            }
        }
    }
    if let Some(directory) = argument::get_path(matches, "facts") {
        for (list, text) in fetched_facts::fetch(&client, &FactList::ALL)? {
            write_facts(directory, list, &fetched_facts::in_lines(&text))?;
        }
    }
    Ok(ExitStatus::Success)
}

/// Fails if the policy does not belong into a file with this name.
fn refuse_other_language(path: &Path, program: Program, is_rust: bool) -> Result<(), Failure> {
    if git::object(path).is_some() {
        return Err(Failure::new("a file in a git revision cannot be written").help("name a file"));
    }
    let name = file::visible_name(path);
    match (path.extension().is_some_and(|extension| extension == "rs"), is_rust) {
        (true, false) => {
            let help = match program {
                Program::StandAlone => format!("convert it with `policy pull --rust {name}`"),
                Program::Own => format!("the stand-alone program converts it: `policy pull --rust {name}`"),
            };
            Err(Failure::new(format_args!("`{name}` is a Rust file, and the policy is HuJSON")).help(help))
        }
        (false, true) if path.extension().is_some_and(|extension| extension == "hujson") => {
            let message = format!("`{name}` is a HuJSON file, and `--rust` converts the policy to Rust");
            Err(Failure::new(message).help("name a file that ends in `.rs`"))
        }
        (true, true) | (false, _) => Ok(()),
    }
}

/// Fails if replacing a file would lose its content.
fn refuse_uncommitted(path: &Path) -> Result<(), Failure> {
    // A pipe or a device has no content to lose.
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(());
    }
    let current = file::read(path)?;
    if current.is_empty() || git::committed(path).is_some_and(|committed| committed == current) {
        return Ok(());
    }
    let message = format!("`{}` is not replaced, because its content is not committed", file::visible_name(path));
    Err(Failure::new(message).help("commit it, or use `--force`"))
}

fn write_facts(directory: &Path, list: FactList, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(directory)
        .map_err(|error| Failure::new(format_args!("cannot create `{}`: {error}", directory.display())))?;
    let path: PathBuf = directory.join(format!("{}.json", list.name()));
    if file::has_content(&path, text.as_bytes()) { Ok(()) } else { file::write(&path, text.as_bytes()) }
}
