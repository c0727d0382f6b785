//! Tests of `policy diff` as a process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use policy_test_support::process::Run;
use serde_json::Value;

use crate::policy_with_stdin;

const OLD: &str = r#"{
	"groups": {"group:eng": ["alice@example.com"]},
	"tagOwners": {"tag:forge": ["group:eng"], "tag:db": []},
	"grants": [
		{"src": ["group:eng"], "dst": ["tag:forge"], "ip": ["tcp:443"]},
		{"src": ["tag:forge"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
	],
	"randomizeClientPort": false,
}
"#;

/// Compared to the old policy: a new group member, a new rule, a removed rule, and a changed
/// setting.
const NEW: &str = r#"{
	"groups": {"group:eng": ["alice@example.com", "bob@example.com"]},
	"tagOwners": {"tag:forge": ["group:eng"], "tag:db": []},
	"grants": [
		{"src": ["group:eng"], "dst": ["tag:forge"], "ip": ["tcp:443"]},
		// For everybody
		{"src": ["autogroup:member"], "dst": ["tag:forge"], "ip": ["tcp:22"]},
	],
	"randomizeClientPort": true,
}
"#;

/// The same policy as the old one in another form.
const SAME: &str = r#"{
	"tagOwners": {"tag:db": [], "tag:forge": ["alice@example.com"]},
	"acls": [
		{"action": "accept", "proto": "tcp", "src": ["tag:forge"], "dst": ["tag:db:5432"]},
		{"action": "accept", "proto": "tcp", "src": ["alice@example.com"], "dst": ["tag:forge:443"]},
	],
	"randomizeClientPort": false,
}
"#;

/// Less access than in the old policy.
const LESS: &str = r#"{
	"groups": {"group:eng": ["alice@example.com"]},
	"tagOwners": {"tag:forge": ["group:eng"], "tag:db": []},
	"grants": [{"src": ["group:eng"], "dst": ["tag:forge"], "ip": ["tcp:443"]}],
	"randomizeClientPort": false,
}
"#;

const FACTS: &str = r#"{
	"users": [{"name": "alice", "email": "alice@example.com"}, {"name": "bob", "email": "bob@example.com"}],
	"nodes": [
		{"name": "laptop", "user": "bob", "ipv4": "100.64.0.1"},
		{"name": "forge", "tags": ["tag:forge", "tag:db"], "ipv4": "100.64.0.2"},
	],
}"#;

fn run(directory: &Path, arguments: &[&str], stdin: &str) -> Run {
    policy_with_stdin(directory, &[&["diff"], arguments].concat(), stdin)
}

/// Creates a directory with all of the policies.
fn directory(test: &str) -> PathBuf {
    let path = super::directory(&format!("diff/{test}"));
    for (name, text) in
        [("old.hujson", OLD), ("new.hujson", NEW), ("same.hujson", SAME), ("less.hujson", LESS), ("facts.json", FACTS)]
    {
        fs::write(path.join(name), text).unwrap();
    }
    path
}

#[test]
fn what_is_gained_and_lost_is_told_with_the_rule_that_gives_it() {
    let found = run(&directory("text"), &["old.hujson", "new.hujson"], "");
    assert_eq!(found.status, Some(1), "{}", found.stderr);
    assert_eq!(
        found.stdout,
        "\
Network access
  + bob@example.com -> tag:forge tcp:443  (new.hujson:5)
  + autogroup:member -> tag:forge tcp:22  (new.hujson:7)
  - tag:forge -> tag:db tcp:5432          (old.hujson:6)

Tag owners
  + bob@example.com may assign tag:forge  (new.hujson:3)

Settings
  + randomizeClientPort = true   (new.hujson:9)
  - randomizeClientPort = false  (old.hujson:8)

4 gained (3 of them new access), 2 lost
"
    );
}

#[test]
fn a_change_of_the_text_alone_is_said_to_be_one() {
    let directory = directory("same");
    for format in ["text", "md"] {
        let found = run(&directory, &["old.hujson", "same.hujson", "--format", format], "");
        assert_eq!(found.status, Some(0), "{}{}", found.stdout, found.stderr);
        assert!(found.stdout.ends_with("The text changed, the meaning did not.\n"), "{}", found.stdout);
    }
    let found = run(&directory, &["old.hujson", "old.hujson"], "");
    assert_eq!((found.status, found.stdout.as_str()), (Some(0), "The text is the same.\n"));
}

