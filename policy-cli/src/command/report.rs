//! `report`: all about a policy on one page for a browser.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use policy_core::Policy;

use crate::facts;
use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::render::site;
use crate::valid;

const MORE: &str = "\
The page has the access matrix, who reaches each destination, what each source reaches, SSH, groups, tags and devices,
and a search over all of them. It is one file that asks no network for anything, in light and dark.

Example:
  policy report policy.hujson -o access.html";

pub(crate) fn command() -> Command {
    Command::new("report")
        .about("Write all that can be said about the policy as one HTML page, to look things up in a browser")
        .after_help(MORE)
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("PAGE")
                .value_parser(value_parser!(PathBuf))
                .default_value("-")
                .help("Where to write it; `-` is stdout"),
        )
        .arg(facts::argument())
}

/// Writes the page of a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(policy) = valid::with_facts(path, policy, matches)? else { return Ok(Outcome::Findings) };
    let page = site::page(&policy);
    let target = matches.get_one::<PathBuf>("output").map_or(Path::new("-"), PathBuf::as_path);
    if file::is_stdin(target) {
        output::write(page.as_bytes())?;
    } else if !file::holds(target, page.as_bytes()) {
        file::write(target, page.as_bytes())?;
    }
    Ok(Outcome::Good)
}
