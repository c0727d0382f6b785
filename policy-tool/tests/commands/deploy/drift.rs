use std::fs;
use std::path::PathBuf;

use policy_control_plane::{Call, ControlPlane, Fault, Flavour};

use super::{POLICY, Server, git};
use crate::directory;

/// Returns a repository with three versions of a policy. The newest is [`POLICY`].
fn repository(test: &str) -> PathBuf {
    let directory = directory(&format!("deploy/drift/{test}"));
    git(&directory, &["init", "-q"]);
    for (subject, text) in
        [("one", old()), ("two", POLICY.replace("tcp:443", "tcp:8443").replace("web:443", "web:8443"))]
    {
        commit(&directory, subject, &text);
    }
    git(&directory, &["checkout", "-q", "-b", "side"]);
    commit(&directory, "aside", &side());
    git(&directory, &["checkout", "-q", "main"]);
    commit(&directory, "three", POLICY);
    directory
}

fn commit(directory: &std::path::Path, subject: &str, text: &str) {
    fs::write(directory.join("policy.hujson"), text).unwrap();
    git(directory, &["add", "."]);
    git(directory, &["commit", "-q", "-m", subject]);
}

fn old() -> String {
    POLICY.replace("tcp:5432", "tcp:5433")
}

fn side() -> String {
    POLICY.replace("tcp:5432", "tcp:5434")
}

#[test]
fn the_same_policy_needs_nothing_else() {
    for flavour in [Flavour::Tailscale, Flavour::Headscale030] {
        let text = if flavour == Flavour::Tailscale { POLICY } else { "{\n\t\"grants\": [],\n}\n" };
        let server = Server::start(ControlPlane::with_policy_in(flavour, text));
        let directory = directory("deploy/drift/same");
        fs::write(directory.join("policy.hujson"), text).unwrap();
        let run = server.run(&directory, &["drift", "policy.hujson"]);
        let said = "The tailnet has the policy of policy.hujson.\n";
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), said, ""));
        // For another address than Tailscale's, the client also finds out which server it is.
        let plane = server.plane();
        let others: Vec<&str> = plane.requests.iter().map(|request| request.target.as_str()).collect();
        assert!(others.iter().all(|target| target.ends_with("/acl") || target.ends_with("/policy")), "{others:?}");
    }
}

#[test]
fn the_live_version_is_found_in_git() {
    let directory = repository("versions");
    for (live, said) in [
        (old(), " (2027-03-31, one), 2 versions behind the current commit.\n"),
        (side(), " (2027-03-31, aside) of `side`, which the current commit does not contain.\n"),
        (
            POLICY.replace("5432", "22"),
            "It is none of the 4 versions in git, so it was edited elsewhere, or pushed without a commit.\n",
        ),
    ] {
        let server = Server::start(ControlPlane::with_policy(live));
        let run = server.run(&directory, &["drift", "policy.hujson"]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        assert!(
            run.stdout.starts_with("The tailnet's policy gives other access than policy.hujson.\n"),
            "{}",
            run.stdout
        );
        assert!(run.stdout.contains(said), "{}", run.stdout);
        assert!(run.stdout.contains("  - group:dba -> 100.64.0.3 tcp:5432 "), "{}", run.stdout);
    }
    let server = Server::start(ControlPlane::default());
    let run = server.run(&directory, &["drift", "policy.hujson"]);
    assert!(run.stdout.contains("\nIt is the policy that a new tailnet gets.\n"), "{}", run.stdout);
    // A policy in a revision is a version of its file, and another file can be named.
    let server = Server::start(ControlPlane::with_policy(old()));
    let run = server.run(&directory, &["drift", "git:HEAD:policy.hujson", "--history", "policy.hujson"]);
    assert!(run.stdout.contains(" (2027-03-31, one), 2 versions behind"), "{}", run.stdout);
}

#[test]
fn the_audit_log_says_who_it_was() {
    let directory = repository("audit");
    let server = Server::start(ControlPlane::with_policy(POLICY));
    server.plane().edit(POLICY.replace("5432", "22"));
    let run = server.run(&directory, &["drift", "policy.hujson"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), ""));
    let line = run.stdout.lines().nth(2).unwrap();
    assert!(
        line.starts_with("`somebody-else@example.com` stored it on 20") && line.ends_with("Z, in the admin console."),
        "{}",
        run.stdout
    );
    server.plane().credentials.limit("reader", &["policy_file:read"]);
    let run = server.run_as("reader", &directory, &["drift", "policy.hujson"]);
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.starts_with("note: it is not known who changed the policy: "), "{}", run.stderr);
    assert!(run.stderr.contains("logs:configuration:read"), "{}", run.stderr);
}

