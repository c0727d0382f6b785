//! Tests of `policy test` as a process.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::Run;
use serde_json::Value;

use crate::policy;

/// A policy with five targets, of which one fails and one depends on a role.
const POLICY: &str = r#"{
	"tagOwners": {"tag:web": ["bob@example.com"], "tag:db": []},
	"grants": [
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["443"]},
		{"src": ["autogroup:admin"], "dst": ["tag:db"], "ip": ["5432"]},
		{"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["22"]},
	],
	"ssh": [{"action": "check", "src": ["autogroup:member"], "dst": ["tag:web"], "users": ["ubuntu"]}],
	"tests": [
		{"src": "bob@example.com", "accept": ["tag:web:443", "tag:web:80"], "deny": ["tag:db:5432"]},
		{"src": "tag:web", "proto": "udp", "deny": ["tag:db:53"]},
	],
	"sshTests": [{"src": "bob@example.com", "dst": ["tag:web"], "check": ["ubuntu"]}],
}
"#;

const FACTS: &str = r#"{"users": [{"name": "bob", "email": "bob@example.com", "role": "member"}]}"#;

/// Creates a directory with a policy and facts.
fn directory(test: &str, policy: &str) -> PathBuf {
    let path = super::directory(&format!("test/{test}"));
    fs::write(path.join("policy.hujson"), policy).unwrap();
    fs::write(path.join("facts.json"), FACTS).unwrap();
    path
}

fn test(directory: &Path, arguments: &[&str]) -> Run {
    policy(directory, &[&["test", "policy.hujson"], arguments].concat())
}

#[test]
fn each_target_is_shown_with_the_rule_that_it_rests_on() {
    let output = test(&directory("each_target", POLICY), &["--tailnet", "facts.json"]);
    let (outcomes, why) = output.stdout.split_once("\nerror").unwrap();
    assert_eq!(
        outcomes,
        "\
tests bob@example.com (policy.hujson:10)
  pass  accept tag:web:443  policy.hujson:4
  FAIL  accept tag:web:80
  pass  deny   tag:db:5432

tests tag:web (policy.hujson:11)
  pass  deny   tag:db:53 over udp

sshTests bob@example.com (policy.hujson:13)
  pass  check  tag:web as ubuntu  policy.hujson:8
"
    );
    assert!(why.starts_with("[failing-test]: `bob@example.com` should reach `tag:web:80`"), "{why}");
    assert!(output.stderr.starts_with("policy.hujson: 5 targets: 4 pass, 1 fails ("), "{}", output.stderr);
    assert_eq!(output.status, Some(1));
}

