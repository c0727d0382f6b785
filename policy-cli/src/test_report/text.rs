//! The text format, for people: a line for each target, then the reasons why targets fail or are
//! unknown.

use std::fmt::Write as _;

use annotate_snippets::Renderer;
use policy_core::Tested;

use super::{Status, TestReport, expectation, section, source, status, target};
use crate::locations::Locations;
use crate::report::{Format, Report};
use crate::style::{BAD, GOOD, HEADING, PLACE, UNKNOWN, paint};
use crate::text::{padded, visible};

pub(super) fn render(tests: &TestReport<'_>, renderer: &Renderer) -> String {
    let findings = tests.findings();
    let report = Report::on_policy(tests.path, tests.policy, &findings);
    let locations = Locations::new(tests.path, tests.policy);
    let mut text = String::new();
    for test in tests.tests() {
        let Some(Tested { outcome, .. }) = test.first() else { continue };
        let head = paint(HEADING, &visible(&format!("{} {}", section(outcome), source(outcome))));
        let place = paint(PLACE, &visible(&locations.link(outcome.test)));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{head} ({place})");
        let shown: Vec<&Tested> = test.iter().filter(|tested| tests.shows(tested)).collect();
        let width = shown.iter().map(|tested| target(&tested.outcome).chars().count()).max().unwrap_or(0);
        for Tested { outcome, .. } in shown {
            let status = match status(outcome) {
                Status::Pass => paint(GOOD, "pass"),
                Status::Unknown => paint(UNKNOWN, "?   "),
                Status::Fail => paint(BAD, "FAIL"),
            };
            let rule = tests.rule(outcome).map(|rule| visible(&locations.link(rule))).unwrap_or_default();
            let target = padded(&visible(&target(outcome)), width);
            let line = format!("  {status}  {:6} {target}  {}", expectation(outcome), paint(PLACE, &rule));
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    text.push_str(&report.render(Format::Text, renderer));
    if let Some(coverage) = tests.coverage {
        text.push_str(&coverage.to_text());
    }
    text
}
