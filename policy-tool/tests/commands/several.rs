//! Tests of `policy check` with several files.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{directory, policy, policy_with_stdin};

const GOOD: &str =
    r#"{"tagOwners": {"tag:a": []}, "grants": [{"src": ["autogroup:member"], "dst": ["tag:a"], "ip": ["443"]}]}"#;
const WARNED: &str = r#"{"grants": [{"src": [], "dst": ["*"], "ip": ["*"]}]}"#;
const WRONG: &str = r#"{"grants": [{"src": ["tag:b"], "dst": ["*"], "ip": ["*"]}]}"#;

/// Creates a directory with a valid policy whose invariant is violated, one with a warning, and one
/// with an error.
fn three(test: &str) -> PathBuf {
    let directory = directory(test);
    for (name, text) in [("a.hujson", GOOD), ("b.hujson", WARNED), ("c.hujson", WRONG)] {
        fs::write(directory.join(name), text).unwrap();
    }
    directory
}

#[test]
fn each_file_has_a_line_and_all_have_one() {
    let directory = three("several/lines");
    let two = policy(&directory, &["check", "a.hujson", "b.hujson"]);
    let lines = "a.hujson: no errors, no warnings\nb.hujson: no errors, 1 warning\n2 policies: no errors, 1 warning\n";
    assert_eq!((two.status, two.stderr.as_str()), (Some(0), lines));
    assert_eq!(policy(&directory, &["check", "a.hujson", "b.hujson", "--deny-warnings"]).status, Some(1));
    let three = policy(&directory, &["check", "c.hujson", "a.hujson", "b.hujson"]);
    assert_eq!(three.status, Some(1));
    assert!(three.stderr.ends_with("3 policies: 1 error, 1 warning\n"), "{}", three.stderr);
    let (error, warning) = (three.stdout.find("c.hujson:1:"), three.stdout.find("b.hujson:1:"));
    assert!(error.is_some() && error < warning, "{}", three.stdout);
}

#[test]
fn each_file_has_the_invariants_beside_it() {
    let directory = three("several/invariants");
    fs::write(directory.join("a.invariants"), "never autogroup:member -> tag:a;\n").unwrap();
    let run = policy(&directory, &["check", "b.hujson", "a.hujson"]);
    assert!(run.status == Some(1) && run.stdout.contains("--> a.invariants:1:1\n"), "{}", run.stdout);
    let named = policy(&directory, &["check", "a.hujson", "b.hujson", "--invariants", "a.invariants"]);
    let said = "error: `--invariants` names the invariants of one policy, and there are 2\n";
    assert!(named.status == Some(2) && named.stderr.starts_with(said), "{}", named.stderr);
}

#[test]
fn what_cannot_be_read_does_not_hide_the_rest() {
    let directory = three("several/unreadable");
    let run = policy(&directory, &["check", "missing.hujson", "c.hujson"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.starts_with("error: there is no file `missing.hujson`\nc.hujson: 1 error"), "{}", run.stderr);
    assert!(run.stdout.starts_with("error[undefined-tag]"), "{}", run.stdout);
    let none = policy(&directory, &["check", "missing.hujson", "nothing.hujson", "--format", "json"]);
    assert_eq!((none.status, none.stdout.as_str()), (Some(2), ""));
    let twice = policy(&directory, &["check", "a.hujson", "a.hujson"]);
    assert_eq!((twice.status, twice.stderr.as_str()), (Some(2), "error: `a.hujson` is given twice\n"));
    let facts = policy_with_stdin(&directory, &["check", "a.hujson", "b.hujson", "--tailnet", "-"], "{}");
    assert!(
        facts.status == Some(2) && facts.stderr.starts_with("error: facts from stdin are for one policy"),
        "{}",
        facts.stderr
    );
}

#[test]
fn formats_for_machines_have_all_files() {
    let directory = three("several/formats");
    let run = |format: &str| {
        let run = policy(&directory, &["check", "--format", format, "a.hujson", "b.hujson", "c.hujson"]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        run.stdout
    };
    let document: Value = serde_json::from_str(&run("json")).unwrap();
    let file = |name: &str, errors: u32, warnings: u32| json!({"file": name, "errors": errors, "warnings": warnings});
    assert_eq!(document["files"], json!([file("a.hujson", 0, 0), file("b.hujson", 0, 1), file("c.hujson", 1, 0)]));
    assert_eq!((&document["errors"], &document["warnings"]), (&json!(1), &json!(1)));
    let files = |list: &Value, pointer: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|item| item.pointer(pointer).unwrap().clone()).collect()
    };
    assert_eq!(files(&document["diagnostics"], "/file"), ["b.hujson", "c.hujson"]);
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    assert_eq!(sarif["runs"].as_array().unwrap().len(), 1);
    let uri = "/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(files(&sarif["runs"][0]["results"], uri), ["b.hujson", "c.hujson"]);
    let github = run("github");
    let starts: Vec<&str> = github.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(starts, ["::warning", "::error"], "{github}");
}
