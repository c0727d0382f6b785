//! Tests that `docs/diagnostics.md` matches the code: every code has an entry, and the output of
//! every example is correct.
//!
//! All examples are checked for the day 2027-03-31. In an entry, a `json` block has facts, the
//! first `hujson` block a policy with one mistake, and the `text` block the findings. A second
//! `hujson` block is the fixed policy, which must have no findings. A `yaml` block is a file that
//! `policy scan` reads, and a second one is the fixed file. A `rust` block is for codes that only
//! `policy!` finds. It is part of a case in `ui`, whose output contains the `text`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p policy-tests --test diagnostics` writes the current table and
//! findings. Review them before you commit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use policy_analysis::Analysis;
use policy_core::diagnostic::{Edit, Evidence};
use policy_core::hujson::Document;
use policy_core::{Code, Diagnostic, Policy, Severity};
use policy_test_support::snapshot;
use policy_tool::scan::judge::{self, ScannedFile};
use policy_tool::scan::mentions;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diagnostics.md")
}

fn page() -> String {
    std::fs::read_to_string(path()).unwrap()
}

/// A part of the page: a line of prose, or a block between fences.
enum Piece<'a> {
    Line(&'a str),
    Block { language: &'a str, text: String },
}

fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        pieces.push(match line.strip_prefix("```") {
            None => Piece::Line(line),
            Some(language) => {
                let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
                Piece::Block { language, text }
            }
        });
    }
    pieces
}

/// The entry of one code on the page.
struct Entry {
    code: Code,
    facts: String,
    policies: Vec<String>,
    scanned: Vec<String>,
    rust: Option<String>,
    answer: Option<String>,
}

fn entries(page: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for piece in pieces(page) {
        match piece {
            Piece::Line(line) => {
                if let Some(name) = line.strip_prefix("### ") {
                    let code = name.parse::<Code>().ok().unwrap_or_else(|| panic!("`{name}` is not a code"));
                    let (facts, policies, scanned) = (String::new(), Vec::new(), Vec::new());
                    entries.push(Entry { code, facts, policies, scanned, rust: None, answer: None });
                }
            }
            Piece::Block { language, text } => {
                let Some(entry) = entries.last_mut() else { continue };
                let name = entry.code;
                match language {
                    "json" => entry.facts = text,
                    "hujson" => entry.policies.push(text),
                    "yaml" => entry.scanned.push(text),
                    "rust" => assert!(entry.rust.replace(text).is_none(), "{name} has two examples in Rust"),
                    "text" => assert!(entry.answer.replace(text).is_none(), "{name} has two answers"),
                    _ => panic!("{name} has a block of {language:?}"),
                }
            }
        }
    }
    entries
}

fn findings(policy: &str, facts: &str) -> Vec<Diagnostic> {
    let policy = if facts.is_empty() { Policy::parse(policy) } else { Policy::with_facts(policy, facts) };
    policy.with_today("2027-03-31".parse().unwrap()).check()
}

/// Returns what `policy scan` reports about a file.
fn findings_of_scan(policy: &str, text: &str) -> Vec<Diagnostic> {
    let policy = Policy::parse(policy).validate().unwrap();
    let mentions = mentions("file.yaml", text);
    judge::findings(&policy, &[ScannedFile { text, mentions: &mentions }], &[])
}

impl Entry {
    /// Returns the findings of the example.
    fn findings(&self) -> Vec<Diagnostic> {
        match (self.policies.first(), self.scanned.first()) {
            (Some(policy), Some(file)) => findings_of_scan(policy, file),
            (Some(policy), None) => findings(policy, &self.facts),
            (None, _) => Vec::new(),
        }
    }

    /// Returns the findings of each fixed policy or file.
    fn fixed(&self) -> Vec<Vec<Diagnostic>> {
        let policies = self.policies.iter().skip(1).map(|policy| match self.scanned.first() {
            Some(file) => findings_of_scan(policy, file),
            None => findings(policy, &self.facts),
        });
        let files = self.scanned.iter().skip(1);
        policies.chain(files.flat_map(|file| Some(findings_of_scan(self.policies.first()?, file)))).collect()
    }
}

fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Returns findings as the command line prints them, without the excerpts.
fn answer_lines(findings: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding @ Diagnostic { code, message, notes, help, .. } in findings {
        writeln!(out, "{}[{code}]: {message}", severity(*code)).unwrap();
        for note in notes {
            writeln!(out, "  = note: {}", note.message).unwrap();
        }
        if let Some(help) = help {
            writeln!(out, "  = help: {help}").unwrap();
        }
        if let Some((server, answer)) = finding.answer() {
            writeln!(out, "  = note: {server} answers: {answer}").unwrap();
        }
    }
    out
}

/// Returns each finding of the example that has a fix, with the fixed policy and the fix.
fn fixes(entry: &Entry) -> Vec<(Diagnostic, String, Edit)> {
    let Some(text) = entry.policies.first().filter(|_| entry.scanned.is_empty()) else { return Vec::new() };
    let Ok(document) = Document::parse(text.as_str()) else { return Vec::new() };
    let fixed = |finding: Diagnostic| {
        let edit = document.edit(finding.fix()?, finding.origin)?;
        let mut fixed = text.clone();
        fixed.replace_range(edit.place.range(), &edit.text);
        Some((finding, fixed, edit))
    };
    entry.findings().into_iter().filter_map(fixed).collect()
}

fn row(entry: &Entry) -> String {
    let Entry { code, .. } = entry;
    let fix = match fixes(entry).iter().map(|(.., edit)| edit.is_certain).max() {
        Some(true) => "yes",
        Some(false) => "to confirm",
        None => "",
    };
    let cells = [severity(*code), code.evidence().name(), fix, code.title()].join(" | ");
    format!("| [`{code}`](#{code}) | {cells} |")
}

const TABLE: &str = "| --- | --- | --- | --- | --- |";

/// Returns the page with the current table and findings.
fn updated(page: &str) -> String {
    let entries = entries(page);
    let mut entry = entries.iter();
    let mut current: Option<&Entry> = None;
    let mut out = String::new();
    for piece in pieces(page) {
        match piece {
            Piece::Line(line) => {
                if line.starts_with("### ") {
                    current = entry.next();
                }
                if !line.starts_with("| [`") {
                    writeln!(out, "{line}").unwrap();
                }
                if line == TABLE {
                    entries.iter().for_each(|entry| writeln!(out, "{}", row(entry)).unwrap());
                }
            }
            Piece::Block { language, text } => {
                let answered = current
                    .filter(|entry| language == "text" && !entry.policies.is_empty())
                    .map(|entry| answer_lines(&entry.findings()));
                write!(out, "```{language}\n{}```\n", answered.unwrap_or(text)).unwrap();
            }
        }
    }
    out
}

#[test]
fn every_code_has_its_entry() {
    let headings: Vec<&str> = entries(&page()).iter().map(|entry| entry.code.name()).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    for pair in headings.iter().zip(&codes) {
        assert_eq!(pair.0, pair.1, "the entries are in the order of the codes");
    }
    assert_eq!(headings.len(), codes.len(), "no entry for {:?}", codes.get(headings.len()));
}

#[test]
fn the_table_and_the_answers_are_those_of_today() {
    let page = page();
    let updated = updated(&page);
    if snapshot::should_update() {
        std::fs::write(path(), updated).unwrap();
        return;
    }
    for (is, should) in page.lines().zip(updated.lines()) {
        assert_eq!(is, should, "see the top of this file on how to update the page");
    }
    assert_eq!(page, updated);
}

