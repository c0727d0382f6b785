//! The JSON format, for scripts: one document.

use policy_core::diagnostic::Note;
use policy_core::json::{Value, json};
use policy_core::{Diagnostic, Severity};

use super::{Report, level};
use crate::json::{VERSION, array, to_pieces};
use crate::line_index::Position;
use crate::source_file::Span;

/// Returns the document in pieces, one for each finding.
pub(super) fn pieces<'r>(reports: &'r [Report<'_>]) -> impl Iterator<Item = String> + 'r {
    let count = |severity| reports.iter().map(|report| report.count(severity)).sum::<usize>();
    let file = |report: &Report| {
        json!({
            "file": report.source.path.to_string_lossy(),
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
        })
    };
    let document = json!({
        "version": VERSION,
        "files": reports.iter().map(file).collect::<Vec<Value>>(),
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "diagnostics": json!([]),
    });
    let of_report =
        |report: &'r Report| report.diagnostics.iter().map(move |diagnostic| self::diagnostic(report, diagnostic));
    to_pieces(document, "diagnostics", 2, Box::new(reports.iter().flat_map(of_report)))
}

pub(super) fn diagnostics(report: &Report<'_>) -> Vec<Value> {
    report.diagnostics.iter().map(|diagnostic| self::diagnostic(report, diagnostic)).collect()
}

fn diagnostic(report: &Report<'_>, diagnostic: &Diagnostic) -> Value {
    let place = |note: &Note| {
        let span = note.origin.and_then(|origin| report.span(origin));
        json!({"message": note.message, "file": file(span), "range": range(span)})
    };
    let span = report.span(diagnostic.origin);
    json!({
        "code": diagnostic.code.name(),
        "severity": level(diagnostic.severity()),
        "message": diagnostic.message,
        "file": file(span),
        "range": range(span),
        "notes": array(&diagnostic.notes, &place),
        "also": array(&diagnostic.also, &place),
        "help": diagnostic.help.as_deref(),
        "fix": fix(report, diagnostic),
        "tailscale": diagnostic.tailscale,
        "headscale": diagnostic.headscale.as_ref().and_then(|answer| answer.text.as_deref()),
    })
}

/// Returns the change that fixes a finding.
fn fix(report: &Report<'_>, diagnostic: &Diagnostic) -> Value {
    report.edit(diagnostic).map_or(Value::Null, |(span, edit)| {
        let change = json!({"file": file(Some(span)), "range": range(Some(span)), "text": edit.text});
        json!({"certain": edit.is_certain, "edits": array(&[change], &Value::clone)})
    })
}

/// Returns the name of the file that a span is in.
pub(crate) fn file(span: Option<Span>) -> Value {
    span.map_or(Value::Null, |span| span.source.path.to_string_lossy().into())
}

pub(crate) fn range(span: Option<Span>) -> Value {
    span.map_or(Value::Null, |span| json!({"start": position(span.start), "end": position(span.end)}))
}

fn position(position: Position) -> Value {
    json!({"line": position.line, "column": position.column, "byte": position.offset})
}

#[cfg(test)]
mod tests {
    use super::super::{Format, tests};
    use serde_json::{Value, json};

    #[test]
    fn every_part_of_a_finding_is_a_field() {
        let document: Value = serde_json::from_str(&tests::render(Format::Json)).unwrap();
        assert_eq!(document["version"], 1);
        assert_eq!(document["files"], json!([{"file": "my policy.hujson", "errors": 2, "warnings": 0}]));
        assert_eq!((&document["errors"], &document["warnings"]), (&json!(2), &json!(0)));
        assert_eq!(
            document["diagnostics"][1],
            json!({
                "code": "undefined-tag",
                "severity": "error",
                "message": "tag `tag:b` is not declared",
                "file": "my policy.hujson",
                "range": {
                    "start": {"line": 4, "column": 20, "byte": tests::at("\"tag:b\"", 0).start},
                    "end": {"line": 4, "column": 27, "byte": tests::at("\"tag:b\"", 0).end},
                },
                "notes": [
                    {
                        "message": "these are declared",
                        "file": "my policy.hujson",
                        "range": {
                            "start": {"line": 2, "column": 2, "byte": 3},
                            "end": {"line": 2, "column": 13, "byte": 14},
                        },
                    },
                    {"message": "a tag needs an owner", "file": null, "range": null},
                ],
                "also": [],
                "help": "declare it under `tagOwners`, or write `tag:a`",
                "fix": null,
                "tailscale": "tag not found: \"tag:b\"",
                "headscale": null,
            })
        );
    }
}
