//! Tests of `policy check --fix`.

use std::fs;

use policy_test_support::process::names;

use crate::{directory, policy, policy_with_stdin};

const POLICY: &str = r#"// Ours.
{
	"tagOwners": {"tag:web": [], "tag:db": []},
	"hosts": {"nas": "10.0.0.1"},
	"acls": [
		// The pool.
		{"action": "accept", "users": ["tag:web"], "ports": ["tag:db:5432"]},
	],
}
"#;

fn certain() -> String {
    POLICY.replace("users", "src").replace("ports", "dst")
}

#[test]
fn fix_writes_what_is_certain_and_reports_the_rest() {
    let directory = directory("fix/writes");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    let run = policy(&directory, &["check", "--fix", "policy.hujson"]);
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), certain());
    assert!(run.stdout.starts_with("warning[unused-host]: nothing uses the host `nas`"), "{}", run.stdout);
    let said = "policy.hujson: 2 findings fixed\n\
                policy.hujson: 1 change for a person to confirm; `--unsafe-fixes` makes all of them\n\
                policy.hujson: no errors, 1 warning\n";
    assert_eq!((run.stderr.as_str(), run.status), (said, Some(0)));

    let run = policy(&directory, &["check", "--fix", "--unsafe-fixes", "policy.hujson"]);
    let all = certain().replace("{\"nas\": \"10.0.0.1\"}", "{}");
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), all);
    assert_eq!(run.stderr, "policy.hujson: 1 finding fixed\npolicy.hujson: no errors, no warnings\n");
    assert_eq!(names(&directory), ["policy.hujson"]);
}

#[test]
fn diff_writes_nothing_and_exits_with_1() {
    let directory = directory("fix/diff");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    let run = policy(&directory, &["check", "--diff", "policy.hujson"]);
    let changed = "-\t\t{\"action\": \"accept\", \"users\": [\"tag:web\"], \"ports\": [\"tag:db:5432\"]},\n\
                   +\t\t{\"action\": \"accept\", \"src\": [\"tag:web\"], \"dst\": [\"tag:db:5432\"]},\n";
    assert!(run.stdout.contains(changed), "{}", run.stdout);
    assert_eq!(run.status, Some(1));
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), POLICY);
    fs::write(directory.join("policy.hujson"), certain()).unwrap();
    let run = policy(&directory, &["check", "--diff", "--fix", "policy.hujson"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""));
}

#[test]
fn stdin_is_fixed_to_stdout() {
    let directory = directory("fix/stdin");
    let run = policy_with_stdin(&directory, &["check", "--fix", "-"], POLICY);
    assert_eq!((run.stdout.as_str(), run.status), (certain().as_str(), Some(0)));
    assert!(run.stderr.contains("warning[unused-host]"), "{}", run.stderr);
    // A text without a fix must not be lost in a pipe either.
    let run = policy_with_stdin(&directory, &["check", "--fix", "-"], "{");
    assert_eq!((run.stdout.as_str(), run.status), ("{", Some(1)));
}

#[test]
fn a_file_of_invariants_and_facts_are_read() {
    let directory = directory("fix/invariants");
    let text = certain().replace("\t\"hosts\": {\"nas\": \"10.0.0.1\"},\n", "");
    fs::write(directory.join("policy.hujson"), &text).unwrap();
    fs::write(directory.join("policy.invariants"), "// Ours.\nnever tag:db -> tag:wbe;\n").unwrap();
    let facts = r#"{"users": [], "nodes": [{"name": "nas", "tags": ["tag:db"]}],
        "invariants": [{"kind": "never", "src": ["tag:db"], "dst": ["tag:web"]}]}"#;
    fs::write(directory.join("facts.json"), facts).unwrap();
    let arguments = ["check", "--fix", "--unsafe-fixes", "policy.hujson", "--tailnet", "facts.json"];
    let run = policy(&directory, &arguments);
    let said = "policy.invariants: 1 finding fixed\npolicy.hujson: no errors, no warnings\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.status), ("", said, Some(0)));
    assert_eq!(
        fs::read_to_string(directory.join("policy.invariants")).unwrap(),
        "// Ours.\nnever tag:db -> tag:web;\n"
    );
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), text);
}

#[test]
fn wrong_usage_is_refused() {
    let directory = directory("fix/usage");
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    let alone = policy(&directory, &["check", "--unsafe-fixes", "policy.hujson"]);
    assert_eq!(alone.status, Some(2), "{}", alone.stderr);
    let facts = policy_with_stdin(&directory, &["check", "--fix", "policy.hujson", "--tailnet", "-"], "{}");
    assert_eq!(facts.status, Some(2));
    assert!(facts.stderr.contains("facts from stdin are read only once"), "{}", facts.stderr);
    assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), POLICY);
}

#[test]
fn the_effect_of_unsafe_fixes_is_listed() {
    let directory = directory("fix/effect");
    let text = r#"{"hosts": {"nas": "10.0.0.1"}, "grants": [{"src": ["autogroup:member"], "dst": ["host:nas"], "ip": ["22"]}]}"#;
    fs::write(directory.join("policy.hujson"), text).unwrap();
    let safe = policy(&directory, &["check", "--fix", "policy.hujson"]);
    assert!(safe.stderr.contains("it would change who can reach what"), "{}", safe.stderr);
    let all = policy(&directory, &["check", "--fix", "--unsafe-fixes", "policy.hujson"]);
    let effect = "note: the effect changes: + autogroup:member -> nas 22";
    assert!(all.stderr.contains(effect), "{}", all.stderr);
}
