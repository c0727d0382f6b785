//! Tests of `--target`: policies for headscale.

use std::fs;

use crate::{directory, policy};

const POLICY: &str = r#"{
	"groups": {"group:eng": ["alice@", "bob@example.com"]},
	"tagOwners": {"tag:web": ["group:eng"]},
	"grants": [{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]}],
}
"#;
const COMMENT: &str = "// policy: target headscale\n";
const NOTE: &str = "note: policy.hujson is checked for headscale, because `alice@` has no domain; use `--target tailscale` to check it for Tailscale\n";

#[test]
fn a_target_is_named_by_the_option_or_by_a_comment_and_else_found_out() {
    let folder = directory("headscale-target");
    let check = |text: &str, options: &[&str]| {
        fs::write(folder.join("policy.hujson"), text).unwrap();
        let run = policy(&folder, &[&["check", "policy.hujson"], options].concat());
        (run.status, run.stdout.contains("odd-user"), run.stderr)
    };
    let fine = "policy.hujson: no errors, no warnings\n";
    assert_eq!(check(POLICY, &[]), (Some(0), false, format!("{NOTE}{fine}")));
    assert_eq!(check(&format!("{COMMENT}{POLICY}"), &[]), (Some(0), false, fine.to_owned()));
    assert_eq!(check(POLICY, &["--target", "headscale"]), (Some(0), false, fine.to_owned()));
    let (status, is_odd, said) = check(POLICY, &["--target", "tailscale"]);
    assert_eq!((status, is_odd), (Some(0), true), "{said}");
    let (_, is_odd, said) = check(&format!("{COMMENT}{POLICY}"), &["--target", "tailscale"]);
    assert!(is_odd && !said.contains("note:"), "{said}");
    // A section that headscale does not know is not written for it.
    let (_, is_odd, said) = check(&POLICY.replace("{\n\t\"groups\"", "{\n\t\"ipsets\": {},\n\t\"groups\""), &[]);
    assert!(is_odd && !said.contains("note:"), "{said}");
}

#[test]
fn every_command_that_reads_a_policy_has_the_option() {
    let folder = directory("headscale-commands");
    fs::write(folder.join("policy.hujson"), POLICY).unwrap();
    let file = "policy.hujson";
    let target = ["--target", "headscale"];
    for (arguments, part) in [
        (&["test", file][..], ""),
        (&["explain", file, "alice@", "tag:web:443"], "tcp:443"),
        (&["who", file, "tag:web"], "alice@"),
        (&["what", file, "alice@"], "tag:web"),
        (&["compile", file], "\"accept\""),
        (&["docs", file], "tag:web"),
        (&["matrix", file], "tag:web"),
        (&["graph", file], "tag:web"),
        (&["report", file], "tag:web"),
    ] {
        let run = policy(&folder, &[arguments, &target].concat());
        assert_eq!(run.status, Some(0), "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.contains(part), "{arguments:?}: {}", run.stdout);
    }
    let run = policy(&folder, &["diff", file, file, "--target", "headscale"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
}

#[test]
fn an_error_has_headscales_answer() {
    let folder = directory("headscale-answer");
    fs::write(folder.join("policy.hujson"), POLICY.replace("\"tag:web\"]", "\"tag:wbe\"]")).unwrap();
    let run = policy(&folder, &["check", "policy.hujson", "--target", "headscale"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stdout.contains("headscale answers: tag not found: \"tag:wbe\""), "{}", run.stdout);
    let run = policy(&folder, &["compile", "policy.hujson", "--target", "headscale"]);
    assert!(run.stdout.contains(r#""message": "tag not found: \"tag:wbe\"""#), "{}", run.stdout);
    let run = policy(&folder, &["check", "policy.hujson", "--target", "headscael"]);
    assert_eq!(run.status, Some(2));
}

/// Covers a user without an e-mail address, a filter with merged addresses, and a test that fails
/// because there is no device.
#[test]
fn with_devices_the_filters_and_the_tests_are_those_of_headscale() {
    let folder = directory("headscale-devices");
    let facts = r#"{"users": [{"name": "alice", "email": ""}, {"name": "bob", "email": "bob@example.com"}],
        "nodes": [{"name": "a", "user": "alice", "ipv4": "100.64.0.1"}, {"name": "b", "user": "bob", "ipv4": "100.64.0.2"},
            {"name": "w", "tags": ["tag:web"], "ipv4": "100.64.0.3"}]}"#;
    fs::write(folder.join("facts.json"), facts).unwrap();
    fs::write(folder.join("policy.hujson"), format!("{COMMENT}{POLICY}")).unwrap();
    let run = policy(&folder, &["compile", "policy.hujson", "--tailnet", "facts.json"]);
    assert!(run.stdout.contains(r#""SrcIPs":["100.64.0.1-100.64.0.2"]"#), "{}", run.stdout);
    let tests = "\t\"tests\": [{\"src\": \"alice@\", \"accept\": [\"tag:web:443\", \"tag:db:443\"]}],\n}\n";
    fs::write(folder.join("policy.hujson"), format!("{COMMENT}{}{tests}", POLICY.trim_end().trim_end_matches('}')))
        .unwrap();
    let run = policy(&folder, &["check", "policy.hujson", "--tailnet", "facts.json"]);
    assert_eq!(run.status, Some(1));
    let answer = "headscale answers: alice@: error testing \"tag:db:443\": destination resolved to no IP addresses";
    assert!(run.stdout.contains(answer) && !run.stdout.contains("tag:web:443\": "), "{}", run.stdout);
}

#[test]
fn an_import_has_the_target() {
    let folder = directory("headscale-import");
    fs::write(folder.join("policy.hujson"), format!("// Ours.\n\n{COMMENT}// policy: deny(allow-all)\n{POLICY}"))
        .unwrap();
    let run = policy(&folder, &["import", "policy.hujson"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("    target = headscale;\n\n    lints {"), "{}", run.stdout);
    assert!(!run.stdout.contains("policy: target"), "{}", run.stdout);
}
