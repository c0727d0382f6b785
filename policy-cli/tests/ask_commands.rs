//! `policy explain`, `who` and `what` as a process.

#![allow(clippy::unwrap_used, reason = "clippy takes only the functions marked as tests for tests, not their helpers")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const POLICY: &str = r#"{
	"groups": {"group:dba": ["alice@example.com"]},
	"tagOwners": {"tag:web": [], "tag:db": []},
	"postures": {"posture:managed": ["node:os IN ['macos', 'linux']"]},
	"grants": [
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
		{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:22", "tcp:5432"], "srcPosture": ["posture:managed"]},
		{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"], "app": {"example.com/cap/sql": [{"role": "reader"}]}},
	],
	"ssh": [{"action": "check", "src": ["group:dba"], "dst": ["tag:db"], "users": ["postgres"], "checkPeriod": "1h"}],
}
"#;

const FACTS: &str = r#"{
	"users": [{"name": "alice", "email": "alice@example.com", "role": "member"}],
	"nodes": [{"name": "box", "tags": ["tag:web", "tag:db"]}],
}"#;

/// An empty directory of the test's own, with a policy and facts.
fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ask_commands").join(test);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("policy.hujson"), POLICY).unwrap();
    fs::write(path.join("facts.json"), FACTS).unwrap();
    path
}

