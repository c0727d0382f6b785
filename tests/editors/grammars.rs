//! The grammars of editors/vscode: what they highlight, and that they know every word.

use std::collections::BTreeSet;
use std::fs;

use policy_core::model::Protocol;
use policy_syntax::reserved::reserved_words;
use policy_test_support::{process, require, root};
use serde_json::Value;

const EXTENSION: &str = "editors/vscode";
const HUJSON: &str = "syntaxes/hujson.tmLanguage.json";
const POLICY: &str = "syntaxes/tailnet-policy.tmLanguage.json";

/// Collects the name and the expression of each rule.
fn rules(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            if let Some(expression) = object.get("match").and_then(Value::as_str) {
                let name = object.get("name").and_then(Value::as_str).unwrap_or_default();
                found.push((name.to_owned(), expression.to_owned()));
            }
            object.values().for_each(|value| rules(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| rules(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn rules_of(grammar: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    rules(
        &serde_json::from_str(&fs::read_to_string(root().join(EXTENSION).join(grammar)).unwrap()).unwrap(),
        &mut found,
    );
    found
}

#[test]
fn the_grammars_know_every_protocol() {
    let expected: BTreeSet<&str> = Protocol::names().map(|(name, _)| name).collect();
    for grammar in [HUJSON, POLICY] {
        let rules = rules_of(grammar);
        let (_, expression) = rules.iter().find(|(name, _)| name == "support.type.protocol.policy").unwrap();
        let names = expression.split("(?:").nth(1).unwrap().split(')').next().unwrap();
        assert_eq!(names.split('|').collect::<BTreeSet<&str>>(), expected, "{grammar}");
    }
}

#[test]
fn the_grammar_of_policies_knows_every_reserved_word() {
    let rules = rules_of(POLICY);
    let words: BTreeSet<&str> =
        rules.iter().flat_map(|(_, rule)| rule.split(|char: char| !char.is_ascii_alphabetic())).collect();
    let missing: Vec<&str> = reserved_words().filter(|word| !words.contains(word)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn words_are_highlighted_as_the_fixtures_say() {
    let Some(node) = require::node() else { return };
    let Some(modules) = require::node_modules(EXTENSION, "vscode-tmgrammar-test") else { return };
    let Some(code_server) = require::code_server() else { return };
    // The grammar of Rust is the one of Visual Studio Code.
    let code_server = code_server.ancestors().nth(3).unwrap();
    let rust = code_server.join("lib/vscode/extensions/rust/syntaxes/rust.tmLanguage.json");
    let script = modules.join("vscode-tmgrammar-test/dist/unit.js");
    let arguments = [script.to_str().unwrap(), "--grammar", rust.to_str().unwrap(), "tests/policy.*"];
    // It reads our grammars from package.json, with the languages that they are for.
    let run = process::run(node, &root().join(EXTENSION), &arguments);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.matches("run successfuly").count(), 3, "{}", run.stdout);
}
