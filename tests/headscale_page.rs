//! Tests that the examples in `docs/headscale.md` are correct.

use std::path::Path;

use policy_core::Policy;
use policy_syntax::{Source, SourceKind, TokenText, lower, read};

fn block(language: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/headscale.md")).unwrap();
    let start = page.split(&format!("```{language}\n")).nth(1).unwrap();
    start.split("```").next().unwrap().to_owned()
}

#[test]
fn the_two_forms_of_the_example_are_one_policy_and_nothing_is_wrong_with_it() {
    let rust = block("rust");
    let inside = rust.trim().strip_prefix("policy! {").unwrap().strip_suffix('}').unwrap();
    let tokens = TokenText::new(inside);
    let source = Source { kind: SourceKind::Policy, positions: &tokens };
    let lowered = lower(&read(&tokens.tokens, &source, Vec::new()));
    let (of_macro, of_file) = (Policy::parse(lowered.policy), Policy::parse(block("hujson")));
    assert_eq!(of_macro.check(), []);
    assert_eq!(of_file.check(), []);
    let without_layout = |policy: &Policy| {
        let text = policy.to_hujson().split_whitespace().collect::<String>();
        text.replace(",]", "]").replace(",}", "}")
    };
    assert_eq!(without_layout(&of_macro), without_layout(&of_file));
    assert_eq!(of_file.dialect.name(), "headscale");
}

#[test]
fn the_version_is_the_one_of_the_rules() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/headscale.md")).unwrap();
    assert!(page.contains(&format!("headscale {}", policy_core::model::Dialect::HEADSCALE_VERSION)));
}
