//! `check`: is the policy valid?

use std::path::Path;

use annotate_snippets::normalize_untrusted_str as visible;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy_core::{Policy, Severity, findings};

use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};

pub(crate) fn command() -> Command {
    let names = Format::ALL.map(|(_, name, help)| PossibleValue::new(name).help(help));
    let parser = PossibleValuesParser::new(names).map(|name| {
        Format::ALL.into_iter().find(|(_, known, _)| *known == name).map_or(Format::Text, |(format, ..)| format)
    });
    Command::new("check")
        .about("Report what Tailscale would refuse, and what it would take but nobody wants")
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(parser)
                .default_value("text")
                .help("How to write the findings"),
        )
        .arg(
            Arg::new("deny-warnings")
                .long("deny-warnings")
                .action(ArgAction::SetTrue)
                .help("Exit with 1 for warnings too, not only for errors"),
        )
}

/// Checks a policy that is known as `path`.
pub(crate) fn run(path: &Path, policy: &Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let format = matches.get_one::<Format>("format").copied().unwrap_or(Format::Text);
    let diagnostics = findings(policy);
    let report = Report::of(path, policy, &diagnostics);
    output::print(&report.render(format, &output::stdout_renderer()))?;
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    if matches!(format, Format::Text | Format::Github) {
        let found = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
        output::say(&format!("{}: {found}\n", visible(&path.to_string_lossy())));
    }
    let bad = errors > 0 || warnings > 0 && matches.get_flag("deny-warnings");
    Ok(if bad { Outcome::Findings } else { Outcome::Good })
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
