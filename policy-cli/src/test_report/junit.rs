//! The format for CI: JUnit XML, which Jenkins, GitLab and GitHub actions read.

use std::fmt::Write as _;

use policy_core::{Diagnostic, Tested};

use super::{CoverageReport, Status, TestReport, expectation, section, source, status, target};
use crate::locations::{Location, Locations};
use crate::render::html::escape_xml;
use crate::report::Report;

pub(super) fn render(tests: &TestReport<'_>) -> String {
    let findings = tests.findings();
    let report = Report::on_policy(tests.path, tests.policy, &findings);
    let locations = Locations::new(tests.path, tests.policy);
    let mut texts = report.to_texts().into_iter();
    let [pass, unknown, fail] = tests.counts();
    let errors = tests.tested.iter().filter(|tested| is_error(tested)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{fail}\" errors=\"{errors}\" skipped=\"{}\" time=\"{:.6}\"",
        pass + unknown + fail,
        unknown.saturating_sub(errors),
        tests.time.as_secs_f64()
    );
    let name = escape_xml(&tests.path.to_string_lossy());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"{name}\" {counts}>\n"
    );
    for tested in tests.tested.iter().filter(|tested| tests.shows(tested)) {
        // The findings are in the order of the targets.
        let text = tested.finding.as_ref().and_then(|_| texts.next());
        let location = place(&locations.location(tested.outcome.probe.text().origin));
        case(tested, &location, text.as_deref().unwrap_or_default(), &mut xml);
    }
    xml.push_str("  </testsuite>\n");
    if let Some(coverage) = tests.coverage {
        rules(coverage, &mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Returns the attributes for the place of something.
fn place(location: &Location) -> String {
    let line = location.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
    format!(" file=\"{}\"{line}", escape_xml(&location.file))
}

/// Writes a suite with a case for each rule. The case is skipped if no test needs the rule.
fn rules(coverage: &CoverageReport, xml: &mut String) {
    let rules: Vec<_> = coverage.each().collect();
    let skipped = rules.iter().filter(|(.., is_needed)| !is_needed).count();
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        xml,
        "  <testsuite name=\"coverage\" tests=\"{}\" failures=\"0\" errors=\"0\" skipped=\"{skipped}\">\n    \
         <properties>\n      <property name=\"coverage\" value=\"{}\"/>\n    </properties>",
        rules.len(),
        coverage.percent()
    );
    for (location, rule, is_needed) in rules {
        let skipped = ">\n      <skipped message=\"no test needs this rule\"/>\n    </testcase>";
        let end = if is_needed { "/>" } else { skipped };
        let rule = escape_xml(&rule);
        let place = place(&location);
        let _ = writeln!(xml, "    <testcase classname=\"coverage\" name=\"{rule}\"{place}{end}");
    }
    xml.push_str("  </testsuite>\n");
}

/// Returns true if the policy should have a fact that is missing.
fn is_error(tested: &Tested) -> bool {
    status(&tested.outcome) == Status::Unknown && tested.finding.as_ref().is_some_and(Diagnostic::is_error)
}

fn case(tested: &Tested, place: &str, text: &str, xml: &mut String) {
    let Tested { outcome, finding } = tested;
    // Writing to a `String` cannot fail.
    let _ = write!(
        xml,
        "    <testcase classname=\"{} {}\" name=\"{} {}\"{place}",
        section(outcome),
        escape_xml(source(outcome)),
        expectation(outcome),
        escape_xml(&target(outcome)),
    );
    let element = match status(outcome) {
        Status::Pass => return xml.push_str("/>\n"),
        Status::Unknown if is_error(tested) => "error",
        Status::Unknown => "skipped",
        Status::Fail => "failure",
    };
    let (code, message) = match finding {
        Some(finding) => (finding.code.name(), finding.message.as_str()),
        None => ("unknown", "it depends on an unknown fact"),
    };
    let _ = writeln!(
        xml,
        ">\n      <{element} type=\"{code}\" message=\"{}\">{}</{element}>\n    </testcase>",
        escape_xml(message),
        escape_xml(text.trim_end())
    );
}
