//! Backups, and the pushes that restore them.

use std::fs;

use super::super::POLICY;
use super::{Push, formatted, new};

/// Returns the words of the command that a push has printed.
fn restore_command(stderr: &str) -> Vec<String> {
    let line = stderr.lines().find_map(|line| line.strip_prefix("saved the live policy; `policy ")).unwrap();
    line.split('`').next().unwrap().split(' ').map(str::to_owned).collect()
}

#[test]
fn the_printed_command_restores_the_bytes() {
    let push = Push::new("restore");
    let run = push.run(&["--yes"]);
    let command = restore_command(&run.stderr);
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.push("--yes");
    let run = push.run_words(&words);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(push.live(), POLICY);
    assert_eq!(push.backups().len(), 2);
    // It names the version that it replaces, so it works once.
    push.server.plane().edit(formatted(&new().replace("8443", "8444")));
    assert_eq!(push.run_words(&words).status, Some(1));
}

#[test]
fn a_backup_is_for_one_tailnet_and_unchanged() {
    let push = Push::new("another");
    assert_eq!(push.run(&["--yes"]).status, Some(0));
    let backup = push.backups().pop().unwrap();
    let path = backup.to_str().unwrap();
    let other = Push::new("another-tailnet");
    let run = other.run_words(&["push", "--restore", path, "--yes"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("is a backup of the credential's tailnet at"), "{}", run.stderr);
    fs::write(&backup, POLICY.replace("443", "444")).unwrap();
    let run = push.run_words(&["push", "--restore", path, "--yes"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("is not the text that was saved"), "{}", run.stderr);
    let run = push.run_words(&["push", "policy.hujson", "--restore", path]);
    assert_eq!(run.status, Some(2));
}
