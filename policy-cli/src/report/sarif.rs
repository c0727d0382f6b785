//! The format for code scanning: the Static Analysis Results Interchange Format, version 2.1.0.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>

use policy_core::diagnostic::Note;
use policy_core::json::{Value, json};
use policy_core::{Code, Diagnostic};

use super::{Report, full_message, level};
use crate::json::{array, to_pieces};
use crate::source_file::Span;
use crate::uri;

/// Returns the document in pieces, one for each finding.
pub(super) fn pieces<'r>(reports: &'r [Report<'_>]) -> impl Iterator<Item = String> + 'r {
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "policy", "version": env!("CARGO_PKG_VERSION"), "rules": array(Code::ALL, &rule)}},
            "columnKind": "utf16CodeUnits",
            "results": json!([]),
        }],
    });
    let of_report = |report: &'r Report| report.diagnostics.iter().map(move |diagnostic| result(report, diagnostic));
    to_pieces(document, "results", 4, Box::new(reports.iter().flat_map(of_report)))
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.title()},
        "fullDescription": {"text": code.title()},
        "help": {"text": format!("`{code}` in docs/diagnostics.md says more.")},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(report: &Report<'_>, diagnostic: &Diagnostic) -> Value {
    let location = |span: Span| json!({"physicalLocation": physical_location(span)});
    let locations: Vec<Value> = report.span(diagnostic.origin).into_iter().map(location).collect();
    let span_of = |note: &Note| note.origin.and_then(|origin| report.span(origin));
    let related = |note: &Note| {
        span_of(note)
            .map(|span| json!({"physicalLocation": physical_location(span), "message": {"text": note.message}}))
    };
    // Some of the other places are notes already.
    let is_noted = |place: &&Note| diagnostic.notes.iter().any(|note| note.origin == place.origin);
    let others = diagnostic.also.iter().filter(|place| !is_noted(place));
    let related: Vec<Value> = diagnostic.notes.iter().chain(others).filter_map(related).collect();
    let other_notes = diagnostic.notes.iter().filter(|note| span_of(note).is_none()).map(|note| note.message.clone());
    json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == diagnostic.code),
        "level": level(diagnostic.severity()),
        "message": {"text": full_message(diagnostic, other_notes)},
        "locations": locations,
        "relatedLocations": related,
    })
}

fn physical_location(span: Span) -> Value {
    json!({
        "artifactLocation": {"uri": uri::of_path(&span.source.path)},
        "region": {
            "startLine": span.start.line,
            "startColumn": span.start.utf16_column,
            "endLine": span.end.line,
            "endColumn": span.end.utf16_column,
        },
    })
}

#[cfg(test)]
mod tests {
    use policy_core::Code;
    use serde_json::{Value, json};

    use super::super::{Format, tests};

    fn document() -> Value {
        serde_json::from_str(&tests::render(Format::Sarif)).unwrap()
    }

    #[test]
    fn a_result_has_its_rule_its_place_and_its_other_places() {
        let document = document();
        assert_eq!(document["version"], "2.1.0");
        let run = &document["runs"][0];
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        let place = |line: u32, start: u32, end: u32| {
            json!({
                "artifactLocation": {"uri": "my%20policy.hujson"},
                "region": {"startLine": line, "startColumn": start, "endLine": line, "endColumn": end},
            })
        };
        // `𝄞` is two UTF-16 code units.
        assert_eq!(run["results"][0]["locations"], json!([{"physicalLocation": place(3, 18, 28)}]));
        let result = &run["results"][1];
        assert_eq!(result["ruleId"], "undefined-tag");
        assert_eq!(result["level"], "error");
        assert_eq!(
            result["message"]["text"],
            "tag `tag:b` is not declared\nnote: a tag needs an owner\n\
             help: declare it under `tagOwners`, or write `tag:a`\n\
             note: Tailscale answers: tag not found: \"tag:b\""
        );
        assert_eq!(result["locations"], json!([{"physicalLocation": place(4, 20, 27)}]));
        assert_eq!(
            result["relatedLocations"],
            json!([{"physicalLocation": place(2, 2, 13), "message": {"text": "these are declared"}}])
        );
    }

    #[test]
    fn every_code_is_a_rule_and_a_result_points_to_its_own() {
        let document = document();
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), Code::ALL.len());
        for result in run["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
}
