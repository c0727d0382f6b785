//! Applies the fix of each finding in `mistakes.txt` and in the policies of `tests/ui`.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use policy_syntax::token::{Delimiter, TokenId, TokenKind};
use policy_syntax::{TokenRange, TokenText, edit};
use policy_test_support::snapshot;

use crate::cases;
use crate::reported::{Reported, is_shown, reported};

/// The report after a fix has been applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// No error.
    Compiles,
    /// Only errors that existed before, or are of another kind.
    IsGone,
    /// The same error about the same words.
    Stays,
}

#[test]
fn what_a_help_proposes_works() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(folder.join("tests/mistakes/mistakes.txt")).unwrap();
    let mut bodies: Vec<(String, String)> = cases(&text).map(|(title, body)| (title.to_owned(), body)).collect();
    bodies.extend(ui_cases(&folder.join("../tests/ui")));
    let (mut table, mut counts, mut stays) = (String::new(), [0; 4], Vec::new());
    for (title, body) in &bodies {
        let report = reported(body);
        if report.is_incomplete {
            continue;
        }
        for finding in report.findings.iter().filter(|finding| is_shown(finding, &report.findings)) {
            let Some((old, new, outcome, left)) = apply(body, finding) else {
                counts[3] += usize::from(finding.help.is_some());
                continue;
            };
            let others =
                report.findings.iter().filter(|other| other.is_error()).count() - usize::from(finding.is_error());
            let result = match outcome {
                Outcome::Compiles => "compiles".to_owned(),
                Outcome::IsGone if others > 0 && left.len() <= others => "gone; the other errors stay".to_owned(),
                Outcome::IsGone => format!("gone; then: {}", left.join("; ")),
                Outcome::Stays => "stays".to_owned(),
            };
            counts[outcome as usize] += 1;
            let old = old.replace('\n', " ");
            writeln!(table, "{title}: {} `{old}` -> `{new}`: {result}", finding.code).unwrap();
            if outcome == Outcome::Stays {
                stays.push(format!("{title}: {}: {}: `{old}` -> `{new}`", finding.code, finding.message));
            }
        }
    }
    let [compiles, gone, staying, words] = counts;
    let all = compiles + gone + staying;
    let head =
        format!("{all} fixes: {compiles} compile, after {gone} the error is gone. {words} helps are only words.\n\n");
    let (file, table) = (folder.join("tests/mistakes/fixes.txt"), format!("{head}{table}"));
    if snapshot::should_update() {
        std::fs::write(&file, &table).unwrap();
    }
    for (line, expected) in table.lines().zip(std::fs::read_to_string(&file).unwrap().lines()) {
        assert_eq!(line, expected);
    }
    assert!(stays.is_empty(), "after these fixes, the same error is there again:\n{}", stays.join("\n"));
}

/// Applies the fix of a finding. Returns the words before and after it, the outcome, and the
/// remaining errors.
fn apply(body: &str, finding: &Reported) -> Option<(String, String, Outcome, Vec<String>)> {
    let edit = edit(finding.fix()?, body, finding.origin.clone())?;
    let (Range { start, end }, new) = (edit.place, edit.text);
    let old = body.get(start..end)?;
    let fixed = format!("{}{new}{}", body.get(..start)?, body.get(end..)?);
    let left = reported(&fixed).findings;
    let is_same = |other: &Reported| {
        other.code == finding.code && other.message == finding.message && other.origin.start == finding.origin.start
    };
    let errors = || left.iter().filter(|other| other.is_error());
    let outcome = if left.iter().any(is_same) {
        Outcome::Stays
    } else if errors().next().is_none() {
        Outcome::Compiles
    } else {
        Outcome::IsGone
    };
    Some((old.to_owned(), new, outcome, errors().map(|error| error.message.clone()).collect()))
}

/// Returns the names of the files in the folders of `folder`, and the body of the first
/// `policy!` in each.
fn ui_cases(folder: &Path) -> Vec<(String, String)> {
    let files = |folder: &Path| {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    };
    let areas = files(folder).into_iter().filter(|path| path.is_dir() && !path.ends_with("pass"));
    let rust = areas.flat_map(|area| files(&area)).filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    rust.filter_map(|file| {
        let name = file.strip_prefix(folder).unwrap().with_extension("").display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        Some((name, body_of_policy(&text)?))
    })
    .collect()
}

/// Returns the text between the braces of the first `policy!`.
fn body_of_policy(text: &str) -> Option<String> {
    let tokens = TokenText::new(text);
    let row = &tokens.tokens;
    let kind = |at: usize| row.get(at).map(|token| &token.kind);
    let start = (0..row.len()).find(|&at| {
        matches!(kind(at), Some(TokenKind::Ident(word)) if word == "policy")
            && matches!(kind(at + 1), Some(TokenKind::Punct { char: '!', .. }))
            && matches!(kind(at + 2), Some(TokenKind::Open { delimiter: Delimiter::Brace, .. }))
    })?;
    let Some(TokenKind::Open { close, .. }) = kind(start + 2) else { return None };
    let range = |id: TokenId| tokens.range(TokenRange { first: id, last: id, iteration: None });
    let (open, close) = (range(row.get(start + 2)?.id), range(row.get(*close)?.id));
    Some(text.get(open.end..close.start)?.to_owned())
}
