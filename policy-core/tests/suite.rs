//! Tests of policies with their expected findings: `suite/*.hujson`.
//!
//! A file is a list of cases, each below a line `//- what it shows`. A case is a policy with every
//! finding marked below its line:
//!
//! ```text
//! //- a tag must be declared
//!   {"grants": [{"src": ["tag:nas"], "dst": ["*"], "ip": ["*"]}]}
//! //                     ^^^^^^^^^ undefined-tag: undefined tag `tag:nas`
//! // help: declare it under `tagOwners`
//! // tailscale: src=tag not found: "tag:nas"
//! ```
//!
//! The mark of a finding that spans several lines ends in `^…`. A note with a place shows the text
//! there. Facts are a line `// facts: {…}` at the start of a case, and findings about them are
//! marked below it. A file may name warnings to ignore at its top, `// not marked: unused-tag,
//! unused-host`. Every case is checked for the day 2027-03-31. A case without marks has no
//! findings.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p tailnet-policy-core --test suite` writes the current marks.
//! Review them before you commit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should panic"
)]

use std::fmt::Write as _;
use std::path::Path;

use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy};
use policy_test_support::snapshot;

const NOT_MARKED: &str = "// not marked: ";
const FACTS: &str = "// facts: ";
/// The day that all cases are checked for.
const TODAY: &str = "2027-03-31";

/// Returns a case without its marks.
fn unmarked(case: &str) -> String {
    let mark = |line: &&str| {
        let Some(comment) = line.strip_prefix("//") else { return false };
        let comment = comment.trim_start();
        comment.starts_with('^')
            || ["help: ", "note: ", "tailscale: ", "headscale: "].iter().any(|kind| comment.starts_with(kind))
    };
    case.lines().filter(|line| !mark(line)).map(|line| format!("{line}\n")).collect()
}

/// Returns a case with its current marks.
fn marked(case: &str, not_marked: &str) -> String {
    let text = unmarked(case);
    let (title, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let (facts, policy_text) = match rest.strip_prefix(FACTS) {
        Some(rest) => rest.split_once('\n').unwrap_or((rest, "")),
        None => ("", rest),
    };
    let policy = match facts {
        "" => Policy::parse(policy_text),
        _ => Policy::with_facts(policy_text, facts),
    };
    let mut findings = policy.with_today(TODAY.parse().unwrap()).check();
    findings.retain(|finding| !not_marked.split(", ").any(|code| code == finding.code.name()));
    let source = Source { policy: policy_text, facts };
    let mut out = format!("{title}\n");
    if !facts.is_empty() {
        writeln!(out, "{FACTS}{facts}").unwrap();
        source.marks(&mut out, FACTS.len(), Origin::default().in_file(FileId::FACTS), facts, &findings);
    }
    let mut start = Origin::default();
    for line in policy_text.lines() {
        writeln!(out, "{line}").unwrap();
        source.marks(&mut out, 0, start, line, &findings);
        start.start += u32::try_from(line.len()).unwrap() + 1;
    }
    out
}

struct Source<'a> {
    policy: &'a str,
    facts: &'a str,
}

impl Source<'_> {
    fn text(&self, origin: Origin) -> &str {
        let text = if origin.file == FileId::Policy { self.policy } else { self.facts };
        text.get(origin.range()).expect("a finding is about some text")
    }

    /// Returns the marks of the findings that begin in a line. `indent` is the number of columns to
    /// the left of the line.
    fn marks(
        &self,
        out: &mut String,
        indent: usize,
        Origin { file, start, .. }: Origin,
        line: &str,
        findings: &[Diagnostic],
    ) {
        let end = start + u32::try_from(line.len()).unwrap();
        for finding in findings
            .iter()
            .filter(|finding| finding.origin.file == file && (start..=end).contains(&finding.origin.start))
        {
            let before = line.get(..(finding.origin.start - start) as usize).unwrap().chars().count() + indent;
            assert!(before >= 2, "indent the case by two columns: {line}");
            let here = finding.origin.end.min(end);
            let width = self.text(Origin { end: here, ..finding.origin }).chars().count().max(1);
            let more = if finding.origin.end > end { "…" } else { "" };
            let Diagnostic { code, message, .. } = finding;
            writeln!(out, "//{:before$}{:^>width$}{more} {code}: {message}", "", "", before = before - 2).unwrap();
            for note in &finding.notes {
                match note.origin {
                    Some(origin) => writeln!(out, "// note: {} ({})", note.message, self.text(origin)).unwrap(),
                    None => writeln!(out, "// note: {}", note.message).unwrap(),
                }
            }
            let help = finding.help.as_deref().map(|help| ("help", help));
            let answer = finding.answer().map(|(server, answer)| match server {
                "headscale" => (server, answer),
                _ => ("tailscale", answer),
            });
            for (kind, text) in help.into_iter().chain(answer) {
                let text = text.replace('\n', "; ");
                writeln!(out, "// {kind}: {text}").unwrap();
            }
        }
    }
}

/// Returns the lines that differ, in a readable form.
fn difference(file: &Path, expected: &str, actual: &str) -> String {
    let mut out = String::new();
    let (mut old, mut new) = (expected.lines().peekable(), actual.lines().peekable());
    while old.peek().is_some() || new.peek().is_some() {
        let (was, is) = (old.next().unwrap_or_default(), new.next().unwrap_or_default());
        if was != is {
            writeln!(out, "  - {was}\n  + {is}").unwrap();
        }
    }
    format!("{}:\n{expected}\n{out}", file.display())
}

#[test]
fn every_case_says_what_it_shows() {
    let update = snapshot::should_update();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (header, cases) = text.split_once("//- ").expect("a suite has cases");
        let mut updated = header.to_owned();
        let not_marked = header.lines().find_map(|line| line.strip_prefix(NOT_MARKED)).unwrap_or_default();
        for case in cases.split("\n//- ") {
            let actual = marked(case.trim_end(), not_marked);
            if actual.trim_end() != case.trim_end() {
                wrong += &difference(&file, case.trim_end(), actual.trim_end());
            }
            write!(updated, "//- {}\n\n", actual.trim_end()).unwrap();
        }
        if update {
            std::fs::write(&file, format!("{}\n", updated.trim_end())).unwrap();
        }
    }
    assert!(update || wrong.is_empty(), "{wrong}");
}