#[test]
fn other_text_is_told_from_other_access() {
    let directory = repository("text");
    for (live, said) in [
        (format!("// New\n{POLICY}"), "differs from policy.hujson only in comments and layout."),
        (
            POLICY.replace("\"src\": [\"group:dba\"]", "\"src\": [\"alice@example.com\"]"),
            "The text of the tailnet's policy differs from policy.hujson. Everyone has the same access.",
        ),
        (
            POLICY.replace("group:dba\"]", "group:dbo\"]"),
            "The tailnet's policy has errors, so only the texts are compared.",
        ),
        ("{".to_owned(), "The tailnet's policy has errors, so only the texts are compared."),
    ] {
        let server = Server::start(ControlPlane::with_policy(live));
        let run = server.run(&directory, &["drift", "policy.hujson"]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        assert!(run.stdout.lines().next().unwrap().ends_with(said), "{}", run.stdout);
        assert!(run.stdout.contains("\n--- policy.hujson\n+++ <live policy>\n@@ "), "{}", run.stdout);
    }
}

#[test]
fn a_policy_of_ours_with_errors_is_compared_as_text() {
    let directory = directory("deploy/drift/errors");
    fs::write(directory.join("policy.hujson"), POLICY.replace("tag:web\"]", "tag:wbe\"]")).unwrap();
    let server = Server::start(ControlPlane::with_policy(POLICY));
    let run = server.run(&directory, &["drift", "policy.hujson"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains(" policy.hujson has errors, so only the texts are compared.\n"), "{}", run.stdout);
    let said =
        "It is not known whether it was ever a version of ours, because git has no version of `policy.hujson`.\n";
    let outside = "It is not known whether it was ever a version of ours, because there is no git repository.\n";
    assert!(run.stdout.contains(said) || run.stdout.contains(outside), "{}", run.stdout);
}

#[test]
fn tests_can_fail_without_an_edit() {
    let directory = directory("deploy/drift/facts");
    // Only an admin may reach the web server, and an admin may lose the role.
    let policy = POLICY.replace("autogroup:member\"]", "autogroup:admin\"]");
    fs::write(directory.join("policy.hujson"), &policy).unwrap();
    let server = Server::start(ControlPlane::with_policy(policy));
    let demote = |role: &str| {
        let mut plane = server.plane();
        let users = plane.tailnet.users["users"].as_array_mut().unwrap();
        let alice = users.iter_mut().find(|user| user["loginName"] == "alice@example.com").unwrap();
        alice["role"] = role.into();
    };
    demote("admin");
    let run = server.run(&directory, &["drift", "policy.hujson", "--facts"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    assert!(
        run.stdout.ends_with("policy.hujson has no errors: its tests pass, and its invariants hold.\n"),
        "{}",
        run.stdout
    );
    demote("member");
    assert_eq!(server.run(&directory, &["drift", "policy.hujson"]).status, Some(0));
    let run = server.run(&directory, &["drift", "policy.hujson", "--facts"]);
    assert_eq!(run.status, Some(1), "{}", run.stdout);
    assert!(run.stdout.starts_with("The tailnet has the policy of policy.hujson.\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("In the present tailnet, the policy has errors:\nerror[failing-test]"),
        "{}",
        run.stdout
    );
}

#[test]
fn each_format_says_the_same() {
    let directory = repository("formats");
    let server = Server::start(ControlPlane::with_policy(POLICY.replace("5432", "22")));
    let drift = |format: &str| server.run(&directory, &["drift", "policy.hujson", "--format", format]).stdout;
    assert!(drift("md").starts_with("### Drift of the tailnet's policy\n\nThe tailnet's policy gives other access"));
    assert!(drift("github").starts_with("::error title=policy drift::The tailnet's policy gives other access"));
    let json: serde_json::Value = serde_json::from_str(&drift("json")).unwrap();
    assert_eq!((json["difference"].as_str(), json["standing"]["kind"].as_str()), (Some("access"), Some("unknown")));
    assert_eq!(json["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn without_an_answer_nothing_is_said() {
    let directory = repository("failures");
    let server = Server::start(ControlPlane::with_policy(POLICY));
    for fault in [Fault::Html(200), Fault::NoETag, Fault::CutAfter, Fault::Status(403, String::new())] {
        server.plane().fail(Call::ReadPolicy, fault.clone());
        let run = server.run(&directory, &["drift", "policy.hujson"]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{fault:?}: {}", run.stderr);
    }
    let run = server.run(&directory, &["drift", "none.hujson"]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
}
