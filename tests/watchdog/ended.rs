//! Pushes and watchdogs that are ended, stopped and hung up at every point.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use policy_test_support::require;

use crate::harness::{NEW, OLD, OTHER, Push, Tailnet, at_once, eventually, is_running, script, signal, watchdog_of};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(1500);
/// A wait that is not over before a push has ended, even on a machine that is busy.
const LONGER: Duration = Duration::from_secs(8);

#[test]
fn a_push_that_is_killed_before_the_write_changes_nothing() {
    let tailnet = Tailnet::new("killed-before").set("PAUSE_BEFORE_WRITE", "60000");
    let mut push = tailnet.push(SHORT);
    let id = push.until("ready");
    let watchdog = watchdog_of(push.id());
    push.kill();
    assert!(is_running(watchdog));
    assert!(tailnet.result(&id).contains("\"not-written\""));
    assert_eq!(tailnet.history(), [OLD]);
    eventually(|| (!is_running(watchdog)).then_some(()));
    let (status, words) = tailnet.confirm(Some(&id));
    assert_eq!(status, Some(2), "{words}");
}

#[test]
fn a_push_that_is_killed_after_the_write_is_put_back() {
    // After the write, and before the watchdog has heard of it.
    let tailnet = Tailnet::new("killed-after").set("PAUSE_AFTER_WRITE", "60000");
    let mut push = tailnet.push(SHORT);
    let id = push.until("ready");
    push.until("written");
    push.kill();
    assert_eq!(tailnet.live(), NEW);
    assert!(tailnet.result(&id).contains("\"put-back\""));
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn a_push_that_is_killed_after_the_write_can_be_confirmed() {
    at_once([("word", "written"), ("wait", "waiting")], |(name, last_word)| {
        let mut tailnet = Tailnet::new(&format!("killed-confirmed-{name}"));
        if last_word == "written" {
            tailnet = tailnet.set("PAUSE_AFTER_WRITE", "60000");
        }
        let mut push = tailnet.push(LONG);
        let id = push.until("ready");
        push.until(last_word);
        push.kill();
        let (status, words) = tailnet.confirm(Some(&id));
        assert_eq!(status, Some(0), "{words}");
        assert_eq!(tailnet.history(), [OLD, NEW]);
    });
}

#[test]
fn what_somebody_else_wrote_after_a_killed_push_stays() {
    let tailnet = Tailnet::new("killed-other").set("PAUSE_AFTER_WRITE", "60000");
    let mut push = tailnet.push(SHORT);
    let id = push.until("ready");
    push.until("written");
    push.kill();
    tailnet.plane().edit(OTHER);
    assert!(tailnet.result(&id).contains("\"changed-by-other\""));
    assert_eq!(tailnet.history(), [OLD, NEW, OTHER]);
}

#[test]
fn a_push_that_is_killed_while_it_waits_is_put_back() {
    at_once(["KILL", "TERM", "INT", "HUP"], |name| {
        let tailnet = Tailnet::new(&format!("signal-{name}"));
        let push = tailnet.push(LONGER);
        let id = push.until("ready");
        push.until("waiting");
        signal(name, push.id());
        let end = push.end();
        assert_eq!(end.status, None, "{name}: {end:?}");
        assert!(tailnet.result(&id).contains("\"put-back\""), "{name}");
        assert_eq!(tailnet.history(), [OLD, NEW, OLD], "{name}");
    });
}

#[test]
fn a_watchdog_of_a_push_that_was_stopped_before_the_write_still_watches() {
    let tailnet = Tailnet::new("stopped").set("PAUSE_BEFORE_WRITE", "1000");
    let push = tailnet.push(SHORT);
    push.until("ready");
    let watchdog = watchdog_of(push.id());
    signal("STOP", push.id());
    thread::sleep(SHORT * 2);
    assert!(is_running(watchdog));
    assert_eq!(tailnet.history(), [OLD]);
    signal("CONT", push.id());
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn a_push_that_is_stopped_after_the_write_is_put_back_in_the_meantime() {
    let tailnet = Tailnet::new("stopped-after");
    let push = tailnet.push(SHORT);
    let id = push.until("ready");
    push.until("waiting");
    signal("STOP", push.id());
    assert!(tailnet.result(&id).contains("\"put-back\""));
    signal("CONT", push.id());
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
}

#[test]
fn a_watchdog_that_is_told_to_end_puts_back_at_once() {
    let tailnet = Tailnet::new("terminated");
    let push = tailnet.push(LONG);
    push.until("waiting");
    let (watchdog, start) = (watchdog_of(push.id()), Instant::now());
    // These come from terminals, and are not for the watchdog.
    signal("HUP", watchdog);
    signal("INT", watchdog);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(tailnet.live(), NEW);
    signal("TERM", watchdog);
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert!(end.output.contains("because the watchdog was told to end"), "{end:?}");
    assert!(start.elapsed() < LONG / 2);
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn if_the_watchdog_is_killed_the_push_puts_back() {
    let tailnet = Tailnet::new("watchdog-killed");
    let push = tailnet.push(LONG);
    let id = push.until("ready");
    push.until("waiting");
    signal("KILL", watchdog_of(push.id()));
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert!(end.output.contains("because the watchdog was ended from outside"), "{end:?}");
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
    let (status, words) = tailnet.confirm(Some(&id));
    assert_eq!(status, Some(2));
    assert!(words.contains("is not running, so nothing puts the old policy back"), "{words}");
}

#[test]
fn if_the_watchdog_is_killed_before_the_write_nothing_is_written() {
    let tailnet = Tailnet::new("watchdog-killed-before").set("PAUSE_BEFORE_WRITE", "1000");
    let push = tailnet.push(LONG);
    push.until("ready");
    signal("KILL", watchdog_of(push.id()));
    let end = push.end();
    assert_eq!(end.status, Some(2), "{end:?}");
    assert_eq!(tailnet.history(), [OLD]);
}

/// Starts a push in a terminal of its own, which is closed when the returned process is killed.
fn push_in_terminal(tailnet: &Tailnet, wait: Duration, command: &str) -> Option<Push> {
    let terminal = require::program("script")?;
    let (program, push) = (env!("CARGO_BIN_EXE_watched-push"), tailnet.state.join("push.sh"));
    let (state, wait) = (tailnet.state.display(), wait.as_millis());
    script(&push, &format!("#!/bin/sh\nexec '{program}' push '{state}' '{NEW}' {wait}\n"));
    let mut terminal = Command::new(terminal);
    terminal.args(["-q", "-c", &command.replace("PUSH", push.to_str().unwrap()), "/dev/null"]).stderr(Stdio::null());
    tailnet.variables.iter().for_each(|(name, value)| {
        terminal.env(name, value);
    });
    Some(Push::start(&mut terminal))
}

#[test]
fn a_push_whose_terminal_is_closed_is_put_back() {
    // The push alone in its terminal, in the foreground of a shell, and in that of a shell with jobs that hangs them up.
    at_once(
        [
            ("alone", "exec PUSH"),
            ("shell", "PUSH; echo after"),
            ("jobs", "exec bash -O huponexit -mc 'PUSH; echo after'"),
        ],
        |(name, command)| {
            let tailnet = Tailnet::new(&format!("terminal-{name}"));
            let Some(mut terminal) = push_in_terminal(&tailnet, LONGER, command) else { return };
            let id = terminal.until("ready");
            terminal.until("waiting");
            terminal.kill();
            let state = tailnet.state.to_str().unwrap();
            let is_push = |line: &str| line.contains(" push ") && line.contains(state) && line.contains("watched-push");
            eventually(|| {
                let processes = Command::new("ps").args(["-A", "-o", "args="]).output().unwrap();
                (!String::from_utf8_lossy(&processes.stdout).lines().any(is_push)).then_some(())
            });
            assert_eq!(tailnet.live(), NEW, "{name}: the push has ended, and the watchdog waits");
            assert!(tailnet.result(&id).contains("\"put-back\""), "{name}");
            assert_eq!(tailnet.history(), [OLD, NEW, OLD], "{name}");
        },
    );
}

#[test]
fn enter_in_a_terminal_confirms() {
    let tailnet = Tailnet::new("terminal-enter");
    let Some(mut terminal) = push_in_terminal(&tailnet, LONG, "exec PUSH") else { return };
    let id = terminal.until("ready");
    terminal.until("waiting");
    terminal.press_enter();
    assert!(tailnet.result(&id).contains("\"enter\""));
    assert_eq!(tailnet.history(), [OLD, NEW]);
}
