//! Tests of the last days of rules, tests and allowed warnings: `policy expiring`, and the output
//! of other commands.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run};

use crate::{PROGRAM, policy};

const POLICY: &str = r#"// policy: allow(unused-group, until 2027-04-10) the team comes in April
{
	"groups": {"group:x": ["alice@example.com"], "group:late": ["bob@example.com"]},
	"tagOwners": {"tag:y": ["autogroup:admin"], "tag:z": ["autogroup:admin"]},
	"acls": [
		// The contractors
		// policy: until 2027-03-31
		{"action": "accept", "src": ["group:x"], "dst": ["tag:y:22", "tag:z:443"]},
		{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:z:22"]},
	],
	"ssh": [
		// policy: until 2027-04-14
		{"action": "accept", "src": ["group:x"], "dst": ["tag:y"], "users": ["root"]},
	],
	"tests": [
		// policy: until 2027-04-15
		{"src": "alice@example.com", "accept": ["tag:y:22"]},
	],
	"sshTests": [
		// policy: until 2027-04-15
		{"src": "alice@example.com", "dst": ["tag:y"], "accept": ["root"]},
	],
}
"#;

/// Creates a directory with the policy.
fn directory(test: &str) -> PathBuf {
    let directory = super::directory(&format!("expiring/{test}"));
    fs::write(directory.join("p.hujson"), POLICY).unwrap();
    directory
}

/// Runs `policy` with another date.
fn on_day(day: &str, directory: &Path, arguments: &[&str]) -> Run {
    process::command(PROGRAM, directory, arguments).env("POLICY_TODAY", day).output().unwrap().into()
}

#[test]
fn lists_what_ends_when() {
    let directory = directory("lists");
    let list = "\
2027-03-31  in 14 days  p.hujson:8   acl       group:x -> tag:y on 22 and tag:z on 443
2027-04-10  in 24 days  p.hujson:1   allow     unused-group: the team comes in April
2027-04-14  in 28 days  p.hujson:13  SSH rule  accept group:x -> tag:y as root
2027-04-15  in 29 days  p.hujson:17  test      alice@example.com
2027-04-15  in 29 days  p.hujson:21  SSH test  alice@example.com -> tag:y
";
    let all = on_day("2027-03-17", &directory, &["expiring", "p.hujson"]);
    assert_eq!((all.status, all.stdout.as_str(), all.stderr.as_str()), (Some(0), list, "p.hujson: 5 to end\n"));
    for days in ["28d", "28"] {
        let soon = on_day("2027-03-17", &directory, &["expiring", "p.hujson", "--within", days]);
        assert_eq!((soon.status, soon.stdout.lines().count()), (Some(0), 3), "{days}");
    }
    let late = on_day("2027-04-01", &directory, &["expiring", "p.hujson", "--within", "0d"]);
    assert_eq!((late.status, late.stderr.as_str()), (Some(1), "p.hujson: 0 to end, 1 ended\n"));
    assert!(late.stdout.starts_with("2027-03-31  1 day ago  p.hujson:8  acl  group:x"), "{}", late.stdout);
    let today = on_day("2027-03-31", &directory, &["expiring", "p.hujson", "--within", "1"]);
    assert_eq!((today.status, today.stdout.split("  ").nth(1)), (Some(0), Some("today")));
}

#[test]
fn is_json_for_programs() {
    let directory = directory("json");
    let run = on_day("2027-04-01", &directory, &["expiring", "p.hujson", "--format", "json", "--within", "9d"]);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = serde_json::json!({"version": 1, "file": "p.hujson", "today": "2027-04-01", "endings": [
        {"kind": "acls", "until": "2027-03-31", "daysLeft": -1, "file": "p.hujson", "line": 8,
         "text": "group:x -> tag:y on 22 and tag:z on 443"},
        {"kind": "allow", "until": "2027-04-10", "daysLeft": 9, "file": "p.hujson", "line": 1,
         "text": "unused-group: the team comes in April"},
    ]});
    assert_eq!((run.status, json, run.stderr.as_str()), (Some(1), expected, ""));
}

#[test]
fn a_policy_without_ends_and_one_with_errors() {
    let directory = directory("none");
    fs::write(directory.join("none.hujson"), "{\"grants\": []}").unwrap();
    let none = policy(&directory, &["expiring", "none.hujson"]);
    assert_eq!((none.status, none.stdout.as_str(), none.stderr.as_str()), (Some(0), "", "none.hujson: nothing ends\n"));
    fs::write(directory.join("wrong.hujson"), POLICY.replace("2027-04-14", "2027-04-31")).unwrap();
    let wrong = policy(&directory, &["expiring", "wrong.hujson"]);
    assert_eq!((wrong.status, wrong.stdout.as_str()), (Some(1), ""));
    assert!(wrong.stderr.contains("`2027-04-31` is not a valid date: that month has 30 days"), "{}", wrong.stderr);
    for days in ["x", "-1", "1w", "99999999999"] {
        let usage = policy(&directory, &["expiring", "p.hujson", &format!("--within={days}")]);
        assert_eq!(usage.status, Some(2), "{days}");
        assert!(usage.stderr.contains("write a number of days, such as 30d"), "{}", usage.stderr);
    }
}

#[test]
fn check_looks_at_the_day() {
    let directory = directory("check");
    for (day, status, codes) in [
        ("2027-03-16", 0, vec![]),
        ("2027-03-17", 0, vec!["in 14 days"]),
        ("2027-03-30", 0, vec!["in 11 days", "in 1 day"]),
        ("2027-03-31", 0, vec!["in 10 days", "ends today, on 2027-03-31", "in 14 days"]),
        (
            "2027-04-01",
            1,
            vec!["in 9 days", "ended on 2027-03-31, 1 day ago", "in 13 days", "in 14 days", "in 14 days"],
        ),
    ] {
        let run = on_day(day, &directory, &["check", "p.hujson", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let messages =
            json["diagnostics"].as_array().unwrap().iter().map(|finding| finding["message"].as_str().unwrap());
        let messages: Vec<&str> = messages.collect();
        assert_eq!((run.status, messages.len()), (Some(status), codes.len()), "{day}: {messages:?}");
        for (message, part) in messages.iter().zip(codes) {
            assert!(message.ends_with(part), "{day}: {message}");
        }
    }
    for (day, help) in
        [("31.03.2027", "write `POLICY_TODAY=2027-03-31`"), ("soon", "such as `POLICY_TODAY=2027-03-31`")]
    {
        let run = on_day(day, &directory, &["check", "p.hujson"]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
        assert!(run.stderr.contains("the value of `POLICY_TODAY`, is not a valid date"), "{}", run.stderr);
        assert!(run.stderr.contains(help), "{}", run.stderr);
    }
    // No part of this policy depends on the date.
    fs::write(directory.join("none.hujson"), "{\"grants\": []}").unwrap();
    assert_eq!(on_day("soon", &directory, &["check", "none.hujson"]).status, Some(0));
}

#[test]
fn tailscale_knows_no_ends() {
    let directory = directory("compile");
    let facts = r#"{"nodes": []}"#;
    fs::write(directory.join("facts.json"), facts).unwrap();
    let compiled = on_day("2027-04-01", &directory, &["compile", "p.hujson", "--tailnet", "facts.json"]);
    assert!(compiled.stdout.contains("\"status\": \"accept\""), "{}{}", compiled.stdout, compiled.stderr);
    let explained = on_day("2027-04-01", &directory, &["explain", "p.hujson", "alice@example.com", "tag:y:22"]);
    assert_eq!(explained.status, Some(0), "{}", explained.stderr);
}

#[test]
fn answers_show_the_end_of_a_rule() {
    let directory = directory("answers");
    let rule = "group:x -> tag:y on 22 and tag:z on 443 until 2027-03-31\n";
    for arguments in [
        ["explain", "p.hujson", "alice@example.com", "tag:y:22"].as_slice(),
        &["who", "p.hujson", "tag:z"],
        &["what", "p.hujson", "group:x"],
    ] {
        let answer = policy(&directory, arguments);
        assert!(answer.stdout.contains(rule), "{}", answer.stdout);
        let json = policy(&directory, &[arguments, &["--format", "json"]].concat()).stdout;
        assert!(json.contains("\"until\": \"2027-03-31\""), "{json}");
    }
    let page = policy(&directory, &["docs", "p.hujson"]).stdout;
    for line in [
        "on `443`, until 2027-03-31: The contractors\n",
        "| `root` | accept, until 2027-04-14 | |\n",
        "| `alice@example.com`, until 2027-04-15 | `tag:y:22` | |\n",
        "| `alice@example.com`, until 2027-04-15 | `tag:y` | `root` | | |\n",
    ] {
        assert!(page.contains(line), "{page}");
    }
    let site = policy(&directory, &["report", "p.hujson"]).stdout;
    assert!(site.contains("(until 2027-03-31)") && site.contains("accept, until 2027-04-14"), "{site}");
}

#[test]
fn an_end_survives_a_migration() {
    let directory = directory("migrate");
    let migrated = policy(&directory, &["migrate", "p.hujson"]);
    assert_eq!(migrated.status, Some(0), "{}", migrated.stderr);
    // The ACL becomes a grant for each set of ports.
    assert_eq!(migrated.stdout.matches("// policy: until 2027-03-31").count(), 2, "{}", migrated.stdout);
    fs::write(directory.join("grants.hujson"), &migrated.stdout).unwrap();
    let diff = policy(&directory, &["diff", "p.hujson", "grants.hujson"]);
    assert_eq!(diff.stdout, "The text changed, the meaning did not.\n");
}

#[test]
fn an_end_survives_an_import() {
    let directory = directory("import");
    let source = policy(&directory, &["import", "p.hujson"]).stdout;
    for line in [
        "unused-group = allow \"the team comes in April\" until \"2027-04-10\";",
        "group:x -> tag:y on 22 and tag:z on 443 until \"2027-03-31\";",
        "accept group:x -> tag:y as \"root\" until \"2027-04-14\";",
        "until \"2027-04-15\";",
    ] {
        assert!(source.contains(line), "{source}");
    }
    fs::write(directory.join("p.rs"), &source).unwrap();
    assert_eq!(policy(&directory, &["fmt", "--check", "p.rs"]).status, Some(0));
    // The formatter also keeps the position of HuJSON comments.
    let formatted = process::run_with_stdin(PROGRAM, &directory, &["fmt", "-"], POLICY).stdout;
    assert_eq!(formatted.matches("// policy: ").count(), POLICY.matches("// policy: ").count());
}
