//! `test`: do the policy's own tests pass, and by which rules?

use std::path::Path;
use std::time::Instant;

use annotate_snippets::normalize_untrusted_str as visible;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy_analysis::mutation::coverage;
use policy_core::check::check;
use policy_core::{Diagnostic, Policy, broken_invariants, tested};

use crate::answer::Asked;
use crate::facts;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::report::{Format, Report};
use crate::test_report::{CoverageReport, TestFormat, TestReport};

const LONG_ABOUT: &str = "Run the policy's own tests, which Tailscale runs whenever the policy is saved

Each target is shown with the line of the rule that it rests on. No network is needed, and no device: users and tags \
are taken as they are named. Only roles are asked for, where a test hangs on one. An invariant that does not hold is \
shown on stderr, with who gets where and by which rule.";

pub(crate) fn command() -> Command {
    let names = TestFormat::ALL.map(|(_, name, help)| PossibleValue::new(name).help(help));
    let parser = PossibleValuesParser::new(names).map(|name| {
        TestFormat::ALL.into_iter().find(|(_, known, _)| *known == name).map_or(TestFormat::Text, |(format, ..)| format)
    });
    Command::new("test")
        .about("Run the policy's own tests, target by target")
        .long_about(LONG_ABOUT)
        .arg(facts::argument())
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(parser)
                .default_value("text")
                .help("How to write the outcomes"),
        )
        .arg(
            Arg::new("quiet")
                .long("quiet")
                .short('q')
                .action(ArgAction::SetTrue)
                .help("Leave out the targets that pass"),
        )
        .arg(
            Arg::new("coverage")
                .long("coverage")
                .action(ArgAction::SetTrue)
                .help("Tell which rules no test or invariant would miss, and the tests that would"),
        )
        .arg(
            Arg::new("min-coverage")
                .long("min-coverage")
                .value_name("PERCENT")
                .value_parser(value_parser!(u8).range(0..=100))
                .help("The same, and exit with 1 if tests need less of the rules than that"),
        )
}

/// Runs the tests of a policy that is known as `path`.
pub(crate) fn run(path: &Path, mut policy: Policy, matches: &ArgMatches) -> Result<Outcome, Failure> {
    // With other facts its own names of users are still those of the source.
    let source = policy.facts.are_in_source().then(|| policy.facts.users.clone());
    let facts = facts::read(path, &mut policy, matches)?;
    let findings = facts.findings_of_policy(check(&policy))?;
    if findings.iter().any(|finding| finding.code.severity() == policy_core::Severity::Error) {
        return invalid(path, &policy, findings);
    }
    let format = matches.get_one::<TestFormat>("format").copied().unwrap_or(TestFormat::Text);
    let start = Instant::now();
    let tested = tested(&policy);
    let time = start.elapsed();
    let least = matches.get_one::<u8>("min-coverage").copied().map(usize::from);
    let coverage = (least.is_some() || matches.get_flag("coverage"))
        .then(|| CoverageReport::new(Asked::new(path, &policy), coverage(&policy), source.as_deref()));
    let report = TestReport::new(path, &policy, &tested, time, matches.get_flag("quiet"));
    let report = report.with_coverage(coverage.as_ref());
    output::print(&report.render(format, &output::stdout_renderer()))?;
    output::say(&format!("{}: {}\n", visible(&path.to_string_lossy()), report.summary()));
    let broken = broken_invariants(&policy);
    output::say(&Report::of(path, &policy, &broken).render(Format::Text, &output::stderr_renderer()));
    let mut is_good = report.is_good() && broken.is_empty();
    if let Some(coverage) = &coverage {
        let too_little = least.filter(|least| coverage.percent() < *least);
        let least = too_little.map(|least| format!("; at least {least}% are wanted")).unwrap_or_default();
        output::say(&format!("{}: {}{least}\n", visible(&path.to_string_lossy()), coverage.summary()));
        is_good &= too_little.is_none();
    }
    Ok(if is_good { Outcome::Good } else { Outcome::Findings })
}

/// What a policy with errors allows is not known, so all that can be shown is the errors.
fn invalid(path: &Path, policy: &Policy, mut findings: Vec<Diagnostic>) -> Result<Outcome, Failure> {
    findings.retain(Diagnostic::is_error);
    output::say(&Report::of(path, policy, &findings).render(Format::Text, &output::stderr_renderer()));
    output::say(&format!("{}: not tested, since the policy has errors\n", visible(&path.to_string_lossy())));
    Ok(Outcome::Findings)
}
