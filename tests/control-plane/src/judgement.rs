//! The server's verdict on a policy.
//!
//! It comes from `policy-core`. So it is our belief of what Tailscale and headscale refuse, with
//! our words where their words are not known. What a client does with a verdict does not depend on
//! that.

use std::collections::BTreeMap;

use policy_core::Policy;
use policy_core::hujson::Document;
use serde_json::{Value, json};

use crate::flavour::Flavour;

/// The reasons why a server refuses a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It is not valid, for this reason.
    Invalid(String),
    /// Its own tests fail: the errors, by source.
    FailingTests(BTreeMap<String, Vec<String>>),
}

impl Problem {
    /// Returns the body of Tailscale's answer.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Problem::Invalid(message) => json!({"message": message}),
            Problem::FailingTests(errors) => {
                let data = errors.iter().map(|(user, errors)| json!({"user": user, "errors": errors}));
                json!({"message": "test(s) failed", "data": data.collect::<Vec<_>>()})
            }
        }
    }

    /// Returns all errors as one text.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Problem::Invalid(message) => message.clone(),
            Problem::FailingTests(errors) => {
                let lines = errors.iter().flat_map(|(user, errors)| errors.iter().map(move |e| format!("{user}: {e}")));
                format!("test(s) failed:\n{}", lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// Returns the reason why the server refuses a policy, if it does.
pub(crate) fn judge(flavour: Flavour, text: &str) -> Result<(), Problem> {
    if let Err(error) = Document::parse(text) {
        return Err(Problem::Invalid(format!("line {}, column {}: {}", error.line, error.column, error.message)));
    }
    let valid = Policy::parse_in(text, Some(flavour.dialect())).validate().map_err(|errors| {
        let error = &errors[0];
        let words = error.answer().map_or(error.message.as_str(), |(_, words)| words);
        let (line, column) = position(text, error.origin.start as usize);
        Problem::Invalid(format!("line {line}, column {column}: {words}"))
    })?;
    let mut failing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tested in valid.test().into_iter().filter(|tested| tested.outcome.fails()) {
        let source = tested.outcome.source.map(|source| source.text.to_string()).unwrap_or_default();
        let message = tested.finding.map_or_else(|| "a target fails".to_owned(), |finding| finding.message);
        failing.entry(source).or_default().push(message);
    }
    if failing.is_empty() { Ok(()) } else { Err(Problem::FailingTests(failing)) }
}

/// Returns the line and the column of a byte, from 1.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (before.iter().filter(|byte| **byte == b'\n').count() + 1, before.len() - line_start + 1)
}

/// Returns a HuJSON text as JSON, with the order of its members lost.
pub(crate) fn to_json(text: &str) -> Option<Value> {
    let document = Document::parse(text).ok()?;
    let mut json = String::new();
    document.value(document.root()).write(&mut json);
    serde_json::from_str(&json).ok()
}
