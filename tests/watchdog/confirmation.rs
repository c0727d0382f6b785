//! Pushes that are confirmed, and pushes that are not.

use std::time::{Duration, Instant};

use crate::harness::{NEW, OLD, Tailnet, at_once};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(1500);

#[test]
fn enter_confirms() {
    let tailnet = Tailnet::new("enter");
    let mut push = tailnet.push(LONG);
    let id = push.until("ready");
    push.until("waiting");
    assert_eq!(tailnet.live(), NEW);
    push.press_enter();
    let end = push.end();
    assert_eq!(end.status, Some(0), "{end:?}");
    assert!(end.output.starts_with("the push was confirmed at 2"), "{end:?}");
    assert_eq!(tailnet.live(), NEW);
    assert!(tailnet.result(&id).contains("\"confirmed\""));
}

#[test]
fn another_session_confirms() {
    at_once([true, false], |gives_id| {
        let tailnet = Tailnet::new(&format!("session-{gives_id}"));
        let push = tailnet.push(LONG);
        let id = push.until("ready");
        push.until("waiting");
        let (status, words) = tailnet.confirm(gives_id.then_some(id.as_str()));
        assert_eq!(status, Some(0), "{words}");
        assert!(words.starts_with("the push was confirmed by `push confirm` at 2"), "{words}");
        assert_eq!(push.end().status, Some(0));
        assert_eq!(tailnet.live(), NEW);

        // Later, it says the same.
        assert_eq!(tailnet.confirm(Some(&id)), (Some(0), words));
        let (status, words) = tailnet.confirm(None);
        assert_eq!((status, words.trim()), (Some(2), "no push waits for a confirmation"));
    });
}

#[test]
fn without_a_confirmation_the_old_policy_is_put_back() {
    let tailnet = Tailnet::new("unconfirmed");
    let push = tailnet.push(SHORT);
    let id = push.until("ready");
    push.until("waiting");
    let start = Instant::now();
    let end = push.end();
    assert!(start.elapsed() > SHORT - Duration::from_millis(200));
    assert_eq!(end.status, Some(3), "{end:?}");
    assert!(end.output.contains("because nobody confirmed the push in time"), "{end:?}");
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);

    // Then it is too late to confirm it.
    let (status, words) = tailnet.confirm(Some(&id));
    assert_eq!(status, Some(3));
    assert!(words.starts_with("the old policy was put back at 2"), "{words}");
    assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
}

#[test]
fn a_push_that_has_not_written_yet_cannot_be_confirmed_for_it() {
    let tailnet = Tailnet::new("early").set("PAUSE_BEFORE_WRITE", "2000");
    let push = tailnet.push(LONG);
    let id = push.until("ready");
    let (status, words) = tailnet.confirm(Some(&id));
    // It is confirmed when it has written.
    assert_eq!(status, Some(0), "{words}");
    assert_eq!(push.end().status, Some(0));
    assert_eq!(tailnet.live(), NEW);
}

#[test]
fn a_probe_confirms_when_it_succeeds() {
    let tailnet = Tailnet::new("probe");
    let mark = tailnet.state.join("works");
    let command = format!("test -e '{mark}' || {{ echo not yet; touch '{mark}'; false; }}", mark = mark.display());
    let tailnet = tailnet.set("PROBE", command);
    let push = tailnet.push(LONG);
    let end = push.end();
    assert_eq!(end.status, Some(0), "{end:?}");
    assert!(end.output.contains("the push was confirmed by the probe"), "{end:?}");
    assert!(end.output.contains("the probe failed: it ended with exit status 1: not yet"), "{end:?}");
    assert_eq!(tailnet.live(), NEW);
}

#[test]
fn a_probe_that_fails_does_not_confirm() {
    at_once(
        [
            ("fails", "echo no route; exit 7", "the probe failed: it ended with exit status 7: no route"),
            ("hangs", "echo trying; sleep 100", "the probe failed: it took longer than 0.5 seconds: trying"),
            ("credential", "echo \"<$TAILSCALE_API_KEY>\"; false", "the probe failed: it ended with exit status 1: <>"),
        ],
        |(name, command, failure)| {
            let tailnet = Tailnet::new(&format!("probe-{name}")).set("PROBE", command);
            let end = tailnet.push(SHORT).end();
            assert_eq!(end.status, Some(3), "{end:?}");
            assert!(end.output.contains(failure), "{end:?}");
            assert_eq!(tailnet.history(), [OLD, NEW, OLD]);
        },
    );
}
