use std::fs;

use policy_control_plane::{Call, ControlPlane, Fault, Flavour};
use policy_test_support::process;

use super::{POLICY, Server, git};
use crate::directory;

/// A text that is not formatted, to see that no byte changes.
const LIVE: &str = "// Ours.\n{\"grants\": [],\r\n  \"tagOwners\": {}}";

#[test]
fn the_policy_is_written_as_it_is() {
    for flavour in [Flavour::Tailscale, Flavour::Headscale030, Flavour::Headscale029] {
        let server = Server::start(ControlPlane::with_policy_in(flavour, LIVE));
        let directory = directory("deploy/pull/written");
        for arguments in [&["pull"][..], &["pull", "-"]] {
            let run = server.run(&directory, arguments);
            assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), LIVE, ""));
        }
        let run = server.run(&directory, &["pull", "policy.hujson"]);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
        assert_eq!(fs::read_to_string(directory.join("policy.hujson")).unwrap(), LIVE);
        assert_eq!(process::names(&directory), ["policy.hujson"]);
    }
}

#[test]
fn a_check_writes_nothing() {
    let server = Server::start(ControlPlane::with_policy(LIVE));
    let directory = directory("deploy/pull/check");
    let run = server.run(&directory, &["pull", "--check", "policy.hujson"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stdout.contains("+// Ours.\n"), "{}", run.stdout);
    let said = "error: `policy.hujson` is out of date\nhelp: write it with `policy pull policy.hujson`\n";
    assert_eq!((run.stderr.as_str(), process::names(&directory).len()), (said, 0));
    fs::write(directory.join("policy.hujson"), LIVE).unwrap();
    let run = server.run(&directory, &["pull", "--check", "policy.hujson"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn what_is_not_committed_is_not_lost() {
    let server = Server::start(ControlPlane::with_policy(LIVE));
    let directory = directory("deploy/pull/uncommitted");
    let file = directory.join("policy.hujson");
    let pull = |arguments: &[&str]| server.run(&directory, &[&["pull", "policy.hujson"], arguments].concat());
    let refused = "error: `policy.hujson` is not replaced, because its content is not committed\n\
        help: commit it, or use `--force`\n";
    git(&directory, &["init", "-q"]);
    fs::write(&file, POLICY).unwrap();
    let run = pull(&[]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(2), refused));
    assert_eq!(fs::read_to_string(&file).unwrap(), POLICY);
    git(&directory, &["add", "."]);
    git(&directory, &["commit", "-q", "-m", "one"]);
    assert_eq!(pull(&[]).status, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), LIVE);
    // The same content is no reason to refuse, nor to write.
    assert_eq!(pull(&[]).status, Some(0));
    fs::write(&file, "{}").unwrap();
    assert_eq!(pull(&[]).status, Some(2));
    assert_eq!(pull(&["--force"]).status, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), LIVE);
}

#[test]
fn every_command_reads_the_facts() {
    let server = Server::start(ControlPlane::with_policy(POLICY));
    let directory = directory("deploy/pull/facts");
    let run = server.run(&directory, &["pull", "policy.hujson", "--facts", "a/facts"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    let files = ["attributes.json", "devices.json", "services.json", "users.json"];
    assert_eq!(process::names(&directory.join("a/facts")), files);
    let mut arguments = vec!["compile".to_owned(), "policy.hujson".to_owned()];
    arguments.extend(files.iter().flat_map(|file| ["--tailnet".to_owned(), format!("a/facts/{file}")]));
    let compiled = process::run(crate::PROGRAM, &directory, &arguments);
    assert_eq!((compiled.status, compiled.stderr.as_str()), (Some(0), ""), "{}", compiled.stdout);
    assert!(compiled.stdout.contains("\"db\"") && compiled.stdout.contains("\"alice-laptop\""), "{}", compiled.stdout);
}

const HEADSCALE: &str = r#"{
    "tagOwners": {"tag:web": ["alice@example.com"], "tag:db": ["alice@example.com"], "tag:router": ["alice@example.com"]},
    "acls": [{"action": "accept", "src": ["alice@example.com"], "dst": ["tag:web:443"]}],
}"#;

#[test]
fn facts_of_headscale_are_read_too() {
    for flavour in [Flavour::Headscale030, Flavour::Headscale029] {
        let server = Server::start(ControlPlane::with_policy_in(flavour, HEADSCALE));
        let directory = directory("deploy/pull/headscale");
        let run = server.run(&directory, &["pull", "policy.hujson", "--facts", "facts"]);
        assert_eq!(run.status, Some(0), "{}", run.stderr);
        let notes = "note: no services: headscale has no services\n\
            note: no attributes: headscale has no posture attributes\n";
        assert_eq!(run.stderr, notes, "{flavour:?}");
        let facts = ["compile", "policy.hujson", "--tailnet", "facts/devices.json", "--tailnet", "facts/users.json"];
        let compiled = process::run(crate::PROGRAM, &directory, &facts);
        assert_eq!((compiled.status, compiled.stderr.as_str()), (Some(0), ""), "{flavour:?}: {}", compiled.stdout);
        assert!(compiled.stdout.contains("100.64.0.1"), "{}", compiled.stdout);
    }
}

#[test]
fn a_list_that_the_credential_may_not_see_is_left_out() {
    let server = Server::start(ControlPlane::with_policy(POLICY));
    let directory = directory("deploy/pull/scopes");
    server.plane().credentials.limit("some", &["policy_file:read", "users:read"]);
    server.plane().credentials.limit("none", &["policy_file:read"]);
    let run = server.run_as("some", &directory, &["pull", "--facts", "some"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    for scope in ["devices:core:read", "services:read"] {
        assert!(run.stderr.contains("note: no ") && run.stderr.contains(scope), "{}", run.stderr);
    }
    assert_eq!(process::names(&directory.join("some")), ["users.json"]);
    let run = server.run_as("none", &directory, &["pull", "--facts", "none"]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(!directory.join("none").exists());
}

#[test]
fn the_policy_can_be_converted_to_rust() {
    let server = Server::start(ControlPlane::with_policy(POLICY));
    let directory = directory("deploy/pull/rust");
    let run = server.run(&directory, &["pull", "--rust", "tailnet.rs"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    fs::write(directory.join("policy.hujson"), POLICY).unwrap();
    let imported = process::successful(crate::policy(&directory, &["import", "policy.hujson"]));
    assert_eq!(fs::read_to_string(directory.join("tailnet.rs")).unwrap(), imported);
    server.plane().edit("{");
    let run = server.run(&directory, &["pull", "--rust", "tailnet.rs"]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--> <live policy>:1:2"), "{}", run.stderr);
}

#[test]
fn a_failure_writes_nothing() {
    let server = Server::start(ControlPlane::with_policy(LIVE));
    let directory = directory("deploy/pull/failures");
    for fault in
        [Fault::Html(200), Fault::NoETag, Fault::not_utf8(), Fault::CutAfter, Fault::Status(500, String::new())]
    {
        server.plane().fail(Call::ReadPolicy, fault.clone());
        let run = server.run(&directory, &["pull", "policy.hujson"]);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{fault:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{fault:?}: {}", run.stderr);
    }
    let run = server.run(&directory, &["pull", "git:HEAD:policy.hujson"]);
    assert!(
        run.status == Some(2) && run.stderr.contains("a file in a git revision cannot be written"),
        "{}",
        run.stderr
    );
    for (arguments, help) in [
        (["pull", "tailnet.rs"].as_slice(), "convert it with `policy pull --rust tailnet.rs`"),
        (&["pull", "--rust", "policy.hujson"], "name a file that ends in `.rs`"),
    ] {
        let run = server.run(&directory, arguments);
        assert!(run.status == Some(2) && run.stderr.ends_with(&format!("help: {help}\n")), "{}", run.stderr);
    }
    assert_eq!(process::names(&directory).len(), 0);
}
