//! Pushes on a terminal.

use std::fs;
use std::process::Command;

use policy_test_support::process::Run;
use policy_test_support::require;

use super::super::POLICY;
use super::{Push, formatted, new};

/// Runs a program on a terminal of its own, and types an answer when it asks.
const TERMINAL: &str = r#"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, answered = b"", False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not answered and b"[y/N]" in shown:
        os.write(terminal, sys.argv[1].encode().decode("unicode_escape").encode())
        answered = True
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.stdout.buffer.write(shown)
sys.exit(status if status >= 0 else 128 - status)
"#;

/// Runs `push` on a terminal, and answers its question.
fn run(push: &Push, answer: &str) -> Option<Run> {
    let python = require::python_with(&["pty"])?;
    let known = push.server.command("alice", &push.directory, &["push", "policy.hujson"]);
    let mut command = Command::new(python);
    command.args(["-c", TERMINAL, answer]).arg(known.get_program()).args(known.get_args());
    command.current_dir(&push.directory).env("XDG_STATE_HOME", push.state()).env("TERM", "xterm");
    for (name, value) in known.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Some(command.output().unwrap().into())
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
        if !is_written {
            assert!(run.stdout.contains("you did not approve the push"), "{}", run.stdout);
        }
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
