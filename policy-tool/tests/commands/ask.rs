//! Tests of `policy explain`, `who` and `what` as a process.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::Run;
use serde_json::Value;

use crate::policy;

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

/// Creates a directory with a policy and facts.
fn directory(test: &str) -> PathBuf {
    let path = super::directory(&format!("ask/{test}"));
    fs::write(path.join("policy.hujson"), POLICY).unwrap();
    fs::write(path.join("facts.json"), FACTS).unwrap();
    path
}

fn ask(directory: &Path, command: &str, arguments: &[&str]) -> Run {
    policy(directory, &[&[command, "policy.hujson"], arguments].concat())
}

#[test]
fn what_is_allowed_comes_with_the_rule_and_the_way() {
    let output = ask(&directory("allowed"), "explain", &["alice@example.com", "tag:db:5432"]);
    assert_eq!(
        output.stdout.as_str(),
        "\
allowed: `alice@example.com` can reach `tag:db` on `tcp:5432`

  policy.hujson:7  group:dba -> tag:db on tcp:22, tcp:5432 srcPosture posture:managed
                     `alice@example.com` is in `group:dba`
                     if the source meets `posture:managed` (`node:os IN ['macos', 'linux']`)
ping is open, too, because a device answers pings from every source that can reach one of its ports
"
    );
    assert_eq!(output.status, Some(0));
}

#[test]
fn what_is_denied_comes_with_what_is_missing() {
    let output = ask(&directory("denied"), "explain", &["bob@example.com", "tag:db:5432"]);
    assert_eq!(
        output.stdout.as_str(),
        "\
denied: `bob@example.com` cannot reach `tag:db` on `tcp:5432`

no rule allows it; nearest:
  policy.hujson:7  group:dba -> tag:db on tcp:22, tcp:5432 srcPosture posture:managed
                     is for `group:dba`, and `bob@example.com` is not in it
  policy.hujson:8  tag:web -> tag:db on tcp:5432 app example.com/cap/sql
                     is for `tag:web`, not for `bob@example.com`
"
    );
    assert_eq!(output.status, Some(1));
}

#[test]
fn where_members_differ_each_is_told_apart() {
    let output = ask(&directory("differ"), "explain", &["autogroup:member", "tag:db:22"]);
    let text = output.stdout.as_str();
    assert!(text.starts_with("it depends whether `autogroup:member` can reach `tag:db` on `tcp:22`\n"), "{text}");
    assert!(text.contains("\nallowed for `alice@example.com`\n"), "{text}");
    assert!(text.contains("\ndenied for any other member\n"), "{text}");
    assert_eq!(output.status, Some(1));
}

#[test]
fn facts_give_names_to_users_and_devices() {
    let directory = directory("facts");
    let output = ask(&directory, "explain", &["alice", "box:443", "--tailnet", "facts.json"]);
    let text = output.stdout.as_str();
    assert!(text.contains("\n  `alice` is `alice@example.com`, a member\n"), "{text}");
    assert!(text.contains("\n  `box` is tagged `tag:web`, `tag:db`\n"), "{text}");
    assert!(text.contains("`box` is tagged `tag:web`\n"), "{text}");
    assert_eq!(output.status, Some(0));
    let output = ask(&directory, "explain", &["alice", "tag:web:5432", "--tailnet", "facts.json"]);
    assert!(output.stdout.contains("\nallowed to `box`, with all its tags\n"), "{}", output.stdout);
}

