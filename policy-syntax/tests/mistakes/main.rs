//! Tests of the reports about a newcomer's mistakes (`mistakes.txt`), and of the fixes that their
//! helps suggest (`fixes.txt`).
//!
//! Each case of `mistakes.txt` begins with a line `//- TITLE`. The body of a `policy!` with one
//! mistake follows, and then the report, on lines that begin with `//>`: the code, the words, the
//! message, and the help after `help:`. As in the macro, warnings are shown only if there is no
//! error, or if they explain one. The day is 2027-03-31.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p tailnet-policy-syntax --test mistakes` writes the current
//! reports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixes;
mod reported;

use std::fmt::Write as _;
use std::path::Path;

use policy_test_support::snapshot;

use crate::reported::{is_shown, reported};

const REPORTED: &str = "//> ";

/// Returns the titles and bodies of `mistakes.txt`.
fn cases(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.split("//- ").skip(1).map(|case| {
        let (title, rest) = case.split_once('\n').unwrap();
        let lines = rest.lines().filter(|line| !line.starts_with(REPORTED.trim_end()));
        let body: String = lines.map(|line| format!("{line}\n")).collect();
        (title, format!("{}\n", body.trim_end()))
    })
}

/// Returns the report about a body, in the order of its words.
fn report(body: &str) -> String {
    let findings = reported(body).findings;
    let mut out = String::new();
    for finding in findings.iter().filter(|finding| is_shown(finding, &findings)) {
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
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes/mistakes.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut updated = String::new();
    for (title, body) in cases(&text) {
        write!(updated, "//- {title}\n{body}{}\n", report(&body)).unwrap();
    }
    if snapshot::should_update() {
        std::fs::write(&file, format!("{}\n", updated.trim_end())).unwrap();
    } else {
        for (expected, actual) in text.split("//- ").zip(updated.split("//- ")) {
            assert_eq!(actual.trim_end(), expected.trim_end());
        }
    }
}
