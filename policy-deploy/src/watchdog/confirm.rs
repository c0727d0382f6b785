//! The confirmation of a push from another session.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use super::conclusion::Conclusion;
use super::error::WatchdogError;
use super::pending::{PendingPush, PendingPushes};

/// How long a watchdog that only waits may need for its answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a watchdog that asks the server may need.
const DECISION: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);

/// A push, and how its wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcludedPush {
    /// The id of the push.
    pub id: String,
    /// How its wait ended, now or earlier.
    pub conclusion: Conclusion,
}

impl PendingPushes {
    /// Confirms a push, and returns what its watchdog did. Without an id, it confirms the only one that waits. The
    /// conclusion may be another than asked for: if the old policy was put back before, it says so.
    ///
    /// # Errors
    /// Fails if there is no such push, if it belongs to another user, or if its watchdog does not answer.
    pub fn confirm(&self, id: Option<&str>) -> Result<ConcludedPush, WatchdogError> {
        let pending = self.list()?;
        let id = match (id, pending.as_slice()) {
            (Some(id), _) => id.to_owned(),
            (None, [only]) => only.id.clone(),
            (None, []) => return Err(WatchdogError::new("no push waits for a confirmation")),
            (None, _) => {
                let message = format_args!("{} pushes wait for a confirmation", pending.len());
                return Err(WatchdogError::new(message).help(describe(&pending)));
            }
        };
        let Some(push) = self.find(&id)? else {
            let message = format_args!("no push `{id}` waits for a confirmation");
            return Err(WatchdogError::new(message).help(describe(&pending)));
        };
        if push.conclusion().is_none() {
            push.request_confirmation()?;
        }
        let start = Instant::now();
        loop {
            if let Some(conclusion) = push.conclusion() {
                return Ok(ConcludedPush { id, conclusion });
            }
            let is_deciding = push.is_deciding();
            if start.elapsed() > if is_deciding { DECISION } else { ANSWER } {
                return Err(no_answer(&id, is_deciding, push.describe().map(|push| push.backup)));
            }
            thread::sleep(POLL);
        }
    }
}

fn describe(pending: &[PendingPush]) -> String {
    let line = |push: &PendingPush| {
        format!("`push confirm {}` confirms the push to {}, which is put back at {}", push.id, push.target, push.until)
    };
    match pending {
        [] => "no other push waits either".to_owned(),
        _ => pending.iter().map(line).collect::<Vec<_>>().join("; "),
    }
}

fn no_answer(id: &str, is_deciding: bool, backup: Option<PathBuf>) -> WatchdogError {
    let message = if is_deciding {
        format!("the watchdog of push `{id}` has no answer from the server yet")
    } else {
        format!("the watchdog of push `{id}` is not running, so nothing puts the old policy back")
    };
    let backup = backup.map_or_else(String::new, |backup| format!("; the old policy is in `{}`", backup.display()));
    WatchdogError::new(message).help(format_args!("look at the live policy with `pull`{backup}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::message::tests::assignment;
    use crate::watchdog::{ConfirmedBy, WatchOutcome};

    fn pushes(name: &str) -> (PendingPushes, PathBuf) {
        let path = std::env::temp_dir().join(format!("policy-confirm-{}-{name}", std::process::id()));
        let _removed = std::fs::remove_dir_all(&path);
        (PendingPushes::new(&path), path)
    }

    #[test]
    fn a_push_that_is_not_pending_cannot_be_confirmed() {
        let (pushes, path) = pushes("unknown");
        let error = pushes.confirm(None).unwrap_err();
        assert_eq!(error, WatchdogError::new("no push waits for a confirmation"));
        let error = pushes.confirm(Some("../..")).unwrap_err();
        assert_eq!(error.message, "no push `../..` waits for a confirmation");

        let one = pushes.create(&assignment("one.example")).unwrap();
        let error = pushes.confirm(Some("zzzzzz")).unwrap_err();
        let help = error.help.unwrap();
        assert_eq!(error.message, "no push `zzzzzz` waits for a confirmation");
        assert!(help.starts_with(&format!(
            "`push confirm {}` confirms the push to `one.example` at `https://api.example`, which is",
            one.id
        )));

        let two = pushes.create(&assignment("two.example")).unwrap();
        let error = pushes.confirm(None).unwrap_err();
        assert_eq!(error.message, "2 pushes wait for a confirmation");
        assert!(error.help.is_some_and(|help| help.contains(&one.id) && help.contains(&two.id)));
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn what_the_watchdog_did_before_is_returned() {
        let (pushes, path) = pushes("before");
        let push = pushes.create(&assignment("one.example")).unwrap();
        let conclusion =
            Conclusion { outcome: WatchOutcome::ChangedByOther, at: "2027-03-30T23:59:59Z".parse().unwrap() };
        push.conclude(&conclusion).unwrap();
        let concluded = pushes.confirm(Some(&push.id)).unwrap();
        assert_eq!(concluded, ConcludedPush { id: push.id.clone(), conclusion });
        assert!(!push.is_confirmation_requested());
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn the_only_push_needs_no_id() {
        let (pushes, path) = pushes("only");
        let push = pushes.create(&assignment("one.example")).unwrap();
        let conclusion = Conclusion::now(WatchOutcome::Confirmed(ConfirmedBy::Command));
        let confirmed = thread::scope(|scope| {
            let confirmed = scope.spawn(|| pushes.confirm(None));
            while !push.is_confirmation_requested() {
                thread::sleep(POLL);
            }
            push.conclude(&conclusion).unwrap();
            confirmed.join().unwrap()
        });
        assert_eq!(confirmed, Ok(ConcludedPush { id: push.id, conclusion }));
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_watchdog_that_is_gone_is_reported() {
        let (pushes, path) = pushes("gone");
        let push = pushes.create(&assignment("one.example")).unwrap();
        let error = pushes.confirm(None).unwrap_err();
        assert_eq!(
            error.message,
            format!("the watchdog of push `{}` is not running, so nothing puts the old policy back", push.id)
        );
        assert_eq!(
            error.help.as_deref(),
            Some("look at the live policy with `pull`; the old policy is in `/backups/1.hujson`")
        );
        std::fs::remove_dir_all(path).unwrap();
    }
}
