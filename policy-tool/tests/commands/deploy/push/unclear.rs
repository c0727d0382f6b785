//! Pushes during which something else happens.

use policy_control_plane::{Call, Fault};

use super::super::POLICY;
use super::{Push, foreign, formatted, new};

#[test]
fn somebody_else_may_be_first() {
    let push = Push::new("first");
    push.server.plane().fail(Call::WritePolicy, Fault::OtherWriter(foreign()));
    let run = push.run(&["--yes"]);
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("error: somebody changed the live policy in the meantime"), "{}", run.stderr);
    assert!(run.stderr.contains("help: push again, which compares with the new version"), "{}", run.stderr);
    assert_eq!(push.live(), foreign());
}

#[test]
fn a_cut_connection_is_cleared_up_by_reading() {
    for (name, fault) in [("after", Fault::CutAfter), ("before", Fault::CutBefore), ("within", Fault::CutWithin)] {
        let push = Push::new(name);
        push.server.plane().fail(Call::WritePolicy, fault);
        let run = push.run(&["--yes"]);
        assert_eq!(run.status, Some(0), "{name}: {}", run.stderr);
        let stored: Vec<String> = push.server.plane().history.iter().map(|stored| stored.text.clone()).collect();
        assert_eq!(stored, [POLICY.to_owned(), formatted(&new())], "{name}");
    }
}

#[test]
fn another_policy_after_the_write_is_a_reason_to_look() {
    for (name, fault, said) in [
        ("other", Fault::OtherWriterAfter(foreign()), "the policy was written, but another one is live"),
        ("forgets", Fault::Forgets, "the server accepted the policy, but the old one is still live"),
    ] {
        let push = Push::new(name);
        push.server.plane().fail(Call::WritePolicy, fault);
        let run = push.run(&["--yes", "--log", "log"]);
        assert_eq!(run.status, Some(4), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(said) && run.stderr.contains("help: run `policy drift` now"), "{}", run.stderr);
        let log = std::fs::read_to_string(push.directory.join("log")).unwrap();
        assert!(log.contains(r#""outcome":"unsure""#), "{log}");
    }
}

#[test]
fn missing_scopes_are_said() {
    let push = Push::new("scopes");
    push.server.plane().credentials.limit("alice", &["policy_file"]);
    let run = push.run(&["--yes"]);
    assert!(run.stderr.contains("note: no devices"), "{}", run.stderr);
    assert!(run.stderr.contains("these scopes: devices:core:read"), "{}", run.stderr);
    assert!(run.stdout.contains("users and devices are not known"), "{}{}", run.stdout, run.stderr);
}