#[test]
fn markdown_has_new_access_in_sight_and_the_rest_folded() {
    let found = run(&directory("md"), &["old.hujson", "new.hujson", "--format", "md"], "");
    assert_eq!(found.status, Some(1), "{}", found.stderr);
    assert_eq!(
        found.stdout,
        "\
### Effects of this policy change

**New access: 3**

| | from | to | what | rule |
| --- | --- | --- | --- | --- |
| `+` Network access | `bob@example.com` | `tag:forge` | `tcp:443` | new.hujson:5 |
| `+` Network access | `autogroup:member` | `tag:forge` | `tcp:22` | new.hujson:7 |
| `+` Tag owners | `bob@example.com` | | `may assign tag:forge` | new.hujson:3 |

<details><summary>Removed access: 1</summary>

| | from | to | what | rule |
| --- | --- | --- | --- | --- |
| `-` Network access | `tag:forge` | `tag:db` | `tcp:5432` | old.hujson:6 |

</details>

<details><summary>Other differences: 2</summary>

| | from | to | what | rule |
| --- | --- | --- | --- | --- |
| `+` Settings | | | `randomizeClientPort = true` | new.hujson:9 |
| `-` Settings | | | `randomizeClientPort = false` | old.hujson:8 |

</details>
"
    );
}

