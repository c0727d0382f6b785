//! `man`: writes the manual pages of `policy`.

use std::path::Path;
use std::{fs, io};

use clap::ArgMatches;
use clap_mangen::Man;
use policy_core::Policy;

use policy_cli::tool::exit_status::ExitStatus;
use policy_cli::tool::failure::Failure;
use policy_cli::tool::{Command, CommandResult, Run};
use policy_cli::tool::{argument, file, output, stand_alone};

pub(crate) const COMMAND: Command = Command {
    name: "man",
    define,
    run: Run::Files(run),
    examples: &[("| man -l -", "read the page about the program"), ("~/.local/share/man/man1", "install all pages")],
};

fn define(command: clap::Command) -> clap::Command {
    let folder = argument::path("dir", "DIR").help("Write a page for each command into DIR");
    command.about("Print the manual page of this program, or write one for each command").arg(folder)
}

fn run(_: Option<&Policy>, matches: &ArgMatches) -> CommandResult {
    let pages = pages().map_err(|error| Failure::new(format_args!("cannot write a manual page: {error}")))?;
    let Some(folder) = argument::get_path(matches, "dir") else {
        let page = pages.first().map(|(_, page)| page.as_slice()).unwrap_or_default();
        return output::write(page).map(|()| ExitStatus::Success);
    };
    let name = folder.display();
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format_args!("cannot make the directory `{name}`: {error}")))?;
    for (name, page) in pages {
        let path = folder.join(name);
        if !file::has_content(&path, &page) {
            file::write(Path::new(&path), &page)?;
        }
    }
    Ok(ExitStatus::Success)
}

/// Returns the pages with their file names: first the page of the program, then a page for each
/// command.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = stand_alone(super::COMMANDS).disable_help_subcommand(true);
    program.build();
    let mut commands = vec![program.clone()];
    commands.extend(program.get_subcommands().cloned());
    commands.into_iter().map(page).collect()
}

fn page(command: clap::Command) -> io::Result<(String, Vec<u8>)> {
    let man = Man::new(command).manual("policy");
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((man.get_filename(), page))
}
