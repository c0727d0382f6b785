//! `docs`: writes the reference page of a policy.

use std::path::Path;

use clap::ArgMatches;
use policy_core::Policy;

use super::generated::{self, Target, check_argument};
use super::{Command, CommandResult, Run};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::program::command_line;
use crate::render::markdown;
use crate::render::page_template::{self, MarkerError};
use crate::render::reference::{Page, Section};
use crate::{argument, facts, file, output, valid};

const MORE: &str = "\
The text between two markers of a page is generated from the policy. All other text is kept:

  ## SSH access

  My own words.

  <!-- policy:begin ssh -->
  <!-- policy:end -->

A page can have any of the sections, in any order. A new page gets all of them.";

pub(crate) const COMMAND: Command = Command {
    name: "docs",
    define,
    run: Run::Policy(run),
    examples: &[
        ("", "print the page"),
        ("--output docs/access.md", "create or update it"),
        ("--check docs/access.md", "in CI: is it up to date?"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    let sections = Section::ALL.map(|(_, name, _, about)| format!("  {name:<17}{about}\n")).concat();
    let output = argument::output("PAGE").help("Update PAGE atomically, and only if it changes");
    let check =
        check_argument("PAGE").help("Write nothing; print the difference and exit with 1 if PAGE is out of date");
    command
        .about("Write the reference page of the policy: groups, tags, access matrix, SSH and more, from the rules and their comments")
        .after_help(format!("{MORE}\n\nSections:\n{}", sections.trim_end()))
        .args([output, check, facts::argument()])
}

/// Writes the reference page of a policy. Messages call it `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(ExitStatus::Findings) };
    let page = Page::new(&policy);
    match Target::new(matches) {
        Target::Print => output::write(new_page(&page)?.as_bytes()).map(|()| ExitStatus::Success),
        Target::Save(file) => {
            // A pipe has no page to fill, and reading it would wait forever.
            let text = if file::is_file(file) { fill(file, &file::read_text(file)?, &page)? } else { new_page(&page)? };
            generated::save(file, text.as_bytes(), path, matches)
        }
        Target::Check(file) => {
            let refresh = format!(
                "bring it up to date with `{}`",
                command_line(path, "docs", &format!("--output {}", file.display()))
            );
            let current = file::read_text(file).map_err(|failure| failure.help(&refresh))?;
            let text = fill(file, &current, &page)?;
            generated::check(file, current.as_bytes(), text.as_bytes(), &refresh)
        }
    }
}

/// Returns a new page, in which the author has not written anything yet.
fn new_page(page: &Page) -> Result<String, Failure> {
    fill(Path::new("the new page"), &page_template::skeleton(), page)
}

fn fill(path: &Path, text: &str, page: &Page) -> Result<String, Failure> {
    let name = file::display_name(path).display();
    match page_template::fill(text, |section| markdown::blocks(&section.blocks_or_none(page))) {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(Failure::new(format_args!("`{name}` has no markers for the policy"))
            .help("put the lines `<!-- policy:begin matrix -->` and `<!-- policy:end -->` where the matrix should be; `docs --help` lists the other sections")),
        Err(MarkerError { line, message, help }) => Err(Failure::new(format_args!("{message}, in line {line} of `{name}`")).help(help)),
    }
}
