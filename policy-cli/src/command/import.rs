//! `import`: a policy file as the source of `policy!`.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_core::{Diagnostic, Severity};

use crate::file;
use crate::import::{Import, Naming, import};
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

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
    let Some(import) = imported(path, &text, naming(matches)) else { return Ok(Outcome::Incomplete) };
    output::write(import.source.as_bytes())?;
    Ok(if import.is_refused() { Outcome::Findings } else { Outcome::Good })
}

pub(crate) fn naming(matches: &ArgMatches) -> Naming {
    if matches.get_flag("plain") { Naming::Plain } else { Naming::Lets }
}

/// Imports a text. What is wrong with it is said on stderr; `None` if that is too much.
pub(crate) fn imported(path: &Path, text: &str, naming: Naming) -> Option<Import> {
    match import(text, naming) {
        Ok(import) => {
            say_errors(path, text, &import.findings);
            Some(import)
        }
        Err(findings) => {
            say_errors(path, text, &findings);
            None
        }
    }
}

/// Warnings are for `check`: an import is no occasion to better the policy.
fn say_errors(path: &Path, text: &str, findings: &[Diagnostic]) {
    let errors: Vec<Diagnostic> =
        findings.iter().filter(|finding| finding.severity() == Severity::Error).cloned().collect();
    let report = Report::new(file::display_name(path), without_mark(text), &errors);
    output::say(&report.render(Format::Text, &output::stderr_renderer()));
}

/// The text that findings are about.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