fn policy(directory: &Path, command: &str, arguments: &[&str]) -> Output {
    run(directory, &[&[command, "policy.hujson"], arguments].concat())
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_policy"));
    process.current_dir(directory).args(arguments);
    process.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn what_is_allowed_comes_with_the_rule_and_the_way() {
    let output = policy(&directory("allowed"), "explain", &["alice@example.com", "tag:db:5432"]);
    assert_eq!(
        stdout(&output),
        "\
allowed: `alice@example.com` can reach `tag:db` on `tcp:5432`

  policy.hujson:7  group:dba -> tag:db on tcp:22, tcp:5432 srcPosture posture:managed
                     `alice@example.com` is in `group:dba`
                     if the source meets `posture:managed` (`node:os IN ['macos', 'linux']`)
"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_denied_comes_with_what_is_missing() {
    let output = policy(&directory("denied"), "explain", &["bob@example.com", "tag:db:5432"]);
    assert_eq!(
        stdout(&output),
        "\
denied: `bob@example.com` cannot reach `tag:db` on `tcp:5432`

no rule allows it; nearest:
  policy.hujson:7  group:dba -> tag:db on tcp:22, tcp:5432 srcPosture posture:managed
                     is for `group:dba`, and `bob@example.com` is not in it
  policy.hujson:8  tag:web -> tag:db on tcp:5432 app example.com/cap/sql
                     is for `tag:web`, not for `bob@example.com`
"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn where_members_differ_each_is_told_apart() {
    let output = policy(&directory("differ"), "explain", &["autogroup:member", "tag:db:22"]);
    let text = stdout(&output);
    assert!(text.starts_with("it depends whether `autogroup:member` can reach `tag:db` on `tcp:22`\n"), "{text}");
    assert!(text.contains("\nallowed for `alice@example.com`\n"), "{text}");
    assert!(text.contains("\ndenied for any other member\n"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn facts_give_names_to_users_and_devices() {
    let directory = directory("facts");
    let output = policy(&directory, "explain", &["alice", "box:443", "--tailnet", "facts.json"]);
    let text = stdout(&output);
    assert!(text.contains("\n  `alice` is `alice@example.com`, a member\n"), "{text}");
    assert!(text.contains("\n  `box` is tagged `tag:web`, `tag:db`\n"), "{text}");
    assert!(text.contains("`box` is tagged `tag:web`\n"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    let output = policy(&directory, "explain", &["alice", "tag:web:5432", "--tailnet", "facts.json"]);
    assert!(stdout(&output).contains("\nallowed to `box`, with all its tags\n"), "{}", stdout(&output));
}

#[test]
fn a_login_is_told_with_its_check_and_its_port() {
    let directory = directory("login");
    let output = policy(&directory, "explain", &["alice@example.com", "tag:db", "--ssh", "postgres"]);
    let text = stdout(&output);
    assert!(text.starts_with("allowed: `alice@example.com` can get into `tag:db` as `postgres`\n"), "{text}");
    assert!(
        text.contains("\nport 22 is open:\n") && text.contains("\nSSH lets them in after a check, every 1h:\n"),
        "{text}"
    );
    let output = policy(&directory, "explain", &["alice@example.com", "tag:db", "--ssh", "root", "--format", "json"]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(json["answer"], "denied");
    assert_eq!(json["cases"][0]["ssh"]["nearest"][0]["lack"], "is for the account `postgres` only");
    assert_eq!(json["cases"][0]["rules"][0]["line"], 7);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_wrong_question_has_no_answer() {
    let directory = directory("wrong");
    for (arguments, message) in [
        (&["alice@example.com", "tag:bd:5432"][..], "error: undefined tag `tag:bd`\nhelp: did you mean `tag:db`?\n"),
        (
            &["alice@example.com", "tag:db"],
            "error: there is no port to ask about\nhelp: write it behind the destination, as `tag:db:443`; `who` lists all ports\n",
        ),
        (&["alice@example.com", "tag:db:ssh"], "error: `ssh` is no port\nhelp: write `22`\n"),
        (&["alice@example.com", "tag:db:1-9"], "error: `1-9` is more than one port\nhelp: ask about one, as `443`\n"),
        (
            &["alice@example.com", "tag:db:9", "--proto", "icmp"],
            "error: `icmp` has no ports\nhelp: leave the port out\n",
        ),
        (
            &["alice@example.com", "tag:db:9", "--proto", "tpc"],
            "error: no protocol is named `tpc`\nhelp: did you mean `tcp`?\n",
        ),
        (
            &["alice@example.com", "tag:db:9", "--ssh", "root"],
            "error: Tailscale SSH is on port 22 alone\nhelp: leave the port out\n",
        ),
    ] {
        let output = policy(&directory, "explain", arguments);
        assert_eq!((stdout(&output), stderr(&output)), ("", message), "{arguments:?}");
        assert_eq!(output.status.code(), Some(2));
    }
    fs::write(directory.join("policy.hujson"), POLICY.replace("[\"tag:web\"], \"ip\"", "[\"tag:wbe\"], \"ip\""))
        .unwrap();
    let output = policy(&directory, "who", &["tag:db"]);
    assert!(stderr(&output).starts_with("error[undefined-tag]: undefined tag `tag:wbe`"), "{}", stderr(&output));
    assert_eq!((stdout(&output), output.status.code()), ("", Some(2)));
}

#[test]
fn the_file_comes_first() {
    let directory = directory("file-first");
    let output = run(&directory, &["who", "tag:db", "policy.hujson"]);
    assert_eq!(
        stderr(&output),
        "error: there is no file `tag:db`\nhelp: the policy file comes first: `policy who policy.hujson …`\n"
    );
    let output = run(&directory, &["who", "other.hujson", "tag:db"]);
    assert_eq!(stderr(&output), "error: there is no file `other.hujson`\n");
}

#[test]
fn all_who_reach_something_are_listed() {
    let directory = directory("who");
    let output = policy(&directory, "who", &["tag:db"]);
    assert_eq!(
        stdout(&output),
        "\
`tag:db` is reached by

  `alice@example.com`
    tcp:22, tcp:5432       policy.hujson:7   group:dba -> tag:db on tcp:22, tcp:5432 srcPosture posture:managed
                                               if the source meets `posture:managed` (`node:os IN ['macos', 'linux']`)
    SSH, checked every 1h  policy.hujson:10  check group:dba -> tag:db as postgres checkPeriod 1h

  `tag:web`
    tcp:5432  policy.hujson:8  tag:web -> tag:db on tcp:5432 app example.com/cap/sql
    app       policy.hujson:8  tag:web -> tag:db on tcp:5432 app example.com/cap/sql
"
    );
    assert_eq!(output.status.code(), Some(0));
    let output = policy(&directory, "who", &["tag:db:22", "--format", "json"]);
    let json: Value = serde_json::from_str(stdout(&output)).unwrap();
    let reached = &json["reached"];
    assert_eq!((&reached[0]["sources"][0], &reached[0]["ports"]), (&"alice@example.com".into(), &"tcp:22".into()));
    assert_eq!((&reached[0]["ssh"][0]["users"][0], &reached[0]["sshPortOpen"]), (&"postgres".into(), &true.into()));
    // What a capability lets do does not hang on a port.
    assert_eq!((&reached[1]["ports"], reached[1]["app"].as_array().unwrap().len()), (&"".into(), 1));
    let output = policy(&directory, "who", &["tag:web", "--tailnet", "facts.json"]);
    let text = stdout(&output);
    assert!(
        text.ends_with("note: `box` has other tags, too, and is reached by more than that: see `who box`\n"),
        "{text}"
    );
}

#[test]
fn all_that_somebody_reaches_is_listed() {
    let directory = directory("what");
    let output = policy(&directory, "what", &["bob@example.com"]);
    assert_eq!(
        stdout(&output),
        "`bob@example.com` reaches\n\n  `tag:web`\n    tcp:443  policy.hujson:6  autogroup:member -> tag:web on tcp:443\n"
    );
    let output = policy(&directory, "what", &["tag:db"]);
    assert_eq!((stdout(&output), output.status.code()), ("`tag:db` reaches nothing\n", Some(0)));
}
