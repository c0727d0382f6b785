//! Pushes that stop before they write anything.

use std::fs;

use policy_control_plane::{Call, ControlPlane, Fault};

use super::super::POLICY;
use super::{Push, foreign, new};

/// Runs a push that must stop, and checks that nothing was written.
#[track_caller]
fn assert_stops(push: &Push, arguments: &[&str], status: i32, said: &str) {
    let (live, versions) = (push.live(), push.versions());
    let run = push.run(arguments);
    assert_eq!(run.status, Some(status), "{arguments:?}: {}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(said), "{arguments:?}: {said}: {}", run.stderr);
    assert_eq!((push.live(), push.versions()), (live, versions), "{arguments:?}");
}

#[test]
fn nobody_approves_without_a_terminal() {
    let push = Push::new("terminal");
    assert_stops(
        &push,
        &[],
        1,
        "error: nobody can approve this push: stdin and stderr are not a terminal\nhelp: review",
    );
    assert_stops(&push, &["--format", "json"], 1, "only `--format text` asks");
    assert_stops(&push, &["--yes", "--dry-run"], 2, "cannot be used with");
    assert_stops(&push, &["--probe", "true"], 2, "--confirm-within");
}

#[test]
fn a_policy_with_errors_or_failing_tests_is_not_pushed() {
    for (name, text, said) in [
        ("error", POLICY.replace("[\"tag:web\"], \"ip\"", "[\"tag:wbe\"], \"ip\""), "error[undefined-tag]"),
        ("test", POLICY.replace("tag:web:443", "tag:web:444"), "error[failing-test]"),
        (
            "ended",
            POLICY.replace("\t\t{\"src\": [\"group", "\t\t// policy: until 2020-01-01\n\t\t{\"src\": [\"group"),
            "error[expired]",
        ),
        ("empty", String::new(), "error"),
    ] {
        let push = Push::new(name);
        push.write(&text);
        assert_stops(&push, &["--yes"], if name == "empty" { 2 } else { 1 }, said);
        assert!(push.server.plane().requests.is_empty(), "{name}");
    }
    let push = Push::new("invariant");
    fs::write(push.directory.join("policy.invariants"), "never autogroup:member -> tag:web on tcp:8443;\n").unwrap();
    assert_stops(&push, &["--yes"], 1, "error[broken-invariant]");
}

#[test]
fn a_change_of_somebody_else_is_not_overwritten() {
    let push = Push::with("foreign", ControlPlane::with_policy(POLICY));
    push.server.plane().edit(foreign());
    assert_stops(&push, &["--yes"], 1, "may contain somebody else's change: it is not the version in git");
    assert_stops(&push, &["--yes"], 1, "`somebody-else@example.com` stored it on");
    assert_stops(&push, &["--yes", "--overwrite", &push.etag(POLICY)], 1, "and not the version");
    assert_stops(&push, &["--yes", "--overwrite", "abc"], 2, "64 hexadecimal digits");
    let run = push.run(&["--yes", "--overwrite", &push.etag(&foreign())]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let stored: Vec<String> = push.server.plane().history.iter().map(|stored| stored.text.clone()).collect();
    assert_eq!(stored, [POLICY.to_owned(), foreign(), super::formatted(&new())]);
}

#[test]
fn a_guard_stops_and_the_operator_accepts() {
    // Alice is the owner, and loses port 22 of the database.
    let live = POLICY.replace("\"tcp:5432\"]", "\"tcp:5432\", \"tcp:22\"]");
    let push = Push::with("guard", ControlPlane::with_policy(live.clone()));
    let overwrite = push.etag(&live);
    let with = |more: &[&str]| -> Vec<String> {
        [&["--yes", "--overwrite", &overwrite], more].concat().iter().map(|word| (*word).to_owned()).collect()
    };
    let words = with(&[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_stops(
        &push,
        &words,
        1,
        "error: 1 guard stops this push: `administrators`\nhelp: change the policy; or push with \
        `--accept administrators` to accept what they found",
    );
    let run = push.run(&words);
    assert!(run.stdout.contains("loses `db` on `tcp:22`  (<live policy>:"), "{}", run.stdout);
    let words = with(&["--accept", "administrators", "--log", "log"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let run = push.run(&words);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("✗ administrators keep port 22 and Tailscale SSH  (accepted)"), "{}", run.stdout);
    let log = fs::read_to_string(push.directory.join("log")).unwrap();
    assert!(log.contains(r#"{"accepted":true,"name":"administrators","result":"violated"}"#), "{log}");
}

#[test]
fn options_make_guards_stricter() {
    let push = Push::new("stricter");
    assert_stops(&push, &["--yes", "--deny-new-access"], 1, "1 guard stops this push: `new-access`");
    fs::write(push.directory.join("keep.invariants"), "never autogroup:member -> tag:web on tcp:8443;\n").unwrap();
    assert_stops(&push, &["--yes", "--keep", "keep.invariants"], 1, "1 guard stops this push: `invariants`");
    assert_stops(&push, &["--yes", "--keep", "nothing.invariants"], 2, "there is no file");
    assert_stops(&push, &["--yes", "--me", "no-such-device"], 1, "`this-machine`");
}

#[test]
fn a_policy_that_allows_everything_needs_its_own_option() {
    let push = Push::new("open");
    push.write("{}\n");
    assert_stops(&push, &["--yes"], 1, "--allow-open");
    push.write("{\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}\n");
    assert_stops(&push, &["--yes"], 1, "2 guards stop this push: `tag-owners`, `open-tailnet`");
    let run = push.run(&["--yes", "--allow-open", "--accept", "tag-owners"]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_live_policy_that_cannot_be_read_is_not_replaced_by_accident() {
    for (name, live) in
        [("syntax", "{ nonsense"), ("errors", r#"{"grants": [{"src": ["tag:x"], "dst": ["*"], "ip": ["*"]}]}"#)]
    {
        let push = Push::with(name, ControlPlane::with_policy(live));
        let overwrite = push.etag(live);
        assert_stops(&push, &["--yes", "--overwrite", &overwrite], 1, "--force-unreadable");
        let run = push.run(&["--yes", "--overwrite", &overwrite, "--force-unreadable"]);
        assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("--- <live policy>\n+++ <new policy>\n"), "{}", run.stdout);
        assert!(run.stdout.contains("? administrators keep port 22 and Tailscale SSH  (accepted)"), "{}", run.stdout);
    }
}

#[test]
fn the_server_may_refuse() {
    let push = Push::new("refused");
    let answer = r#"{"message": "line 11, column 12: no such tag"}"#;
    push.server.plane().fail(Call::Validate, Fault::Body(answer.into()));
    let run = push.run(&["--yes"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("the server would refuse the policy: `line 11, column 12: no such tag`"),
        "{}",
        run.stderr
    );
    // The text that was sent is formatted, and the file is not.
    assert!(run.stdout.contains(" --> policy.hujson:9:"), "{}", run.stdout);
    assert_eq!(push.versions(), 1);
}

#[test]
fn an_answer_that_is_not_understood_never_passes() {
    for (name, call, fault, said) in [
        ("no-etag", Call::ReadPolicy, Fault::NoETag, "ETag"),
        ("weak", Call::ReadPolicy, Fault::WeakETag, "ETag"),
        ("html-200", Call::ReadPolicy, Fault::Html(200), "error"),
        ("not-utf8", Call::ReadPolicy, Fault::not_utf8(), "UTF-8"),
        ("redirect", Call::ReadPolicy, Fault::Redirect("http://192.0.2.1/".into()), "error"),
        ("forbidden", Call::ReadPolicy, Fault::Status(403, "{}".into()), "scope"),
        ("html-validate", Call::Validate, Fault::Html(200), "error"),
        ("array-validate", Call::Validate, Fault::Body(b"[]".to_vec()), "error"),
        ("write-403", Call::WritePolicy, Fault::Status(403, "{}".into()), "nothing was written"),
    ] {
        let push = Push::new(name);
        push.server.plane().fail(call, fault);
        assert_stops(&push, &["--yes"], 2, said);
    }
}

#[test]
fn what_the_push_needs_is_checked_before_the_write() {
    let push = Push::new("needs");
    assert_stops(&push, &["--yes", "--log", "no/such/folder"], 2, "cannot write the log `no/such/folder`");
    assert_stops(&push, &["--yes", "--backup-dir", "policy.hujson"], 2, "cannot create `policy.hujson`");
    assert_stops(&push, &["--yes", "--plan-out", "plan.json"], 2, "--dry-run");
    let mut command = push.server.command("alice", &push.directory, &["push", "policy.hujson", "--yes"]);
    let run = command.env_remove("TAILSCALE_API_KEY").output().unwrap();
    assert_eq!(run.status.code(), Some(2));
}
