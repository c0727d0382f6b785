//! `test`: runs the policy's own tests, and names the rules that decide each.

use std::path::Path;

use clap::{Arg, ArgMatches, value_parser};
use policy_analysis::Analysis;
use policy_core::Policy;

use super::{Command, CommandResult, Run};
use crate::answer::RulePrinter;
use crate::exit_status::ExitStatus;
use crate::report::Report;
use crate::stopwatch::Stopwatch;
use crate::test_report::{CoverageReport, TestFormat, TestReport};
use crate::{argument, facts, file, output, valid};

const LONG_ABOUT: &str = "Run the policy's own tests, which Tailscale runs whenever the policy is saved

Each target is shown with the line of the rule that decides it. Tests need no network and no devices. They need the role \
of a user if the result depends on it. A violated invariant is reported on stderr, with the access that violates it and \
the rule that allows it.";

pub(crate) const COMMAND: Command = Command {
    name: "test",
    define,
    run: Run::Policy(run),
    examples: &[
        ("", ""),
        ("--quiet", "only what fails"),
        ("--coverage", "which rules no test would miss, and tests that would"),
        ("--format junit > tests.xml", "for CI"),
    ],
};

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Run the policy's own tests, target by target")
        .long_about(LONG_ABOUT)
        .arg(facts::argument())
        .arg(argument::format(TestFormat::ALL, "The output format"))
        .arg(argument::flag("quiet", "Do not list targets that pass").short('q'))
        .arg(argument::flag("coverage", "List the rules that no test or invariant needs, and suggest tests"))
        .arg(
            Arg::new("min-coverage")
                .long("min-coverage")
                .value_name("PERCENT")
                .value_parser(value_parser!(u8).range(0..=100))
                .help("Like --coverage, and exit with 1 if fewer of the rules are needed"),
        )
}

/// Runs the tests of a policy. Messages call the policy `path`.
fn run(path: &Path, policy: Policy, matches: &ArgMatches) -> CommandResult {
    // The names of users are those of the source, even if other facts are given.
    let source = policy.facts.are_in_source().then(|| policy.facts.users.clone());
    let name = file::visible_name(path);
    let Some(policy) = valid::with_facts(path, policy, matches)? else {
        output::say(&format!("{name}: not tested, because the policy has errors\n"));
        return Ok(ExitStatus::Findings);
    };
    let format = argument::get_format(matches, TestFormat::ALL);
    let start = Stopwatch::start();
    let tested = policy.test();
    let time = start.elapsed();
    let least = matches.get_one::<u8>("min-coverage").copied().map(usize::from);
    let coverage = (least.is_some() || matches.get_flag("coverage"))
        .then(|| CoverageReport::new(RulePrinter::new(path, &policy), policy.coverage(), source.as_deref()));
    let report = TestReport::new(path, &policy, &tested, time, matches.get_flag("quiet"));
    let report = report.with_coverage(coverage.as_ref());
    output::print(&report.render(format, &output::stdout_renderer()))?;
    output::say(&format!("{name}: {}\n", report.summary()));
    let broken = policy.broken_invariants();
    let unverifiable = policy.unverifiable_invariants();
    output::say_findings(&Report::on_policy(path, &policy, &[broken.as_slice(), &unverifiable].concat()));
    let mut is_good = report.is_good() && broken.is_empty() && unverifiable.iter().all(|finding| !finding.denied);
    if let Some(coverage) = &coverage {
        let too_little = least.filter(|least| coverage.percent() < *least);
        let least = too_little.map(|least| format!("; at least {least}% are wanted")).unwrap_or_default();
        output::say(&format!("{name}: {}{least}\n", coverage.summary()));
        is_good &= too_little.is_none();
    }
    Ok(ExitStatus::with_findings(!is_good))
}