#[test]
fn a_login_is_told_with_its_check_and_its_port() {
    let directory = directory("login");
    let output = ask(&directory, "explain", &["alice@example.com", "tag:db", "--ssh", "postgres"]);
    let text = output.stdout.as_str();
    assert!(text.starts_with("allowed: `alice@example.com` can get into `tag:db` as `postgres`\n"), "{text}");
    assert!(
        text.contains("\nport 22 is open:\n") && text.contains("\nSSH allows the login after a check, every 1h:\n"),
        "{text}"
    );
    let output = ask(&directory, "explain", &["alice@example.com", "tag:db", "--ssh", "root", "--format", "json"]);
    let json: Value = serde_json::from_str(output.stdout.as_str()).unwrap();
    assert_eq!(json["answer"], "denied");
    assert_eq!(json["cases"][0]["ssh"]["nearest"][0]["lack"], "is for the account `postgres` only");
    assert_eq!(json["cases"][0]["rules"][0]["line"], 7);
    assert_eq!(output.status, Some(1));
}

#[test]
fn a_wrong_question_has_no_answer() {
    let directory = directory("wrong");
    for (arguments, message) in [
        (&["alice@example.com", "tag:bd:5432"][..], "error: undefined tag `tag:bd`\nhelp: did you mean `tag:db`?\n"),
        (
            &["alice@example.com", "tag:db"],
            "error: the destination has no port\nhelp: add it to the destination, such as `tag:db:443`; `policy who policy.hujson tag:db` lists all ports\n",
        ),
        (&["alice@example.com", "tag:db:ssh"], "error: `ssh` is not a valid port\nhelp: write `22`\n"),
        (
            &["alice@example.com", "tag:db:1-9"],
            "error: `1-9` is more than one port\nhelp: ask about one, such as `443`\n",
        ),
        (
            &["alice@example.com", "tag:db:9", "--proto", "icmp"],
            "error: `icmp` has no ports\nhelp: leave the port out\n",
        ),
        (
            &["alice@example.com", "tag:db:9", "--proto", "tpc"],
            "error: unknown protocol `tpc`\nhelp: did you mean `tcp`?\n",
        ),
        (
            &["alice@example.com", "tag:db:9", "--ssh", "root"],
            "error: Tailscale SSH is on port 22 alone\nhelp: leave the port out\n",
        ),
    ] {
        let output = ask(&directory, "explain", arguments);
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", message), "{arguments:?}");
        assert_eq!(output.status, Some(2));
    }
}

/// A policy with errors is a finding. `explain` alone has another status for it, because 1 says that
/// access is denied.
#[test]
fn a_policy_with_errors_has_no_answers() {
    let directory = directory("errors");
    fs::write(directory.join("policy.hujson"), POLICY.replace("[\"tag:web\"], \"ip\"", "[\"tag:wbe\"], \"ip\""))
        .unwrap();
    let cases: [(&str, &[&str], i32); 12] = [
        ("explain", &["tag:db", "tag:db:22"], 2),
        ("who", &["tag:db"], 1),
        ("what", &["tag:db"], 1),
        ("test", &[], 1),
        ("names", &[], 1),
        ("matrix", &[], 1),
        ("graph", &[], 1),
        ("expiring", &[], 1),
        ("export", &["--format", "go"], 1),
        ("docs", &[], 1),
        ("report", &[], 1),
        ("diff", &["policy.hujson"], 1),
    ];
    for (command, arguments, status) in cases {
        let output = ask(&directory, command, arguments);
        let said = "error[undefined-tag]: undefined tag `tag:wbe`";
        assert!(output.stderr.starts_with(said), "{command}: {}", output.stderr);
        assert_eq!((output.stdout.as_str(), output.status), ("", Some(status)), "{command}");
    }
}

#[test]
fn the_file_comes_first() {
    let directory = directory("file-first");
    let output = policy(&directory, &["who", "tag:db", "policy.hujson"]);
    assert_eq!(
        output.stderr.as_str(),
        "error: there is no file `tag:db`\nhelp: the policy file comes first: `policy who policy.hujson …`\n"
    );
    let output = policy(&directory, &["who", "other.hujson", "tag:db"]);
    assert_eq!(output.stderr.as_str(), "error: there is no file `other.hujson`\n");
}

