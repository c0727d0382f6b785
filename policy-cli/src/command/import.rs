//! `import`: a policy file as the source of `policy!`.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::model::Facts;
use policy_core::{Diagnostic, Policy, Severity};

use crate::file;
use crate::import::{Import, Naming, import_beside};
use crate::invariants_file;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

/// Where the positions of the invariants begin: beyond the policy, and what the import says of its people.
const BASE: u32 = 1 << 31;

pub(crate) fn command() -> Command {
    Command::new("import")
        .about("Print a policy file as Rust: a `policy!` with every value and every comment of it")
        .after_help(
            "What Tailscale would refuse is imported all the same, with the errors as comments at their places; \
             the exit status is 1 then.",
        )
        .args([
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .required(true)
                .help("The policy file; `-` reads stdin"),
            invariants_file::argument(),
            plain(),
        ])
}

/// `--plain`
pub(crate) fn plain() -> Arg {
    Arg::new("plain")
        .long("plain")
        .action(ArgAction::SetTrue)
        .help("Give no names to lists of owners and to ports that the policy repeats")
}

pub(crate) fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let path = matches.get_one::<PathBuf>("file").map_or(Path::new("-"), PathBuf::as_path);
    let text = file::read_text(path)?;
    let Some(import) = imported(path, &text, matches)? else { return Ok(Outcome::Incomplete) };
    output::write(import.source.as_bytes())?;
    Ok(if import.is_refused() { Outcome::Findings } else { Outcome::Good })
}

/// Imports the text of a file, with the invariants beside it. What is wrong with them is said on stderr; `None` if that is too much.
pub(crate) fn imported(path: &Path, text: &str, matches: &ArgMatches) -> Result<Option<Import>, Failure> {
    let file = invariants_file::parse(path, BASE, matches)?;
    let naming = if matches.get_flag("plain") { Naming::Plain } else { Naming::Lets };
    let (import, findings) = match import_beside(text, file.clone(), naming) {
        Ok(import) => (Some(import.clone()), import.findings),
        Err(findings) => (None, findings),
    };
    // Warnings are for `check`: an import is no occasion to better the policy.
    let errors: Vec<Diagnostic> =
        findings.into_iter().filter(|finding| finding.severity() == Severity::Error).collect();
    let text = without_mark(text).to_owned();
    let policy = Policy { text, facts: Facts { invariants_file: file, ..Facts::default() }, ..Policy::default() };
    let report = Report::of(file::display_name(path), &policy, &errors);
    output::say(&report.render(Format::Text, &output::stderr_renderer()));
    Ok(import)
}

/// The text that findings are about.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
