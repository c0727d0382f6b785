//! Pushes on a terminal.

use std::fs;

use policy_test_support::process::Run;
use policy_test_support::terminal;

use super::super::POLICY;
use super::{Push, formatted, new};

/// Runs `push` on a terminal, and answers its question.
fn run(push: &Push, answer: &str) -> Option<Run> {
    let mut command = push.server.command("alice", &push.directory, &["push", "policy.hujson"]);
    terminal::run(command.env("XDG_STATE_HOME", push.state()), answer)
}

#[test]
fn only_a_yes_writes() {
    for (answer, status, is_written) in [("y\\n", 0, true), ("n\\n", 1, false), ("\\n", 1, false), ("\\x04", 1, false)]
    {
        let push = Push::new(&format!("terminal-{}", answer.trim_start_matches('\\')));
        let Some(run) = run(&push, answer) else { return };
        assert_eq!(run.status, Some(status), "{answer}: {}", run.stdout);
        assert!(run.stdout.contains("Write it? [y/N]"), "{}", run.stdout);
        let expected = if is_written { formatted(&new()) } else { POLICY.to_owned() };
        assert_eq!(push.live(), expected, "{answer}");
        let end = if is_written { "\r\u{1b}[Kthe policy is live\r\n" } else { "you did not approve the push" };
        assert!(run.stdout.contains(end), "{:?}", run.stdout);
    }
}

#[test]
fn an_interrupt_before_the_write_changes_nothing_and_says_so() {
    let push = Push::new("terminal-interrupt");
    let Some(run) = run(&push, "\\x03") else { return };
    assert_eq!(run.status, Some(130), "{}", run.stdout);
    assert!(run.stdout.contains("interrupted; nothing was written to the tailnet"), "{}", run.stdout);
    assert_eq!(push.live(), POLICY);
    assert!(!fs::exists(push.state().join("policy/backups")).unwrap());
}