#[test]
fn json_says_the_same() {
    let found = run(&directory("json"), &["old.hujson", "new.hujson", "--format", "json"], "");
    let value: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(found.status, Some(1));
    assert_eq!(
        (&value["meaningChanged"], &value["newAccess"], &value["textChanged"]),
        (&true.into(), &true.into(), &true.into())
    );
    let changes = value["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 6);
    assert_eq!(
        changes[1],
        serde_json::json!({
            "area": "access", "direction": "gained", "newAccess": true,
            "sources": [{"word": "autogroup:member", "except": []}],
            "destinations": [{"word": "tag:forge", "except": []}],
            "between": "any", "what": "tcp:22", "when": [], "unless": [], "via": [], "after": null, "until": null,
            "rule": {"file": "new.hujson", "line": 7, "column": 3},
            "text": "autogroup:member -> tag:forge tcp:22",
        })
    );
}

#[test]
fn new_access_can_be_denied_and_less_access_not() {
    let directory = directory("deny");
    for (new, status) in [("new.hujson", 1), ("less.hujson", 0), ("same.hujson", 0)] {
        let found = run(&directory, &["old.hujson", new, "--deny-new-access"], "");
        assert_eq!(found.status, Some(status), "{new}: {}", found.stdout);
    }
    assert_eq!(run(&directory, &["old.hujson", "less.hujson"], "").status, Some(1));
}

#[test]
fn devices_are_told_of_if_they_are_known() {
    let directory = directory("devices");
    let found = run(&directory, &["old.hujson", "new.hujson", "--tailnet", "facts.json"], "");
    let lines = "Network access, device by device
  + laptop -> forge tcp:443  (new.hujson:5)
  + laptop -> forge tcp:22   (new.hujson:7)
";
    assert!(found.stdout.contains(lines), "{}", found.stdout);
}

#[test]
fn a_policy_may_come_from_stdin_but_not_both() {
    let directory = directory("stdin");
    let found = run(&directory, &["-", "new.hujson"], OLD);
    assert_eq!(found.status, Some(1));
    assert!(found.stdout.contains("(<stdin>:6)"), "{}", found.stdout);
    let found = run(&directory, &["-", "-"], OLD);
    assert_eq!((found.status, found.stderr.as_str()), (Some(2), "error: both policies cannot be read from stdin\n"));
}

#[test]
fn a_policy_may_be_that_of_a_revision() {
    let directory = directory("git");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
        assert!(command.args(arguments).current_dir(&directory).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init"]);
    fs::create_dir(directory.join("net")).unwrap();
    fs::write(directory.join("net/policy.hujson"), OLD).unwrap();
    git(&["add", "net"]);
    git(&["commit", "-m", "one"]);
    fs::write(directory.join("net/policy.hujson"), NEW).unwrap();
    let found = run(&directory, &["git:HEAD:net/policy.hujson", "net/policy.hujson"], "");
    assert_eq!(found.status, Some(1), "{}", found.stderr);
    assert!(
        found.stdout.contains("- tag:forge -> tag:db tcp:5432          (git:HEAD:net/policy.hujson:6)"),
        "{}",
        found.stdout
    );
    let found = run(&directory.join("net"), &["git:HEAD:./policy.hujson", "git:main:net/policy.hujson"], "");
    assert_eq!((found.status, found.stdout.as_str()), (Some(0), "The text is the same.\n"));
    for (named, message) in [
        (
            "git:nowhere:net/policy.hujson",
            "error: git cannot show `nowhere:net/policy.hujson`: invalid object name 'nowhere'.",
        ),
        (
            "git:HEAD:net/none.hujson",
            "error: git cannot show `HEAD:net/none.hujson`: path 'net/none.hujson' does not exist in 'HEAD'",
        ),
        ("git:HEAD:net", "error: `git:HEAD:net` is a directory, not a file"),
        ("git:HEAD", "error: `git:HEAD` is not a file in a git revision"),
        ("git:--output=x:y", "error: `git:--output=x:y` is not a file in a git revision"),
        ("git:^HEAD:net/policy.hujson", "error: `git:^HEAD:net/policy.hujson` is not a file in a git revision"),
        (
            "git:HEAD..main:net/policy.hujson",
            "error: `git:HEAD..main:net/policy.hujson` is not a file in a git revision",
        ),
        ("git:HEAD --textconv:x", "error: `git:HEAD --textconv:x` is not a file in a git revision"),
    ] {
        let found = run(&directory, &[named, "net/policy.hujson"], "");
        assert_eq!((found.status, found.stderr.lines().next()), (Some(2), Some(message)));
    }
}

#[cfg(unix)]
#[test]
fn the_configuration_of_a_repository_runs_nothing() {
    let directory = directory("hostile");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
        assert!(command.args(arguments).current_dir(&directory).output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init"]);
    fs::write(directory.join("policy.hujson"), OLD).unwrap();
    fs::write(directory.join(".gitattributes"), "*.hujson diff=x filter=x\n").unwrap();
    git(&["add", "policy.hujson"]);
    git(&["commit", "-m", "one"]);
    let script = directory.join("script");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\n", directory.join("ran").display())).unwrap();
    Command::new("chmod").arg("+x").arg(&script).status().unwrap();
    let script = script.to_str().unwrap();
    for key in ["core.fsmonitor", "core.pager", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.smudge"]
    {
        git(&["config", key, script]);
    }
    // A remote that git would ask for a missing object.
    git(&["config", "extensions.partialClone", "origin"]);
    git(&["config", "remote.origin.promisor", "true"]);
    git(&["config", "remote.origin.url", &format!("ext::{script}")]);
    git(&["config", "protocol.ext.allow", "always"]);
    let found = run(&directory, &["git:HEAD:policy.hujson", "policy.hujson"], "");
    assert_eq!((found.status, found.stdout.as_str()), (Some(0), "The text is the same.\n"), "{}", found.stderr);
    let found = run(&directory, &["git:1234567890123456789012345678901234567890:policy.hujson", "policy.hujson"], "");
    assert_eq!(found.status, Some(2));
    assert!(!directory.join("ran").exists());
}

#[test]
fn what_cannot_be_read_and_what_is_wrong_is_not_compared() {
    let directory = directory("wrong");
    let found = run(&directory, &["none.hujson", "new.hujson"], "");
    assert_eq!((found.status, found.stderr.as_str()), (Some(2), "error: there is no file `none.hujson`\n"));
    fs::write(
        directory.join("wrong.hujson"),
        "{\"grants\": [{\"src\": [\"tag:none\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}",
    )
    .unwrap();
    for arguments in [["wrong.hujson", "new.hujson"], ["new.hujson", "wrong.hujson"]] {
        let found = run(&directory, &arguments, "");
        assert_eq!((found.status, found.stdout.as_str()), (Some(1), ""));
        assert!(
            found.stderr.contains("error[undefined-tag]") && found.stderr.contains("--> wrong.hujson:1:22"),
            "{}",
            found.stderr
        );
    }
}
