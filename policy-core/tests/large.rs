//! Tests that policies of any size are read completely.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use policy_core::Policy;
use policy_core::check::check;
use policy_core::hujson::Document;
use serde_json::Value;

const GRANTS: usize = 2_000;

#[test]
fn a_large_policy_has_no_mistakes() {
    let policy = Policy::parse(policy_generate::large::policy(GRANTS));
    assert_eq!(policy.grants.as_ref().map(Vec::len), Some(GRANTS));
    let messages: Vec<String> = check(&policy).into_iter().map(|finding| finding.message).collect();
    assert_eq!(messages, Vec::<String>::new());
}

/// Checks that the benchmarks compare the same work.
#[test]
fn a_large_policy_means_the_same_without_its_comments() {
    let text = policy_generate::large::policy(GRANTS);
    let plain = policy_generate::large::plain(&text);
    assert_eq!(plain.len(), text.len());
    let document = Document::parse(text).unwrap();
    let expected: Value = serde_json::from_str(&plain).unwrap();
    assert_eq!(document.value(document.root()).to_string(), expected.to_string());
}
