//! Tests of `policy scan`: which files it reads, and how it reports.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{directory, policy, policy_with_stdin};

const POLICY: &str = r#"{
  "tagOwners": {"tag:web": ["tag:ci"], "tag:db": [], "tag:ci": []},
  "grants": [{"src": ["tag:web", "tag:ci"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
}
"#;

const UP: &str = "tailscale up --advertise-tags=tag:web,tag:bd\n";

/// Creates a directory with the policy and other files.
fn repository(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let root = directory(test);
    fs::write(root.join("policy.hujson"), POLICY).unwrap();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn names(root: &Path, arguments: &[&str]) -> Vec<String> {
    let run = policy(root, &[&["scan", "--format", "json"], arguments].concat());
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap().clone();
    let shown = |finding: Value| {
        let at = &finding["range"]["start"];
        let (file, code) = (finding["file"].as_str().unwrap(), finding["code"].as_str().unwrap());
        format!("{file}:{}:{} {code}", at["line"], at["column"])
    };
    diagnostics.into_iter().map(shown).collect()
}

#[test]
fn a_wrong_name_is_shown_in_its_file() {
    let root = repository("scan-text", &[("bin/up.sh", UP.as_bytes())]);
    let run = policy(&root, &["scan", "."]);
    assert_eq!(
        run.stdout,
        "\
warning[undeclared-mention]: undefined tag `tag:bd`
 --> bin/up.sh:1:39
  |
1 | tailscale up --advertise-tags=tag:web,tag:bd
  |                                       ^^^^^^
  |
  = help: did you mean `tag:db`?

"
    );
    assert_eq!(run.stderr, "policy.hujson: 2 mentions in 1 of 1 file; no errors, 1 warning\n");
    assert_eq!(run.status, Some(0));
    assert_eq!(policy(&root, &["scan", "--deny-warnings", "."]).status, Some(1));
}

#[test]
fn every_format_names_the_file() {
    let root = repository("scan-formats", &[("up.sh", UP.as_bytes())]);
    assert_eq!(names(&root, &["."]), ["up.sh:1:39 undeclared-mention"]);
    let github = policy(&root, &["scan", "--format", "github", "."]).stdout;
    assert!(github.contains("::warning title=undeclared-mention,file=up.sh,line=1,endLine=1,col=39,endColumn=45::"));
    let sarif: Value = serde_json::from_str(&policy(&root, &["scan", "--format", "sarif", "."]).stdout).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], json!({"uri": "up.sh"}));
}

#[test]
fn files_that_git_ignores_are_not_read() {
    let root = repository(
        "scan-ignored",
        &[
            (".gitignore", b"/build\n*.gen.sh\n"),
            ("build/up.sh", UP.as_bytes()),
            ("a.gen.sh", UP.as_bytes()),
            ("node_modules/a/up.sh", UP.as_bytes()),
            (".git/hooks/up.sh", UP.as_bytes()),
            ("image.sh", b"--advertise-tags=tag:bd\0\xff"),
            ("latin1.sh", b"# \xe9\n--advertise-tags=tag:bd\n"),
            ("nul.sh", b"--advertise-tags=tag:bd\n\0"),
            ("README.md", UP.as_bytes()),
            (".github/workflows/up.yml", b"steps:\n  - run: tailscale up --advertise-tags=tag:bd\n"),
            (".env", b"TS_EXTRA_ARGS=--advertise-tags=tag:db\n"),
        ],
    );
    assert_eq!(
        names(&root, &["."]),
        ["policy.hujson:2:17 unassigned-tag", ".github/workflows/up.yml:2:40 undeclared-mention"]
    );
    // A file is read once, even if the command line names it several times.
    let arguments = [".env", ".github", ".", ".github/workflows"];
    assert_eq!(names(&root, &arguments).len(), 2);
    let run = policy(&root, &[&["scan"], &arguments[..]].concat());
    assert_eq!(run.stderr, "policy.hujson: 2 mentions in 2 of 2 files; no errors, 2 warnings\n");
}

#[test]
fn the_policy_can_be_elsewhere() {
    let root = repository("scan-policy", &[("up.sh", UP.as_bytes())]);
    fs::rename(root.join("policy.hujson"), root.join("acl.hujson")).unwrap();
    let missing = policy(&root, &["scan", "."]);
    assert_eq!(missing.status, Some(2));
    assert_eq!(missing.stderr, "error: there is no file `policy.hujson`\nhelp: name the policy with `--policy FILE`\n");
    assert_eq!(policy(&root, &["scan", "--policy", "acl.hujson", "."]).status, Some(0));
    let stdin = policy_with_stdin(&root, &["scan", "--policy", "-", "."], POLICY);
    assert_eq!(stdin.stderr, "<stdin>: 2 mentions in 1 of 1 file; no errors, 1 warning\n");
    let invalid = policy_with_stdin(&root, &["scan", "--policy", "-", "."], "{\"grants\": [{\"src\": [\"tag:x\"]}]}");
    assert_eq!(invalid.status, Some(1));
    let nowhere = policy(&root, &["scan", "--policy", "acl.hujson", "nowhere"]);
    assert_eq!(
        (nowhere.status, nowhere.stderr.as_str()),
        (Some(2), "error: there is no file or directory `nowhere`\n")
    );
}

#[test]
fn an_identity_is_a_declared_tag() {
    let root = repository("scan-as", &[("up.sh", b"tailscale up --advertise-tags=tag:web,tag:db\n")]);
    assert_eq!(names(&root, &["--as", "tag:ci", "."]), ["up.sh:1:39 unowned-tag"]);
    assert_eq!(names(&root, &["--as", "tag:ci", "--as", "tag:db", "."]), [""; 0]);
    let run = policy(&root, &["scan", "--as", "tag:ic", "."]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (Some(2), "error: undefined tag `tag:ic`\nhelp: did you mean `tag:ci`?\n")
    );
}

#[test]
fn facts_know_assigned_tags_and_allowances_end() {
    let allowed =
        "tailscale up --advertise-tags=tag:bd # policy: allow(undeclared-mention, until 2020-01-01) old tailnet\n";
    let root = repository(
        "scan-facts",
        &[("up.sh", allowed.as_bytes()), ("b.sh", b"tailscale up --advertise-tags=tag:web\n")],
    );
    fs::write(root.join("facts.json"), r#"{"nodes": [{"name": "db", "tags": ["tag:db"]}]}"#).unwrap();
    assert_eq!(names(&root, &["--tailnet", "facts.json", "."]), ["up.sh:1:40 expired"]);
}
