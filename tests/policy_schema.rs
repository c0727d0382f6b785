//! Compares the JSON Schema of a policy file with the checks, on every policy that the tests have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use policy_analysis::policy_schema::policy_schema;
use policy_core::hujson::Document;
use policy_core::{Code, Policy, Severity};
use policy_generate::small::{self, Random};
use policy_test_support::process::{self, empty_directory};
use policy_test_support::{require, root};
use serde_json::Value;

/// Reads a schema and a file with a document on each line. Prints the numbers of the lines that the schema refuses.
const VALIDATOR: &str = r"
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for number, line in enumerate(open(sys.argv[2])):
    if not validator.is_valid(json.loads(line)):
        print(number)
";

/// Returns which of the policies the schema refuses. `None` if there is no validator.
fn refused(test: &str, policies: &[String]) -> Option<BTreeSet<usize>> {
    let python = require::python_with(&["jsonschema"])?;
    let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), test);
    let lines: String = policies.iter().map(|policy| to_json(policy) + "\n").collect();
    fs::write(folder.join("documents"), lines).unwrap();
    fs::write(folder.join("schema"), policy_schema().to_string()).unwrap();
    let output = Command::new(python)
        .args(["-c", VALIDATOR])
        .args([folder.join("schema"), folder.join("documents")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect())
}

fn to_json(policy: &str) -> String {
    let document = Document::parse(policy).unwrap();
    document.value(document.root()).to_string()
}

/// Adds the text of each policy in a folder that is HuJSON. `//- title` starts a policy in a file of several.
fn add_folder(folder: &Path, policies: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let texts: Vec<&str> =
            text.split("\n//- ").map(|part| part.split_once('\n').map_or(part, |(_, rest)| rest)).collect();
        let texts = if texts.len() > 1 { texts } else { vec![&*text] };
        policies.extend(texts.into_iter().filter(|text| Document::parse(*text).is_ok()).map(str::to_owned));
    }
}

/// Returns the policies of the tests, and random ones.
fn policies() -> Vec<String> {
    let mut policies = Vec::new();
    for folder in ["policy-core/tests/suite", "tests/import"] {
        add_folder(&root().join(folder), &mut policies);
    }
    assert!(policies.len() > 300, "{}", policies.len());
    policies.extend((0..1000).map(|seed| small::policy(&mut Random::new(seed)).0));
    if let Some(captures) = require::corpus("given") {
        for entry in fs::read_dir(captures).unwrap() {
            let cases: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
            let cases = cases.as_array().unwrap().iter();
            let text = |case: &Value| match &case["policy_text"] {
                Value::String(text) => text.clone(),
                _ => case["policy"].to_string(),
            };
            policies.extend(cases.map(text).filter(|text| Document::parse(text.as_str()).is_ok()));
        }
    }
    policies
}

/// What the checks say about the form of a policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Every key is known, and every value has a type that is accepted.
    Good,
    /// The checks warn, because it is not known whether a key or a value is accepted.
    Doubtful,
    /// A key or the type of a value is wrong.
    Wrong,
}

fn form(policy: &str) -> Form {
    let findings = Policy::parse(policy).unreadable;
    let has = |codes: &[Code]| findings.iter().any(|finding| codes.contains(&finding.code));
    if has(&[Code::WrongKey, Code::WrongType]) {
        Form::Wrong
    } else if has(&[Code::UnknownKey, Code::DoubtfulSetting]) {
        Form::Doubtful
    } else {
        Form::Good
    }
}

/// Only headscale reads these as it does.
fn is_for_headscale(policy: &str) -> bool {
    policy.contains("target headscale")
}

#[test]
fn what_the_checks_accept_the_schema_accepts() {
    let policies = policies();
    let Some(refused) = refused("policy-schema-accepts", &policies) else { return };
    let is_accepted =
        |policy: &str| Policy::parse(policy).check().iter().all(|finding| finding.severity() != Severity::Error);
    let accepted = policies.iter().enumerate().filter(|(_, policy)| form(policy) == Form::Good && is_accepted(policy));
    let accepted: Vec<_> = accepted.collect();
    println!(
        "{} policies are accepted, {} of all {} refused by the schema",
        accepted.len(),
        refused.len(),
        policies.len()
    );
    assert!(accepted.len() > 400, "{}", accepted.len());
    for (number, policy) in accepted {
        assert!(!refused.contains(&number), "the schema refuses {policy}");
    }
}

#[test]
fn a_wrong_key_or_type_is_refused_by_the_schema() {
    let policies = policies();
    let Some(refused) = refused("policy-schema-refuses", &policies) else { return };
    let wrong: Vec<_> = policies
        .iter()
        .enumerate()
        .filter(|(_, policy)| form(policy) == Form::Wrong && !is_for_headscale(policy))
        .collect();
    assert!(wrong.len() > 20, "{}", wrong.len());
    for (number, policy) in wrong {
        assert!(refused.contains(&number), "the schema accepts {policy}");
    }
}

#[test]
fn the_command_prints_or_writes_the_schema() {
    let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), "policy-schema-command");
    let program = env!("CARGO_BIN_EXE_standalone");
    let printed = process::successful(process::run(program, &folder, &["schema"]));
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap()["title"], "Tailscale policy file");
    process::successful(process::run(program, &folder, &["schema", "--output", "schema.json"]));
    assert_eq!(fs::read_to_string(folder.join("schema.json")).unwrap(), printed);
}
