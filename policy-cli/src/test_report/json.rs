//! The JSON format, for scripts: one document.

use policy_core::Tested;
use policy_core::json::{Value, json};
use policy_core::testing::Outcome;

use super::{Status, TestReport, expectation, section, source, status};
use crate::json::{VERSION, to_text};
use crate::locations::Locations;
use crate::report::Report;

pub(super) fn render(tests: &TestReport<'_>) -> String {
    let findings = tests.findings();
    let report = Report::on_policy(tests.path, tests.policy, &findings);
    let mut diagnostics = report.to_json().into_iter();
    let locations = Locations::new(tests.path, tests.policy);
    let mut entries: Vec<Value> = Vec::new();
    for test in tests.tests() {
        let Some(Tested { outcome, .. }) = test.first() else { continue };
        let mut targets = Vec::new();
        for tested in test.iter().filter(|tested| tests.shows(tested)) {
            // The findings are in the order of the targets.
            let diagnostic = tested.finding.as_ref().and_then(|_| diagnostics.next());
            targets.push(target(tests, &locations, &tested.outcome, diagnostic));
        }
        let mut entry = json!({
            "section": section(outcome),
            "src": source(outcome),
            "proto": outcome.probe.protocol().map(|protocol| protocol.to_string()),
            "targets": targets,
        });
        locations.location(outcome.test).add_to(&mut entry);
        entries.push(entry);
    }
    let [passed, unknown, failed] = tests.counts();
    let mut document = json!({
        "version": VERSION,
        "file": tests.path.to_string_lossy(),
        "passed": passed,
        "failed": failed,
        "unknown": unknown,
        "seconds": tests.time.as_secs_f64(),
        "tests": entries,
    });
    if let (Some(coverage), Some(document)) = (tests.coverage, document.as_object_mut()) {
        document.insert("coverage".to_owned(), coverage.to_json());
    }
    to_text(&document)
}

fn target(tests: &TestReport<'_>, locations: &Locations<'_>, outcome: &Outcome, diagnostic: Option<Value>) -> Value {
    let status = match status(outcome) {
        Status::Pass => "pass",
        Status::Unknown => "unknown",
        Status::Fail => "fail",
    };
    let mut target = json!({
        "expect": expectation(outcome),
        "target": outcome.probe.text().as_str(),
        "dst": outcome.probe.is_ssh().then_some(outcome.destination.text.as_str()),
        "outcome": status,
        "rule": tests.rule(outcome).map(|rule| locations.location(rule)),
        "diagnostic": diagnostic,
    });
    locations.location(outcome.probe.text().origin).add_to(&mut target);
    target
}
