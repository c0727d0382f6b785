//! Clocks that are set, and machines that sleep, during the wait.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use policy_test_support::require;

use crate::harness::{NEW, OLD, Push, Tailnet, script, signal, watchdog_of};

const LONG: Duration = Duration::from_secs(60);

/// Starts a push whose watchdog sees the wall clock that `set` sets.
fn push_with_clock(name: &str, wait: Duration) -> Option<(Tailnet, Push)> {
    let faketime = require::program("faketime")?;
    let tailnet = Tailnet::new(name);
    let (clock, program) = (tailnet.state.join("clock"), tailnet.state.join("watchdog"));
    fs::write(&clock, "+0").unwrap();
    let text = format!(
        "#!/bin/sh\nexport FAKETIME_TIMESTAMP_FILE='{}' FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1\n\
         unset FAKETIME; exec '{}' -f +0 /usr/bin/env -u FAKETIME '{}' \"$@\"\n",
        clock.display(),
        faketime.display(),
        env!("CARGO_BIN_EXE_watched-push")
    );
    script(&program, &text);
    let tailnet = tailnet.set("WATCHDOG", program.to_str().unwrap());
    let push = tailnet.push(wait);
    push.until("waiting");
    Some((tailnet, push))
}

fn set(tailnet: &Tailnet, offset: &str) {
    let (clock, new) = (tailnet.state.join("clock"), tailnet.state.join("clock.new"));
    fs::write(&new, offset).unwrap();
    fs::rename(new, clock).unwrap();
}

#[test]
fn a_wall_clock_that_goes_back_does_not_make_the_wait_longer() {
    let wait = Duration::from_secs(3);
    let Some((tailnet, push)) = push_with_clock("clock-back", wait) else { return };
    let start = Instant::now();
    thread::sleep(Duration::from_millis(500));
    set(&tailnet, "-3600");
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert!(start.elapsed() < wait + Duration::from_secs(8), "{:?}", start.elapsed());
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn a_wall_clock_that_goes_forward_ends_the_wait_like_sleep_does() {
    let Some((tailnet, push)) = push_with_clock("clock-forward", LONG) else { return };
    let start = Instant::now();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(tailnet.live(), NEW);
    set(&tailnet, "+3600");
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert!(start.elapsed() < LONG / 2);
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn a_watchdog_that_was_stopped_through_the_end_of_the_wait_acts_when_it_goes_on() {
    let tailnet = Tailnet::new("clock-stopped");
    let push = tailnet.push(Duration::from_millis(1500));
    push.until("waiting");
    let watchdog = watchdog_of(push.id());
    signal("STOP", watchdog);
    thread::sleep(Duration::from_secs(3));
    assert_eq!(tailnet.live(), NEW);
    signal("CONT", watchdog);
    let end = push.end();
    assert_eq!(end.status, Some(3), "{end:?}");
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}
