//! Tests of the reports about a newcomer's mistakes: `mistakes.txt`.
//!
//! Each case begins with a line `//- TITLE`. The body of a `policy!` with one mistake follows, and
//! then the report, on lines that begin with `//>`: the code, the words, the message, and the help
//! after `help:`. As in the macro, warnings are shown only if there is no error. The day is
//! 2027-03-31.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p policy-syntax --test mistakes` writes the current reports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::fmt::Write as _;
use std::path::Path;

use policy_core::{Code, Diagnostic, Policy, check};
use policy_syntax::{Source, SourceKind, TokenText, lower, read};
use policy_test_support::snapshot;

const REPORTED: &str = "//> ";
/// The day that all cases are checked for.
const TODAY: &str = "2027-03-31";

/// Returns the report about a body, in the order of its words.
fn report(body: &str) -> String {
    let tokens = TokenText::new(body);
    let source = Source { kind: SourceKind::Policy, positions: &tokens };
    let reading = read(&tokens.tokens, &source, Vec::new());
    let lowered = lower(&reading);
    let said = reading.findings.iter().chain(&lowered.findings).cloned();
    let mut findings: Vec<Diagnostic<_>> =
        said.map(|finding| finding.map_origins(|place| tokens.range(place))).collect();
    let is_read = !findings.iter().any(Diagnostic::is_error);
    let policy = Policy::with_facts(&lowered.policy, &lowered.facts).with_today(TODAY.parse().unwrap());
    let checked = if is_read { policy.check() } else { check::check(&policy) };
    for finding in checked {
        let undefined = [Code::UndefinedTag, Code::UndefinedGroup, Code::UndefinedHost, Code::UndefinedIpSet];
        let word = lowered.slice(finding.origin).unwrap_or_default().trim_matches('"');
        let is_recovered = undefined.contains(&finding.code) && reading.recovered.may_declare(word);
        if !is_recovered && !lowered.is_broken(finding.origin) {
            let range = |origin| lowered.place(origin).map_or(0..0, |(place, _)| tokens.range(place));
            findings.push(finding.map_origins(range));
        }
    }
    findings.sort_by_key(|finding| (finding.origin.start, finding.origin.end));
    // The compiler shows the same error at the same place once.
    findings.dedup_by(|a, b| (a.origin.clone(), &a.message) == (b.origin.clone(), &b.message));
    let has_error = findings.iter().any(Diagnostic::is_error);
    let mut out = String::new();
    for finding in findings.iter().filter(|finding| finding.is_error() || !has_error) {
        let severity = if finding.is_error() { "error" } else { "warning" };
        let words = body.get(finding.origin.clone()).unwrap().replace('\n', " ");
        writeln!(out, "{REPORTED}{severity}[{}] `{words}`: {}", finding.code, finding.message).unwrap();
        for note in &finding.notes {
            writeln!(out, "{REPORTED}  note: {}", note.message).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(out, "{REPORTED}  help: {help}").unwrap();
        }
    }
    out
}

#[test]
fn each_mistake_gets_an_error_at_its_words() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut updated = String::new();
    for case in text.split("//- ").skip(1) {
        let (title, rest) = case.split_once('\n').unwrap();
        let body: String = rest
            .lines()
            .filter(|line| !line.starts_with(REPORTED.trim_end()))
            .map(|line| format!("{line}\n"))
            .collect();
        let body = body.trim_end();
        write!(updated, "//- {title}\n{body}\n{}\n", report(&format!("{body}\n"))).unwrap();
    }
    if snapshot::should_update() {
        std::fs::write(&file, format!("{}\n", updated.trim_end())).unwrap();
    } else {
        for (expected, actual) in text.split("//- ").zip(updated.split("//- ")) {
            assert_eq!(actual.trim_end(), expected.trim_end());
        }
    }
}