#[test]
fn all_who_reach_something_are_listed() {
    let directory = directory("who");
    let output = ask(&directory, "who", &["tag:db"]);
    assert_eq!(
        output.stdout.as_str(),
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
    assert_eq!(output.status, Some(0));
    let output = ask(&directory, "who", &["tag:db:22", "--format", "json"]);
    let json: Value = serde_json::from_str(output.stdout.as_str()).unwrap();
    let reached = &json["reached"];
    assert_eq!((&reached[0]["sources"][0], &reached[0]["ports"]), (&"alice@example.com".into(), &"tcp:22".into()));
    assert_eq!((&reached[0]["ssh"][0]["users"][0], &reached[0]["sshPortOpen"]), (&"postgres".into(), &true.into()));
    // Access to a capability does not depend on a port.
    assert_eq!((&reached[1]["ports"], reached[1]["app"].as_array().unwrap().len()), (&"".into(), 1));
    let output = ask(&directory, "who", &["tag:web", "--tailnet", "facts.json"]);
    let text = output.stdout.as_str();
    assert!(
        text.ends_with("note: `box` has other tags, too, and more can reach it: see `policy who policy.hujson box`\n"),
        "{text}"
    );
}

#[test]
fn all_that_somebody_reaches_is_listed() {
    let directory = directory("what");
    let output = ask(&directory, "what", &["bob@example.com"]);
    assert_eq!(
        output.stdout.as_str(),
        "`bob@example.com` reaches\n\n  `tag:web`\n    tcp:443  policy.hujson:6  autogroup:member -> tag:web on tcp:443\n"
    );
    let output = ask(&directory, "what", &["tag:db"]);
    assert_eq!((output.stdout.as_str(), output.status), ("`tag:db` reaches nothing\n", Some(0)));
}

#[test]
fn an_address_is_reached_only_if_a_router_of_the_facts_carries_it() {
    let directory = super::directory("ask/carried");
    let policy = r#"{"tagOwners": {"tag:r": []}, "grants": [
        {"src": ["autogroup:member", "tag:r"], "dst": ["10.0.0.0/8", "203.0.113.0/24"], "ip": ["tcp:443"]},
    ]}"#;
    let facts = r#"{"users": [{"name": "alice", "email": "alice@example.com", "role": "member"}], "nodes": [
        {"name": "laptop", "user": "alice", "ipv4": "100.64.0.1"},
        {"name": "gate", "tags": ["tag:r"], "ipv4": "100.64.0.9", "routable_ips": ["10.1.0.0/16"], "approved_routes": ["10.1.0.0/16"]},
        {"name": "exit", "tags": ["tag:r"], "ipv4": "100.64.0.10", "routable_ips": ["0.0.0.0/0"], "approved_routes": ["0.0.0.0/0"]},
    ]}"#;
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    fs::write(directory.join("facts.json"), facts).unwrap();
    for (source, target, status, said) in [
        ("laptop", "10.1.0.5:443", 0, "allowed"),
        ("alice", "10.1.0.5:443", 0, "allowed"),
        ("laptop", "10.1.0.5:22", 1, "no rule allows it; nearest"),
        ("laptop", "10.9.0.5:443", 1, "the policy allows it, but no router of the tailnet carries it"),
        ("laptop", "203.0.113.7:443", 1, "exit nodes only serve `autogroup:internet` and `*`"),
        ("gate", "10.1.0.5:443", 1, "a device reaches the addresses that it routes without any rule"),
    ] {
        let run = ask(&directory, "explain", &[source, target, "--tailnet", "facts.json"]);
        assert_eq!(run.status, Some(status), "{run:?}");
        assert!(run.stdout.contains(said), "{source} {target}: {}", run.stdout);
    }
    let run = ask(&directory, "who", &["10.9.0.5", "--tailnet", "facts.json"]);
    assert!(run.stdout.starts_with("`10.9.0.5` is reached by nobody\n"), "{}", run.stdout);
}