#[test]
fn each_example_shows_its_mistake_and_no_other() {
    let mut wrong = String::new();
    for entry in entries(&page()) {
        let code = entry.code;
        assert!(entry.answer.as_ref().is_some_and(|answer| !answer.is_empty()), "{code} has no answer");
        assert_ne!(entry.rust.is_some(), !entry.policies.is_empty(), "{code} has an example, as HuJSON or as Rust");
        if entry.policies.is_empty() {
            continue;
        }
        let found = entry.findings();
        if found.is_empty() || found.iter().any(|finding| finding.code != code) {
            writeln!(wrong, "the example of {code} gets\n{}", answer_lines(&found)).unwrap();
        }
        for found in entry.fixed().into_iter().filter(|found| !found.is_empty()) {
            writeln!(wrong, "the fixed example of {code} gets\n{}", answer_lines(&found)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The change of an example must remove the finding, and must not add another one. It may change who can
/// reach what only if a person has to confirm it, and if it does not promise otherwise.
#[test]
fn the_fix_of_each_example_works() {
    let (mut count, mut compared) = (0, 0);
    for entry in entries(&page()) {
        for (finding, text, edit) in fixes(&entry) {
            count += 1;
            let left = findings(&text, &entry.facts);
            let is_it = |other: &&Diagnostic| (other.code, &other.message) == (finding.code, &finding.message);
            let before = entry.findings();
            let numbers = [&before, &left].map(|findings| findings.iter().filter(is_it).count());
            assert!(numbers[1] < numbers[0], "{}: the fix leaves {finding}: {text}", entry.code);
            let known = |other: &Diagnostic| before.iter().any(|known| known.message == other.message);
            // Warnings about the whole policy appear only without errors.
            let new = left.iter().filter(|other| !known(other) && (other.is_error() || !finding.is_error()));
            let new: Vec<String> = new.map(ToString::to_string).collect();
            assert!(new.is_empty(), "{}: the fix leads to {new:?}: {text}", entry.code);
            let facts = if entry.facts.is_empty() { "{}" } else { &entry.facts };
            let valid = |text: &str| Policy::with_facts(text, facts).validate().ok();
            if (edit.is_certain || edit.keeps_access)
                && let (Some(old), Some(new)) = (valid(&entry.policies[0]), valid(&text))
            {
                compared += 1;
                assert_eq!(old.diff(&new).changes, [], "{}: the fix changes the access: {text}", entry.code);
            }
        }
    }
    assert!(count > 30 && compared > 3, "{count} fixes, of which {compared} are compared");
}

/// A page quotes a message of Tailscale only if the message is known.
#[test]
fn an_answer_of_tailscale_is_evidence() {
    for Entry { code, answer, .. } in entries(&page()) {
        let is_quoted = answer.is_some_and(|answer| answer.contains("Tailscale answers"));
        assert!(!is_quoted || matches!(code.evidence(), Evidence::Capture | Evidence::Issue), "{code}");
    }
}

#[test]
fn examples_in_rust_are_cases_of_the_macro() {
    let cases = cases();
    for Entry { code, rust, answer, .. } in entries(&page()) {
        let (Some(rust), Some(answer)) = (rust, answer) else { continue };
        // rustc shows the code of a warning as the name of an item.
        let names = [format!("[{code}]"), format!("`policy::{}`", code.name().replace('-', "_"))];
        assert!(names.iter().any(|name| answer.contains(name)), "the answer to {code} is one of another code");
        let shown = |case: &&(String, String)| has_lines(&case.0, &rust) && has_lines(&case.1, &answer);
        assert!(cases.iter().any(|case| shown(&case)), "no case in ui has the example of {code} and its answer");
    }
}

/// Returns whether a text contains the lines of a part, one after the other, ignoring indentation.
/// The severity is left out, because some cases turn warnings into errors to show them.
fn has_lines(text: &str, part: &str) -> bool {
    fn lines(text: &str) -> Vec<&str> {
        text.lines()
            .map(str::trim)
            .map(|line| line.strip_prefix("error: ").or(line.strip_prefix("warning: ")).unwrap_or(line))
            .collect()
    }
    let (text, part) = (lines(text), lines(part));
    text.windows(part.len()).any(|window| window == part)
}

/// Returns the cases of `ui` that have an expected output.
fn cases() -> Vec<(String, String)> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let areas = std::fs::read_dir(ui).unwrap().map(|area| area.unwrap().path()).filter(|area| area.is_dir());
    let files = areas.flat_map(|area| std::fs::read_dir(area).unwrap().map(|file| file.unwrap().path()));
    let answers = files.filter(|file| file.extension().is_some_and(|extension| extension == "stderr"));
    answers
        .map(|file| {
            let read = |path: &Path| std::fs::read_to_string(path).unwrap();
            (read(&file.with_extension("rs")), read(&file))
        })
        .collect()
}
