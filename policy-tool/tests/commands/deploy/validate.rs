use std::fs;
use std::path::PathBuf;

use policy_control_plane::{Call, ControlPlane, Fault, Flavour};
use policy_test_support::process;

use super::{POLICY, Server};
use crate::{PROGRAM, directory};

fn with_policy(test: &str, text: &str) -> PathBuf {
    let directory = directory(&format!("deploy/validate/{test}"));
    fs::write(directory.join("policy.hujson"), text).unwrap();
    directory
}

#[test]
fn a_policy_is_accepted() {
    for flavour in [Flavour::Tailscale, Flavour::Headscale030, Flavour::Headscale029] {
        let server = Server::start(ControlPlane::new(flavour));
        let text = if flavour == Flavour::Tailscale { POLICY } else { "{\"grants\": []}" };
        let directory = with_policy("accepted", text);
        let run = server.run(&directory, &["validate", "policy.hujson"]);
        let name = match flavour {
            Flavour::Tailscale => "Tailscale",
            Flavour::Headscale030 => "headscale",
            Flavour::Headscale029 => "headscale before 0.30",
        };
        let said = format!("policy.hujson: {name} accepts the policy: no errors, no warnings\n");
        assert_eq!((run.status, run.stdout.as_str(), run.stderr), (Some(0), "", said));
    }
}

#[test]
fn a_refusal_is_shown_where_we_wrote_it() {
    let server = Server::start(ControlPlane::default());
    let directory = with_policy("refused", &POLICY.replace("[\"tag:web:443\"]", "[\"tag:db:443\"]"));
    let run = server.run(&directory, &["validate", "policy.hujson"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let place = "\
 --> policy.hujson:12:20
   |
12 |     \"tests\": [{\"src\": \"alice@example.com\", \"accept\": [\"tag:db:443\"]}],
   |                       ^^^^^^^^^^^^^^^^^^^
";
    assert!(run.stdout.starts_with("error: Tailscale: the test of `alice@example.com`: "), "{}", run.stdout);
    assert!(run.stdout.contains(place), "{}", run.stdout);
    assert_eq!(run.stderr, "policy.hujson: Tailscale refuses the policy: 1 error, no warnings\n");

    let directory = with_policy("refused", &POLICY.replace("[\"group:dba\"]", "[\"group:dbo\"]"));
    let run = server.run(&directory, &["validate", "policy.hujson"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("  --> policy.hujson:10:12\n"), "{}", run.stdout);
    let github = server.run(&directory, &["validate", "policy.hujson", "--format", "github"]);
    assert!(github.stdout.starts_with("::error title=Tailscale's verdict,file=policy.hujson,line=10,"), "{github:?}");
}

#[test]
fn warnings_fail_only_if_they_are_denied() {
    let mut plane = ControlPlane::default();
    plane.warnings.push(("group:dba".to_owned(), "the group is empty".to_owned()));
    let server = Server::start(plane);
    let directory = with_policy("warnings", POLICY);
    for (arguments, status) in
        [(&["validate", "policy.hujson"][..], 0), (&["validate", "policy.hujson", "--deny-warnings"], 1)]
    {
        let run = server.run(&directory, arguments);
        assert_eq!(run.status, Some(status), "{}", run.stderr);
        assert!(run.stdout.starts_with("warning: Tailscale: `group:dba`: the group is empty"), "{}", run.stdout);
        assert_eq!(run.stderr, "policy.hujson: Tailscale accepts the policy: no errors, 1 warning\n");
    }
}

#[test]
fn an_answer_that_is_not_a_verdict_is_a_failure() {
    let directory = with_policy("failures", POLICY);
    let body = |text: &str| Fault::Body(text.as_bytes().to_vec());
    for (flavour, fault, words) in [
        (Flavour::Tailscale, body("ok"), "the server's verdict on the policy is not understood"),
        (Flavour::Tailscale, body("{\"status\": \"fine\"}"), "is not understood"),
        (Flavour::Tailscale, Fault::Html(200), "is not understood"),
        (Flavour::Tailscale, Fault::Html(502), "status 502"),
        (Flavour::Tailscale, Fault::Status(404, String::new()), "no such tailnet"),
        (Flavour::Tailscale, Fault::CutAfter, "no whole answer"),
        (
            Flavour::Headscale029,
            Fault::Status(404, String::new()),
            "this version of headscale cannot validate a policy",
        ),
    ] {
        let server = Server::start(ControlPlane::new(flavour));
        for _ in 0..3 {
            server.plane().fail(Call::Validate, fault.clone());
        }
        let run = server.run(&directory, &["validate", "policy.hujson"]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{fault:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(words), "{fault:?}: {}", run.stderr);
        assert!(!run.stderr.contains("SECRET"), "{}", run.stderr);
    }
}

#[test]
fn what_is_missing_is_named() {
    let directory = with_policy("missing", POLICY);
    let mut command = process::command(PROGRAM, &directory, &["validate", "policy.hujson"]);
    let run: process::Run = command.output().unwrap().into();
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("TAILSCALE_API_KEY"), "{}", run.stderr);

    let server = Server::start(ControlPlane::default());
    server.plane().credentials.limit("reader", &["users:read"]);
    let run = server.run_as("reader", &directory, &["validate", "policy.hujson"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("policy_file:read") && run.stderr.contains("(request REQ-"), "{}", run.stderr);

    fs::write(directory.join("empty.hujson"), " \n").unwrap();
    let run = server.run(&directory, &["validate", "empty.hujson"]);
    assert_eq!((run.status, server.plane().requests.len()), (Some(2), 1));
    assert!(run.stderr.starts_with("error: `empty.hujson` is empty\n"), "{}", run.stderr);
    let run = server.run(&directory, &["validate", "policy.hujson", "--timeout", "soon"]);
    assert!(run.status == Some(2) && run.stderr.contains("write a time such as 90s or 2m"), "{}", run.stderr);
}

/// A policy with destinations that the control plane for tests knows in its previews.
const ADDRESSES: &str = r#"{
	"groups": {"group:dba": ["alice@example.com"]},
	"grants": [
		{"src": ["group:dba"], "dst": ["100.64.0.3"], "ip": ["tcp:5432"]},
		{"src": ["autogroup:member"], "dst": ["100.64.0.2"], "ip": ["tcp:443", "udp:53"]},
		{"src": ["*"], "dst": ["100.64.0.1"], "ip": ["8000-9000"]},
	],
}
"#;

#[test]
fn answers_are_compared_with_the_servers() {
    let server = Server::start(ControlPlane::default());
    let directory = with_policy("cross_check", ADDRESSES);
    let run = server.run(&directory, &["validate", "policy.hujson", "--cross-check"]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    let last = run.stderr.lines().last().unwrap();
    assert!(
        last.starts_with("policy.hujson: ") && last.contains(" compared") && last.ends_with(": no differences"),
        "{last}"
    );

    // A server that knows of no rule for a user who has one.
    server.plane().fail(Call::Preview, Fault::Body(b"{\"matches\": []}".to_vec()));
    let run = server.run(&directory, &["validate", "policy.hujson", "--cross-check"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let said = "error: `alice@example.com` to `100.64.0.3:5432`: this program allows it, and Tailscale does not\n\
        help: this is a mistake in this program; please report it with the rules concerned\n";
    assert!(run.stderr.contains(said), "{}", run.stderr);
}
