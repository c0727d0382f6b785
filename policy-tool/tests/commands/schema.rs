//! Tests that every JSON document that a command prints matches its schema in docs/schema, without
//! other fields.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use policy_control_plane::ControlPlane;
use policy_test_support::process::{self, Run};
use policy_test_support::{require, root};
use serde_json::Value;

use crate::deploy::{Server, git};
use crate::directory;

/// A policy with every kind of statement.
const POLICY: &str = r#"// policy: capability "example.com/cap/sql" { role: "reader" | "writer"; }
{
	"groups": {"group:dba": ["alice@example.com"]},
	"hosts": {"nas": "100.64.0.9"},
	"ipsets": {"ipset:lan": ["192.168.1.0/24"]},
	"tagOwners": {
		// Serves pages
		"tag:web": ["group:dba"],
		"tag:db": [],
	},
	"postures": {"posture:managed": ["node:os IN ['macos', 'linux']"]},
	"grants": [
		// policy: until 2999-12-31
		{"src": ["autogroup:member"], "dst": ["tag:web", "svc:wiki"], "ip": ["tcp:443"]},
		{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:22", "tcp:5432"], "srcPosture": ["posture:managed"]},
		{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"], "app": {"example.com/cap/sql": [{"role": "reader"}]}},
		{"src": ["autogroup:admin"], "dst": ["ipset:lan"], "ip": ["*"]},
		{"src": ["100.64.0.0/10"], "dst": ["tag:db"], "ip": ["udp:53"]},
		{"src": ["autogroup:member"], "dst": ["autogroup:self"], "ip": ["*"]},
		{"src": ["autogroup:member"], "dst": ["10.0.0.0/8"], "ip": ["tcp:80"]},
		{"src": ["tag:web"], "dst": ["192.168.9.0/24"], "ip": ["tcp:81"], "via": ["tag:web"]},
	],
	"ssh": [
		{"action": "check", "src": ["group:dba"], "dst": ["tag:db"], "users": ["postgres"], "checkPeriod": "1h"},
		// policy: until 2999-12-31
		{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:web"], "users": ["root"], "recorder": ["tag:db"]},
	],
	"nodeAttrs": [{"target": ["tag:web"], "attr": ["funnel"]}],
	"tests": [
		{"src": "alice@example.com", "accept": ["tag:web:443", "tag:web:80"], "deny": ["tag:db:9"]},
		{"src": "tag:web", "proto": "udp", "deny": ["tag:db:1"]},
	],
	"sshTests": [{"src": "alice@example.com", "dst": ["tag:db"], "check": ["postgres"]}],
}
"#;

const FACTS: &str = r#"{
	"users": [{"name": "alice", "email": "alice@example.com", "role": "member"}, {"name": "bob", "email": "bob@example.com"}],
	"nodes": [
		{"name": "box", "tags": ["tag:web", "tag:db"], "ipv4": "100.64.0.1"},
		{"name": "laptop", "user": "alice", "ipv4": "100.64.0.2"},
		{"name": "router", "tags": ["tag:web"], "ipv4": "100.64.0.3", "routable_ips": ["192.168.1.0/24"], "approved_routes": ["192.168.1.0/24"]}
	]
}"#;

/// A policy without rules, which allows everything.
const EMPTY: &str = r#"{"tagOwners": {"tag:web": [], "tag:db": []}}"#;

/// Schemas, each with a command line whose output it describes. `policy.hujson` fails its own
/// tests, `good.hujson` passes them, `wrong.hujson` is refused, and `empty.hujson` allows
/// everything.
const DOCUMENTS: &[(&str, &[&str])] = &[
    ("check", &["check", "policy.hujson", "good.hujson", "wrong.hujson", "--format", "json"]),
    ("check", &["check", "good.hujson", "--format", "json", "--tailnet", "facts.json"]),
    ("test", &["test", "policy.hujson", "--format", "json"]),
    ("test", &["test", "good.hujson", "--coverage", "--format", "json", "--tailnet", "facts.json"]),
    ("test", &["test", "empty.hujson", "--format", "json"]),
    ("explain", &["explain", "good.hujson", "alice@example.com", "tag:db:5432", "--format", "json"]),
    ("explain", &["explain", "good.hujson", "bob@example.com", "tag:db:5432", "--format", "json"]),
    (
        "explain",
        &[
            "explain",
            "good.hujson",
            "autogroup:member",
            "192.168.1.7:80",
            "--format",
            "json",
            "--tailnet",
            "facts.json",
        ],
    ),
    (
        "explain",
        &[
            "explain",
            "good.hujson",
            "laptop",
            "box:53",
            "--proto",
            "udp",
            "--format",
            "json",
            "--tailnet",
            "facts.json",
        ],
    ),
    ("explain", &["explain", "good.hujson", "alice@example.com", "tag:db", "--ssh", "postgres", "--format", "json"]),
    ("explain", &["explain", "good.hujson", "alice@example.com", "tag:db", "--ssh", "root", "--format", "json"]),
    ("explain", &["explain", "good.hujson", "tag:web", "tag:db:5432", "--format", "json"]),
    ("explain", &["explain", "empty.hujson", "tag:web", "tag:db:5432", "--format", "json"]),
    (
        "explain",
        &["explain", "good.hujson", "bob", "tag:web", "--ssh", "root", "--format", "json", "--tailnet", "facts.json"],
    ),
    ("explain", &["explain", "good.hujson", "bob", "192.168.1.7:80", "--format", "json", "--tailnet", "facts.json"]),
    ("explain", &["explain", "good.hujson", "alice", "10.0.0.7:80", "--format", "json", "--tailnet", "facts.json"]),
    ("explain", &["explain", "good.hujson", "autogroup:member", "autogroup:member:80", "--format", "json"]),
    ("explain", &["explain", "good.hujson", "alice@example.com", "tag:db:53", "--proto", "udp", "--format", "json"]),
    ("who", &["who", "good.hujson", "tag:db", "--format", "json"]),
    ("who", &["who", "good.hujson", "tag:web", "--format", "json"]),
    ("who", &["who", "good.hujson", "192.168.1.7", "--format", "json", "--tailnet", "facts.json"]),
    ("who", &["who", "good.hujson", "laptop", "--format", "json", "--tailnet", "facts.json"]),
    ("what", &["what", "good.hujson", "tag:web", "--format", "json", "--tailnet", "facts.json"]),
    ("who", &["who", "good.hujson", "tag:web:443", "--format", "json", "--tailnet", "facts.json"]),
    ("who", &["who", "empty.hujson", "tag:db", "--format", "json"]),
    ("what", &["what", "good.hujson", "alice@example.com", "--format", "json"]),
    ("what", &["what", "good.hujson", "bob", "--format", "json", "--tailnet", "facts.json"]),
    ("expiring", &["expiring", "good.hujson", "--format", "json"]),
    ("matrix", &["matrix", "good.hujson", "--format", "json"]),
    ("matrix", &["matrix", "good.hujson", "--devices", "--format", "json", "--tailnet", "facts.json"]),
    ("matrix", &["matrix", "empty.hujson", "--format", "json"]),
    ("diff", &["diff", "old.hujson", "good.hujson", "--format", "json"]),
    ("diff", &["diff", "good.hujson", "empty.hujson", "--format", "json", "--tailnet", "facts.json"]),
    ("compile", &["compile", "good.hujson", "--tailnet", "facts.json"]),
    ("compile", &["compile", "wrong.hujson"]),
    ("names", &["names", "good.hujson", "--format", "json", "--tailnet", "facts.json"]),
    ("names", &["names", "empty.hujson", "--format", "json"]),
    ("export", &["export", "good.hujson", "--format", "json", "--tailnet", "facts.json"]),
    ("export", &["export", "good.hujson", "--format", "json", "--only", "tags"]),
    // The tailnet has good.hujson.
    ("drift", &["drift", "good.hujson", "--format", "json", "--facts"]),
    ("drift", &["drift", "old.hujson", "--format", "json", "--tailnet", "facts.json"]),
    ("drift", &["drift", "wrong.hujson", "--format", "json"]),
    ("validate", &["validate", "good.hujson", "--format", "json"]),
    ("validate", &["validate", "policy.hujson", "--format", "json"]),
    ("validate", &["validate", "wrong.hujson", "--format", "json"]),
    ("push", &["push", "good.hujson", "--format", "json"]),
    (
        "push",
        &["push", "old.hujson", "--dry-run", "--history", "good.hujson", "--format", "json", "--tailnet", "facts.json"],
    ),
    ("push", &["push", "old.hujson", "--format", "json"]),
    ("push", &["push", "wrong.hujson", "--format", "json"]),
    ("scan", &["scan", "--policy", "good.hujson", "--as", "tag:web", "--format", "json", "up.sh"]),
];

/// Checks the schemas in the folder that the first argument names, and validates each further argument: a schema and a
/// document, with a `=` between their files. Schemas that share a definition have the same one.
const VALIDATOR: &str = r#"
import json, pathlib, sys, jsonschema
schemas = {path.stem: json.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).glob("*.json")}
definitions = {}
def walk(name, value):
    if isinstance(value, dict):
        if "properties" in value and value.get("additionalProperties") is not False:
            print(f"{name}: {list(value['properties'])} may have other fields, too")
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            walk(name, part)
for name, schema in schemas.items():
    jsonschema.Draft202012Validator.check_schema(schema)
    walk(name, schema)
    for definition, value in schema.get("$defs", {}).items():
        if definitions.setdefault(definition, value) != value:
            print(f"{name}: {definition} is another one than elsewhere")
for pair in sys.argv[2:]:
    name, file = pair.split("=", 1)
    validator = jsonschema.Draft202012Validator(schemas[name])
    for error in validator.iter_errors(json.loads(pathlib.Path(file).read_text())):
        print(f"{file}: {error.json_path}: {error.message}")
"#;

fn schemas() -> PathBuf {
    root().join("docs/schema")
}

/// Validates documents by schemas, and returns the problems.
fn validate(python: &Path, pairs: &[String]) -> String {
    let output = Command::new(python).args(["-c", VALIDATOR]).arg(schemas()).args(pairs).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

/// Returns the policy without the test that fails.
fn good() -> String {
    POLICY.replace(", \"tag:web:80\"", "")
}

fn with_policies(test: &str) -> PathBuf {
    let directory = directory(test);
    let good = good();
    for (name, text) in [
        ("policy.hujson", POLICY.to_owned()),
        (
            "old.hujson",
            good.replace("tcp:443", "tcp:80").replace("\"root\"", "\"ubuntu\"").replace("funnel", "can-funnel"),
        ),
        ("wrong.hujson", good.replace("\"dst\": [\"tag:db\"], \"ip\"", "\"dst\": [\"tag:bd\"], \"ip\"")),
        ("empty.hujson", EMPTY.to_owned()),
        ("facts.json", FACTS.to_owned()),
        ("up.sh", "tailscale up --advertise-tags=tag:db,tag:wbe\n".to_owned()),
        ("good.hujson", good),
    ] {
        fs::write(directory.join(name), text).unwrap();
    }
    git(&directory, &["init", "-q"]);
    git(&directory, &["add", "good.hujson"]);
    git(&directory, &["commit", "-q", "-m", "good"]);
    directory
}

fn run(directory: &Path, arguments: &[&str]) -> Run {
    /// The server of the commands that ask a control plane.
    static SERVER: LazyLock<Server> = LazyLock::new(|| Server::start(ControlPlane::with_policy(good())));

    SERVER.command("alice", directory, arguments).env("POLICY_TODAY", "2027-01-01").output().unwrap().into()
}

#[test]
fn every_document_is_what_its_schema_says() {
    let Some(python) = require::python_with(&["jsonschema"]) else { return };
    let directory = with_policies("schema/documents");
    let mut pairs = Vec::new();
    for (number, (schema, arguments)) in DOCUMENTS.iter().enumerate() {
        let run = run(&directory, arguments);
        assert!(!run.stdout.is_empty(), "{arguments:?}: {}", run.stderr);
        let file = directory.join(format!("{number}-{schema}.out"));
        fs::write(&file, run.stdout).unwrap();
        pairs.push(format!("{schema}={}", file.display()));
    }
    assert_eq!(validate(&python, &pairs), "");
}

#[test]
fn a_field_that_no_schema_has_is_noticed() {
    let Some(python) = require::python_with(&["jsonschema"]) else { return };
    let directory = with_policies("schema/noticed");
    let mut pairs = Vec::new();
    for (number, (schema, arguments)) in DOCUMENTS.iter().enumerate() {
        let mut document: Value = serde_json::from_str(&run(&directory, arguments).stdout).unwrap();
        document["another"] = true.into();
        let file = directory.join(format!("{number}-{schema}.out"));
        fs::write(&file, document.to_string()).unwrap();
        pairs.push(format!("{schema}={}", file.display()));
    }
    let said = validate(&python, &pairs);
    assert!(said.lines().count() >= pairs.len(), "{said}");
    for pair in &pairs {
        let file = pair.split_once('=').unwrap().1;
        assert!(said.contains(file), "{pair}: {said}");
    }
}

#[test]
fn each_schema_has_a_document_and_each_json_a_schema() {
    let mut names: Vec<&str> = DOCUMENTS.iter().map(|(schema, _)| *schema).collect();
    names.sort_unstable();
    names.dedup();
    let files: Vec<String> = process::names(&schemas());
    assert_eq!(files, names.iter().map(|name| format!("{name}.json")).collect::<Vec<_>>());
    // Every command that has `json` among its formats.
    let directory = directory("schema/commands");
    let help = run(&directory, &["--help"]).stdout;
    let commands = help.lines().filter_map(|line| line.strip_prefix("  ")?.split("  ").next());
    let commands = commands.filter(|name| !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase()));
    let mut found = 0;
    for command in commands.filter(|command| *command != "help") {
        let help = run(&directory, &[command, "--help"]).stdout;
        if help.contains("- json:") {
            assert!(names.contains(&command), "{command} prints JSON, and docs/schema has no {command}.json");
            found += 1;
        }
    }
    // `compile` has no other format.
    assert_eq!(found + 1, names.len());
}
