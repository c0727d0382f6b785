//! Pushes that wait for a confirmation.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use policy_test_support::process::Run;

use super::super::POLICY;
use super::{Push, formatted, new};

/// Returns the id in the words that the push says while it waits.
fn id(stderr: &str) -> String {
    let rest = stderr.split("push confirm ").nth(1).unwrap();
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[test]
fn a_probe_confirms() {
    let push = Push::new("probe");
    let run = push.run(&["--yes", "--confirm-within", "1m", "--probe", "true"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("the push was confirmed by the probe at "), "{}", run.stdout);
    assert_eq!(push.live(), formatted(&new()));
}

#[test]
fn without_a_confirmation_the_old_policy_is_back() {
    let push = Push::new("unconfirmed");
    let start = Instant::now();
    let probe = "echo no way >&2; echo key=$TAILSCALE_API_KEY; false";
    let run = push.run(&["--yes", "--confirm-within", "10s", "--probe", probe, "--log", "log"]);
    assert_eq!(run.status, Some(3), "{}", run.stderr);
    assert!(start.elapsed() >= Duration::from_secs(10));
    assert!(run.stderr.contains("error: the old policy was put back at "), "{}", run.stderr);
    assert!(run.stderr.contains("the probe failed: ") && run.stderr.contains("no way\nkey=\n"), "{}", run.stderr);
    let stored: Vec<String> = push.server.plane().history.iter().map(|stored| stored.text.clone()).collect();
    assert_eq!(stored, [POLICY.to_owned(), formatted(&new()), POLICY.to_owned()]);
    let log = std::fs::read_to_string(push.directory.join("log")).unwrap();
    assert!(log.contains(r#""outcome":"put-back""#), "{log}");
    // Another session learns what happened.
    let run = push.run_words(&["push", "confirm", &id(&run.stderr)]);
    assert_eq!(run.status, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("error: the old policy was put back at "), "{}", run.stderr);
}

#[test]
fn another_session_confirms() {
    let push = Push::new("session");
    let mut command =
        push.server.command("alice", &push.directory, &["push", "policy.hujson", "--yes", "--confirm-within=1m"]);
    command.env("XDG_STATE_HOME", push.state()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiting = command.spawn().unwrap();
    let start = Instant::now();
    while push.live() == POLICY && start.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(20));
    }
    let run = push.run_words(&["push", "confirm", "wrong1"]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("error: no push `wrong1` waits"), "{}", run.stderr);
    let run = push.run_words(&["push", "confirm"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let said = "the push was confirmed by `push confirm` at ";
    assert!(run.stdout.starts_with(said), "{}", run.stdout);
    let run: Run = waiting.wait_with_output().unwrap().into();
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains(said), "{}", run.stdout);
    assert_eq!(push.live(), formatted(&new()));
    let run = push.run_words(&["push", "confirm"]);
    assert_eq!(run.status, Some(2));
    assert!(run.stderr.contains("error: no push waits for a confirmation"), "{}", run.stderr);
}

#[test]
fn a_wait_that_cannot_be_kept_is_refused() {
    let push = Push::new("refused-wait");
    for (time, status, said) in [
        ("5s", 1, "`--confirm-within 5s` is less than 10s"),
        ("25h", 1, "`--confirm-within 25h` is more than 24h"),
        ("soon", 2, "write a time such as"),
    ] {
        let run = push.run(&["--yes", "--confirm-within", time]);
        assert_eq!(run.status, Some(status), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    assert_eq!(push.versions(), 1);
}
