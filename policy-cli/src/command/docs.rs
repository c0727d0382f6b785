//! `docs`: the reference page of a policy.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use policy_core::Policy;

use crate::diff;
use crate::facts;
use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::render::markdown;
use crate::render::marked::{self, Mistake};
use crate::render::reference::{Page, Section};
use crate::valid;

const MORE: &str = "\
What stands between two markers of a page is the policy's, and replaced; all else is its author's, and kept:

  ## Who may log in

  My own words.

  <!-- policy:begin ssh -->
  <!-- policy:end -->

A page may have any of the sections, in any order. A page that is not there yet gets all of them.";

const EXAMPLES: &str = "\
Examples:
  policy docs policy.hujson                          print the page
  policy docs policy.hujson --output docs/access.md  make it, or bring it up to date
  policy docs policy.hujson --check docs/access.md   in CI: is it up to date?";

pub(crate) fn command() -> Command {
    let sections = Section::ALL.map(|(_, name, _, about)| format!("  {name:<16}{about}\n")).concat();
    Command::new("docs")
        .about("Write the reference page of the policy: groups, tags, access matrix, SSH and more, from the rules and their comments")
        .after_help(format!("{MORE}\n\nSections:\n{sections}\n{EXAMPLES}"))
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("PAGE")
                .value_parser(value_parser!(PathBuf))
                .help("Bring PAGE up to date, all of it or nothing, and only if it changes"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .value_name("PAGE")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("output")
                .help("Write nothing; print how PAGE differs and exit with 1 if it does"),
        )
        .arg(facts::argument())
}

/// Writes the page of a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Findings) };
    let page = Page::new(&policy);
    let argument = |name| matches.get_one::<PathBuf>(name).map(PathBuf::as_path);
    match (argument("check"), argument("output")) {
        (Some(file), _) => check(&page, file),
        (None, Some(file)) if !file::is_stdin(file) => save(&page, file),
        _ => output::write(new_page(&page)?.as_bytes()).map(|()| Outcome::Good),
    }
}

/// The page that there is before anybody has written in it.
fn new_page(page: &Page) -> Result<String, Failure> {
    filled(Path::new("the new page"), &marked::skeleton(), page)
}

fn save(page: &Page, path: &Path) -> Result<Outcome, Failure> {
    let new = match path.exists() {
        true => filled(path, &file::read_text(path)?, page)?,
        false => new_page(page)?,
    };
    if !file::holds(path, new.as_bytes()) {
        file::write(path, new.as_bytes())?;
    }
    Ok(Outcome::Good)
}

fn check(page: &Page, path: &Path) -> Result<Outcome, Failure> {
    let refresh = format!("bring it up to date with `docs --output {}`", path.display());
    let current = file::read_text(path).map_err(|failure| failure.help(&refresh))?;
    let new = filled(path, &current, page)?;
    let name = file::display_name(path);
    let difference = diff::unified(name.as_os_str().as_encoded_bytes(), current.as_bytes(), new.as_bytes());
    if difference.is_empty() {
        return Ok(Outcome::Good);
    }
    output::write(&difference)?;
    output::report(&Failure::new(format_args!("`{}` is not what the policy says", name.display())).help(refresh));
    Ok(Outcome::Findings)
}

fn filled(path: &Path, text: &str, page: &Page) -> Result<String, Failure> {
    let name = file::display_name(path).display();
    match marked::filled(text, |section| markdown::blocks(&section.blocks(page))) {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(Failure::new(format_args!("`{name}` has no place for the policy"))
            .help("put the lines `<!-- policy:begin matrix -->` and `<!-- policy:end -->` where the matrix should be; `docs --help` has the other sections")),
        Err(Mistake { line, message, help }) => Err(Failure::new(format_args!("{message}, in line {line} of `{name}`")).help(help)),
    }
}