#[test]
fn what_depends_on_a_fact_is_not_left_out() {
    let directory = super::directory("ask/depends");
    let policy = r#"{"tagOwners": {"tag:db": [], "tag:web": []}, "grants": [
        {"src": ["group:eng@example.com"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
        {"src": ["tag:web"], "dst": ["100.64.0.0/11"], "ip": ["tcp:443"]},
    ], "tests": [{"src": "tag:web", "deny": ["tag:db:22"]}]}"#;
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    for (command, arguments, said) in [
        ("what", &["alice@example.com"][..], "unknown facts decide what `alice@example.com` reaches\n"),
        ("what", &["tag:web"], "if one of these has an address in `100.64.0.0/11`, which is unknown"),
        ("who", &["tag:db"], "depending on unknown facts:\n"),
        ("who", &["tag:db"], "perhaps tcp:443"),
        ("who", &["alice@example.com"], "unknown facts decide who reaches `alice@example.com`\n"),
        ("matrix", &[], "| `tag:web` | 443 (depends on `100.64.0.0/11`) | 443 |"),
        ("matrix", &["--format", "csv"], "tag:web,tcp:443 depends on 100.64.0.0/11,tcp:443"),
        ("matrix", &["--format", "json"], "\"dependsOn\": [\n"),
        ("report", &[], "depends on <code>100.64.0.0/11</code>"),
    ] {
        let run = ask(&directory, command, arguments);
        assert_eq!(run.status, Some(0), "{run:?}");
        assert!(run.stdout.contains(said), "{command}: {}", run.stdout);
    }
}

#[test]
fn a_packet_has_one_family_of_addresses() {
    let directory = super::directory("ask/families");
    let policy = r#"{"tagOwners": {"tag:db": [], "tag:old": []}, "grants": [
        {"src": ["100.64.0.0/10"], "dst": ["tag:db"], "ip": ["tcp:22"]},
        {"src": ["fd7a:115c:a1e0::/48"], "dst": ["100.64.0.0/10"], "ip": ["tcp:443"]},
        {"src": ["autogroup:member"], "dst": ["tag:old"], "ip": ["tcp:443"]},
    ]}"#;
    let facts = r#"{"users": [{"name": "alice", "email": "alice@example.com", "role": "member"}], "nodes": [
        {"name": "both", "user": "alice", "ipv4": "100.64.0.1", "ipv6": "fd7a:115c:a1e0::1"},
        {"name": "six", "user": "alice", "ipv6": "fd7a:115c:a1e0::6"},
        {"name": "db", "tags": ["tag:db"], "ipv4": "100.64.0.9", "ipv6": "fd7a:115c:a1e0::9"},
        {"name": "old", "tags": ["tag:old"], "ipv4": "100.64.0.7"},
    ]}"#;
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    fs::write(directory.join("facts.json"), facts).unwrap();
    for (arguments, status, said) in [
        (&["both", "db:22"][..], 0, "on `tcp:22`, over IPv4 only\n"),
        (&["six", "db:22"], 1, "denied"),
        (&["fd7a:115c:a1e0::1", "db:22"], 1, "denied"),
        (&["100.64.0.1", "db:22"], 0, "on `tcp:22`\n"),
        (&["six", "old:443"], 1, "they have no addresses of the same family"),
        (&["both", "100.64.0.9:443"], 1, "denied"),
        (&["both", "old", "--proto", "icmp"], 0, "ping is open because"),
        (&["both", "old", "--proto", "ipv6-icmp"], 1, "they do not both have an IPv6 address"),
        (&["both", "old:443"], 0, "ping is open, too, because"),
        (&["both", "old:22"], 1, "denied"),
    ] {
        let run = ask(&directory, "explain", &[arguments, &["--tailnet", "facts.json"]].concat());
        assert_eq!(run.status, Some(status), "{run:?}");
        assert!(run.stdout.contains(said), "{arguments:?}: {}", run.stdout);
    }
}