#[test]
fn a_target_that_depends_on_an_unknown_fact_does_not_fail() {
    let directory = directory("what_hangs", &POLICY.replace(r#", "tag:web:80""#, ""));
    let output = test(&directory, &[]);
    assert!(output.stdout.contains("  ?     deny   tag:db:5432  policy.hujson:5\n"), "{}", output.stdout);
    assert!(output.stdout.contains("warning[unverifiable-test]"), "{}", output.stdout);
    assert!(output.stderr.starts_with("policy.hujson: 4 targets: 3 pass, 1 is not known ("), "{}", output.stderr);
    assert_eq!(output.status, Some(0));
}

#[test]
fn a_role_that_facts_do_not_give_is_a_warning() {
    let directory = directory("a_role", &POLICY.replace(r#", "tag:web:80""#, ""));
    fs::write(directory.join("facts.json"), FACTS.replace(r#", "role": "member""#, "")).unwrap();
    let output = test(&directory, &["--tailnet", "facts.json"]);
    assert!(output.stdout.contains("warning[unverifiable-test]"), "{}", output.stdout);
    assert_eq!(output.status, Some(0));
    let junit = test(&directory, &["--tailnet", "facts.json", "--format", "junit"]);
    assert!(junit.stdout.contains("depends on their role, which is unknown"), "{}", junit.stdout);
}

#[test]
fn quiet_leaves_out_what_passes() {
    let directory = directory("quiet", POLICY);
    let output = test(&directory, &["--quiet", "--tailnet", "facts.json"]);
    let start = "tests bob@example.com (policy.hujson:10)\n  FAIL  accept tag:web:80\n\nerror[failing-test]";
    assert!(output.stdout.starts_with(start), "{}", output.stdout);
    fs::write(directory.join("policy.hujson"), POLICY.replace("\"tag:web:80\"", "\"tag:web:22\"")).unwrap();
    let output = test(&directory, &["-q", "--tailnet", "facts.json"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""));
}

#[test]
fn json_has_all_of_it() {
    let output = test(&directory("json", POLICY), &["--tailnet", "facts.json", "--format", "json"]);
    let document: Value = serde_json::from_str(output.stdout.as_str()).unwrap();
    for (pointer, value) in [
        ("/file", Value::from("policy.hujson")),
        ("/passed", Value::from(4)),
        ("/failed", Value::from(1)),
        ("/unknown", Value::from(0)),
        ("/tests/0/section", Value::from("tests")),
        ("/tests/0/src", Value::from("bob@example.com")),
        ("/version", Value::from(1)),
        ("/tests/0/file", Value::from("policy.hujson")),
        ("/tests/0/line", Value::from(10)),
        ("/tests/0/targets/0/outcome", Value::from("pass")),
        ("/tests/0/targets/0/rule/line", Value::from(4)),
        ("/tests/0/targets/0/diagnostic", Value::Null),
        ("/tests/0/targets/1/target", Value::from("tag:web:80")),
        ("/tests/0/targets/1/outcome", Value::from("fail")),
        ("/tests/0/targets/1/rule", Value::Null),
        ("/tests/0/targets/1/diagnostic/code", Value::from("failing-test")),
        ("/tests/1/proto", Value::from("udp")),
        ("/tests/2/section", Value::from("sshTests")),
        ("/tests/2/targets/0/expect", Value::from("check")),
        ("/tests/2/targets/0/dst", Value::from("tag:web")),
    ] {
        assert_eq!(document.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(document["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
}

#[test]
fn junit_is_well_formed_whatever_the_names_are() {
    let policy = r#"{"groups": {"group:a": ["<&\"'>@example.com"]},
        "grants": [{"src": ["group:a"], "dst": ["*"], "ip": ["80"]}],
        "tests": [{"src": "<&\"'>@example.com", "accept": ["10.0.0.1:80"], "deny": ["10.0.0.2:80"]}]}"#;
    let output = test(&directory("junit", policy), &["--format", "junit"]);
    let xml = output.stdout.as_str();
    assert!(
        xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"2\" failures=\"1\""),
        "{xml}"
    );
    let name = "classname=\"tests &lt;&amp;&quot;'&gt;@example.com\" name=\"accept 10.0.0.1:80\" file=\"policy.hujson\" line=\"3\"";
    assert!(xml.contains(name), "{xml}");
    assert!(
        xml.contains("<failure type=\"failing-test\" message=\"`&lt;&amp;&quot;'&gt;@example.com` should not"),
        "{xml}"
    );
    // Each `<` must start an element, and each `&` one of four entities.
    for after in xml.split('<').skip(1) {
        assert!(after.starts_with(['/', '?', 't', 'f']), "{after}");
    }
    for after in xml.split('&').skip(1) {
        assert!(["lt;", "gt;", "amp;", "quot;"].iter().any(|entity| after.starts_with(entity)), "{after}");
    }
}

#[test]
fn a_policy_with_errors_is_not_tested() {
    let output = test(&directory("errors", &POLICY.replace("\"tag:db\": []", "")), &[]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""));
    assert!(output.stderr.contains("error[undefined-tag]"), "{}", output.stderr);
    assert!(
        output.stderr.ends_with("policy.hujson: not tested, because the policy has errors\n"),
        "{}",
        output.stderr.as_str()
    );
}

#[test]
fn a_policy_without_tests_passes() {
    let output = test(&directory("no_tests", "{}"), &[]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""));
    assert!(output.stderr.starts_with("policy.hujson: no tests ("), "{}", output.stderr);
}

#[test]
fn facts_that_cannot_be_read_exit_with_2() {
    let output = test(&directory("no_facts", POLICY), &["--tailnet", "none.json"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(2), ""));
    assert!(output.stderr.contains("there is no file `none.json`"), "{}", output.stderr);
}

/// Two rules. A test needs one of them.
const HALF: &str = r#"{
	"tagOwners": {"tag:web": [], "tag:db": []},
	"grants": [
		{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
		{"src": ["tag:db"], "dst": ["tag:web"], "ip": ["udp:53"]},
	],
	"ssh": [{"action": "check", "src": ["bob@example.com"], "dst": ["tag:web"], "users": ["ubuntu"]}],
	"tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22", "tag:web:5432"]}],
	"sshTests": [{"src": "bob@example.com", "dst": ["tag:web"], "check": ["ubuntu"], "deny": ["root"]}],
}
"#;

#[test]
fn rules_that_no_test_would_miss_come_with_the_tests_that_would() {
    let directory = directory("coverage", HALF);
    let output = test(&directory, &["--quiet", "--coverage"]);
    let (without, wider) = output.stdout.split_once("nothing would fail if these rules were wider:\n").unwrap();
    assert_eq!(
        without,
        "\
nothing would fail without these rules:
  policy.hujson:5  tag:db -> tag:web on udp:53

these tests would:
  \"tests\": [
    {\"src\": \"tag:db\", \"proto\": \"udp\", \"accept\": [\"tag:web:53\"]},
  ],

"
    );
    let rules = wider.split_once("\n\n").unwrap().0;
    assert_eq!(
        rules,
        "  policy.hujson:4  tag:web -> tag:db on tcp:5432
                     for every source
  policy.hujson:5  tag:db -> tag:web on udp:53
                     for every source, for every destination, for every port
  policy.hujson:7  check bob@example.com -> tag:web as ubuntu
                     for every source, for every destination"
    );
    let said =
        "policy.hujson: coverage: 2 of 3 rules are needed by a test (66%), 3 of 9 ways to widen them are detected";
    assert!(output.stderr.contains(said), "{}", output.stderr);
    assert_eq!(output.status, Some(0));
}

#[test]
fn a_test_that_is_proposed_is_enough() {
    let mut policy = HALF.to_owned();
    let proposed = test(&directory("proposed", &policy), &["--quiet", "--coverage"]);
    let proposed = proposed.stdout.as_str();
    for section in ["tests", "sshTests"] {
        let head = format!("  \"{section}\": [\n");
        let lists = proposed.split(&head).skip(1).filter_map(|rest| rest.split_once("  ],").map(|(list, _)| list));
        let lists: Vec<&str> = lists.collect();
        policy = policy.replace(&format!("\"{section}\": ["), &format!("\"{section}\": [{}", lists.concat()));
    }
    let output = test(&directory("enough", &policy), &["--quiet", "--min-coverage", "100"]);
    assert_eq!((output.stdout.as_str(), output.status), ("", Some(0)), "{policy}");
    assert!(output.stderr.contains("3 of 3 rules are needed by a test (100%), 9 of 9 ways"), "{}", output.stderr);
}

#[test]
fn less_coverage_than_is_wanted_is_a_finding() {
    let directory = directory("min_coverage", HALF);
    assert_eq!(test(&directory, &["--min-coverage", "66"]).status, Some(0));
    let output = test(&directory, &["--min-coverage", "67"]);
    assert!(output.stderr.ends_with("; at least 67% are wanted\n"), "{}", output.stderr);
    assert_eq!(output.status, Some(1));
    assert_eq!(test(&directory, &["--min-coverage", "101"]).status, Some(2));
}

#[test]
fn coverage_is_in_the_formats_for_machines() {
    let directory = directory("coverage_formats", HALF);
    let output = test(&directory, &["--coverage", "--format", "json"]);
    let json: Value = serde_json::from_str(output.stdout.as_str()).unwrap();
    let coverage = &json["coverage"];
    assert_eq!((&coverage["rules"], &coverage["needed"], &coverage["percent"]), (&3.into(), &2.into(), &66.into()));
    assert_eq!(coverage["each"][1]["pin"]["test"]["accept"][0], "tag:web:53");
    assert_eq!(coverage["each"][0]["wider"][0]["change"], "anySource");
    let output = test(&directory, &["--coverage", "--format", "junit"]);
    let xml = output.stdout.as_str();
    assert!(xml.contains(r#"<property name="coverage" value="66"/>"#), "{xml}");
    assert!(xml.contains(r#"<testsuite name="coverage" tests="3" failures="0" errors="0" skipped="1">"#), "{xml}");
}
