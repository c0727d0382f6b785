//! A test of the formatter against Tailscale's, with 500 documents, byte for byte.
//!
//! The corpus is not part of this repository. `POLICY_CONFORMANCE` names its folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::hujson::Document;
use policy_test_support::require;

#[test]
fn formats_as_tailscale_does() {
    let Some(path) = require::corpus("format/cases.json") else { return };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let disagreements: Vec<String> = cases.iter().filter_map(disagreement).collect();
    eprintln!("{} of {} cases agree", cases.len() - disagreements.len(), cases.len());
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

/// Returns the difference from a case, if there is one.
fn disagreement(case: &serde_json::Value) -> Option<String> {
    let field = |name: &str| case.get(name).and_then(|value| value.as_str());
    let ours = Document::parse(field("input").unwrap()).map(|document| document.format());
    let ours = ours.map_err(|error| error.to_string());
    let ours = ours.as_deref().map_err(String::as_str);
    let theirs = field("output").ok_or_else(|| field("error").unwrap());
    let id = field("id").unwrap();
    let is_settled = theirs.is_ok_and(|text| Document::parse(text).is_ok_and(|document| document.format() == text));
    if theirs.is_ok() && !is_settled {
        return Some(format!("{id}: formatted once more, it changes"));
    }
    (ours != theirs).then(|| format!("{id}: {:?}\n  ours:   {ours:?}\n  theirs: {theirs:?}", field("input").unwrap()))
}