#[test]
fn with_localpart_own_devices_are_open_as_well() {
    let directory = super::directory("ask/localpart");
    let text = |users: &str| {
        format!(
            r#"{{"tagOwners": {{"tag:b": []}}, "grants": [{{"src": ["*"], "dst": ["*"], "ip": ["*"]}}],
            "ssh": [{{"action": "accept", "src": ["autogroup:member"], "dst": ["tag:b"], "users": [{users}]}}]}}"#
        )
    };
    fs::write(directory.join("old.hujson"), text(r#""ubuntu""#)).unwrap();
    fs::write(directory.join("policy.hujson"), text(r#""ubuntu", "localpart:*@example.com""#)).unwrap();
    for (source, destination, account, status) in [
        ("alice@example.com", "alice@example.com", "alice", 0),
        ("alice@example.com", "alice@example.com", "ubuntu", 0),
        ("alice@example.com", "alice@example.com", "root", 1),
        ("alice@example.com", "bob@example.com", "ubuntu", 1),
        ("tag:b", "tag:b", "ubuntu", 1),
    ] {
        let run = ask(&directory, "explain", &[source, destination, "--ssh", account]);
        assert_eq!(run.status, Some(status), "{run:?}");
    }
    let run = policy(&directory, &["diff", "old.hujson", "policy.hujson"]);
    assert!(run.stdout.contains("autogroup:member -> autogroup:self"), "{}", run.stdout);
}

#[test]
fn a_policy_without_rules_says_so_in_every_picture() {
    let directory = super::directory("ask/no_rules");
    let remark = "The policy has no rules, so everything can reach everything.";
    for text in ["{}", r#"{"grants": null, "tests": [{"src": "a@example.com", "accept": ["b@example.com:1"]}]}"#] {
        fs::write(directory.join("policy.hujson"), text).unwrap();
        for (command, arguments, said) in [
            ("matrix", &[][..], remark),
            ("docs", &[], remark),
            ("report", &[], remark),
            ("matrix", &["--format", "csv"], "\"\",*\r\n*,*\r\n"),
            ("graph", &[], "everything: the policy has no rules"),
        ] {
            let run = ask(&directory, command, arguments);
            assert!(run.stdout.contains(said), "{text} {command}: {run:?}");
        }
    }
}

#[test]
fn a_rule_with_very_many_ports_is_no_reason_to_panic() {
    let directory = super::directory("ask/wide");
    let ports: Vec<String> = (0..7_000).map(|port| format!("\"tcp:{}\"", port * 2 + 1)).collect();
    let policy = format!(
        r#"{{"tagOwners": {{"tag:a": []}}, "grants": [{{"src": ["tag:a"], "dst": ["tag:a"], "ip": [{}]}}]}}"#,
        ports.join(", ")
    );
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    for (command, word) in [("who", "tag:a"), ("what", "tag:a")] {
        assert_eq!(ask(&directory, command, &[word]).status, Some(0));
    }
}

#[test]
fn no_name_is_obeyed_by_a_terminal() {
    let directory = super::directory("ask/names");
    let name = "tag:a\\n::add-mask::x\\u001b[2K\\u009b1A\\u202e";
    let text = format!(
        r#"{{"tagOwners": {{"{name}": []}}, "grants": [{{"src": ["{name}"], "dst": ["{name}"], "ip": ["443"]}}],
        "tests": [{{"src": "{name}", "accept": ["{name}:443"]}}]}}"#
    );
    fs::write(directory.join("policy.hujson"), &text).unwrap();
    fs::write(directory.join("old.hujson"), text.replace("443", "80")).unwrap();
    let raw = "tag:a\n::add-mask::x\u{1b}[2K\u{9b}1A\u{202e}";
    for run in [
        ask(&directory, "check", &[]),
        ask(&directory, "test", &[]),
        ask(&directory, "who", &[raw]),
        ask(&directory, "what", &[raw]),
        ask(&directory, "explain", &[raw, &format!("{raw}:443")]),
        policy(&directory, &["diff", "old.hujson", "policy.hujson"]),
    ] {
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
        }
    }
}
