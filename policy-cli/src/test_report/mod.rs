//! Outcomes of tests, formatted for people and for programs.
//!
//! Each format has its own file. The formatters are pure functions from outcomes to text.

mod coverage;
mod json;
mod junit;
mod text;

use std::path::Path;
use std::time::Duration;

use annotate_snippets::Renderer;
use policy_core::access::Ternary;
use policy_core::source::Origin;
use policy_core::testing::{Expectation, Outcome, Probe};
use policy_core::{Diagnostic, Policy, Tested};

use crate::argument::Choice;

pub(crate) use coverage::CoverageReport;
pub use coverage::suggested_tests;

/// A format of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TestFormat {
    /// For people: a line for each target, and why some fail.
    #[default]
    Text,
    /// For scripts: one JSON document.
    Json,
    /// JUnit's XML, which CI systems show.
    Junit,
}

impl TestFormat {
    /// All formats, each with its name on the command line and a line of help.
    pub(crate) const ALL: &[Choice<TestFormat>] = &[
        (TestFormat::Text, "text", "for people"),
        (TestFormat::Json, "json", "one JSON document"),
        (TestFormat::Junit, "junit", "JUnit's XML, for CI"),
    ];
}

/// The outcomes of the tests of one policy.
pub(crate) struct TestReport<'a> {
    /// The path of the file, as the user wrote it.
    path: &'a Path,
    policy: &'a Policy,
    tested: &'a [Tested<'a>],
    time: Duration,
    /// True if passing targets are not shown.
    quiet: bool,
    coverage: Option<&'a CoverageReport<'a>>,
}

/// The result of a target, for the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Pass,
    /// It depends on an unknown fact, which is not an error in the policy.
    Unknown,
    Fail,
}

impl<'a> TestReport<'a> {
    pub(crate) fn new(
        path: &'a Path,
        policy: &'a Policy,
        tested: &'a [Tested<'a>],
        time: Duration,
        quiet: bool,
    ) -> Self {
        TestReport { path, policy, tested, time, quiet, coverage: None }
    }

    /// Adds the rules that the tests do not cover.
    pub(crate) fn with_coverage(self, coverage: Option<&'a CoverageReport<'a>>) -> Self {
        TestReport { coverage, ..self }
    }

    /// Returns the report in one of the formats. The renderer decides whether there are colours.
    pub(crate) fn render(&self, format: TestFormat, renderer: &Renderer) -> String {
        match format {
            TestFormat::Text => text::render(self, renderer),
            TestFormat::Json => json::render(self),
            TestFormat::Junit => junit::render(self),
        }
    }

    /// Returns true if nothing fails, and the policy has all facts that it should have.
    pub(crate) fn is_good(&self) -> bool {
        let is_bad = |tested: &Tested| tested.finding.as_ref().is_some_and(Diagnostic::is_error);
        !self.tested.iter().any(|tested| tested.outcome.fails() || is_bad(tested))
    }

    /// Returns the numbers of outcomes on one line.
    pub(crate) fn summary(&self) -> String {
        let [pass, unknown, fail] = self.counts();
        let time = format!("({:.1} ms)", self.time.as_secs_f64() * 1000.0);
        if self.tested.is_empty() {
            return format!("no tests {time}");
        }
        let verb = |count, one, several| format!("{count} {}", if count == 1 { one } else { several });
        let mut parts = vec![verb(pass, "passes", "pass")];
        if fail > 0 {
            parts.push(verb(fail, "fails", "fail"));
        }
        if unknown > 0 {
            parts.push(verb(unknown, "is not known", "are not known"));
        }
        let targets = verb(pass + unknown + fail, "target", "targets");
        format!("{targets}: {} {time}", parts.join(", "))
    }

    /// Returns the findings in the order of the targets.
    fn findings(&self) -> Vec<Diagnostic> {
        self.tested.iter().filter_map(|tested| tested.finding.clone()).collect()
    }

    /// Returns the numbers of targets that pass, are unknown, and fail.
    fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for tested in self.tested {
            if let Some(count) = counts.get_mut(status(&tested.outcome) as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// Returns the targets of each test that are shown.
    fn tests(&self) -> impl Iterator<Item = &'a [Tested<'a>]> {
        let same = |a: &Tested, b: &Tested| a.outcome.test == b.outcome.test;
        let quiet = self.quiet;
        let is_shown = move |tested: &Tested| !quiet || status(&tested.outcome) != Status::Pass;
        self.tested.chunk_by(same).filter(move |test| test.iter().any(is_shown))
    }

    /// Returns true if a target is shown.
    fn shows(&self, tested: &Tested) -> bool {
        !self.quiet || status(&tested.outcome) != Status::Pass
    }

    /// Returns the rule that decides an outcome. A policy without rules has none.
    fn rule(&self, outcome: &Outcome) -> Option<Origin> {
        outcome.rule().filter(|&rule| rule != self.policy.origin)
    }
}

fn status(outcome: &Outcome) -> Status {
    match outcome.evaluation.holds {
        Ternary::Yes => Status::Pass,
        Ternary::Maybe(_) => Status::Unknown,
        Ternary::No => Status::Fail,
    }
}

fn expectation(outcome: &Outcome) -> &'static str {
    match outcome.expectation {
        Expectation::Accept => "accept",
        Expectation::Check => "check",
        Expectation::Deny => "deny",
    }
}

/// Returns the section of a test.
fn section(outcome: &Outcome) -> &'static str {
    if outcome.probe.is_ssh() { "sshTests" } else { "tests" }
}

fn source<'a>(outcome: &Outcome<'a>) -> &'a str {
    outcome.source.map_or("", |source| source.text.as_str())
}

/// Describes the target of a test: `tag:web:443`, `tag:web:53 over udp`, `tag:web as root`.
fn target(outcome: &Outcome) -> String {
    match outcome.probe {
        Probe::Ssh { account } => format!("{} as {account}", outcome.destination),
        Probe::Network { target, protocol: Some(protocol), .. } => format!("{target} over {protocol}"),
        Probe::Network { target, protocol: None, .. } => target.to_string(),
    }
}
