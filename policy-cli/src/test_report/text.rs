//! The text format, for people: a line for each target, then the reasons why targets fail or are
//! unknown.

use std::fmt::Write as _;

use annotate_snippets::Renderer;
use policy_core::Tested;

use super::{Status, TestReport, expectation, section, source, status, target};
use crate::locations::Locations;
use crate::report::{Format, Report};
use crate::text::{padded, visible};

pub(super) fn render(tests: &TestReport<'_>, renderer: &Renderer) -> String {
    let findings = tests.findings();
    let report = Report::on_policy(tests.path, tests.policy, &findings);
    let locations = Locations::new(tests.path, tests.policy);
    let mut text = String::new();
    for test in tests.tests() {
        let Some(Tested { outcome, .. }) = test.first() else { continue };
        let head = format!("{} {} ({})", section(outcome), source(outcome), locations.link(outcome.test));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}", visible(&head));
        let shown: Vec<&Tested> = test.iter().filter(|tested| tests.shows(tested)).collect();
        let width = shown.iter().map(|tested| target(&tested.outcome).chars().count()).max().unwrap_or(0);
        for Tested { outcome, .. } in shown {
            let status = match status(outcome) {
                Status::Pass => "pass",
                Status::Unknown => "?",
                Status::Fail => "FAIL",
            };
            let rule = tests.rule(outcome).map(|rule| locations.link(rule)).unwrap_or_default();
            let target = padded(&target(outcome), width);
            let line = format!("  {status:4}  {:6} {target}  {rule}", expectation(outcome));
            let _ = writeln!(text, "{}", visible(line.trim_end()));
        }
        text.push('\n');
    }
    text.push_str(&report.render(Format::Text, renderer));
    if let Some(coverage) = tests.coverage {
        text.push_str(&coverage.to_text());
    }
    text
}
