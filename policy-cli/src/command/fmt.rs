//! `fmt`: the official formatting of policy files.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::Policy;
use policy_core::hujson::Document;

use crate::file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

pub(crate) fn command() -> Command {
    Command::new("fmt")
        .about("Format policy files as Tailscale's own formatter does")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .num_args(1..)
                .help("Files to format in place; `-` formats stdin to stdout"),
        )
        .arg(
            Arg::new("check").long("check").action(ArgAction::SetTrue).help(
                "Write nothing; print the names of files that are not formatted and exit with 1 if there are any",
            ),
        )
}

/// Formats each file, or at least says of each what is wrong with it.
pub(crate) fn run(matches: &ArgMatches) -> Outcome {
    let only_check = matches.get_flag("check");
    let paths = matches.get_many::<PathBuf>("file").into_iter().flatten();
    let outcomes = paths.map(|path| {
        run_on(path, only_check).unwrap_or_else(|failure| {
            output::report(&failure);
            Outcome::Incomplete
        })
    });
    outcomes.max().unwrap_or(Outcome::Good)
}

fn run_on(path: &Path, only_check: bool) -> Result<Outcome, Failure> {
    let text = file::read_text(path)?;
    let Ok(document) = Document::parse(text.as_str(), 0) else {
        let unreadable = Policy::parse(text.as_str()).unreadable;
        let report = Report::new(file::display_name(path), &text, &unreadable);
        output::say(&report.render(Format::Text, &output::stderr_renderer()));
        return Ok(Outcome::Incomplete);
    };
    let formatted = document.format();
    match (only_check, formatted == text) {
        (true, true) => Ok(Outcome::Good),
        (true, false) => {
            let name = file::display_name(path).as_os_str().as_encoded_bytes();
            output::write(&[name, b"\n"].concat())?;
            Ok(Outcome::Findings)
        }
        (false, _) if file::is_stdin(path) => output::write(formatted.as_bytes()).map(|()| Outcome::Good),
        (false, true) => Ok(Outcome::Good),
        (false, false) => file::write(path, formatted.as_bytes()).map(|()| Outcome::Good),
    }
}
