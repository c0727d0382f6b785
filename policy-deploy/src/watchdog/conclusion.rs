//! How a wait for a confirmation ended.

use std::fmt;

use policy_core::json::{Value, json};

use super::fields::text_of;
use crate::api::{ApiError, ApiErrorKind, PolicyVersion, Revision};
use crate::etag::is_same_policy;
use crate::push::{self, Answer, Backup, PutBack, Sight};
use crate::timestamp::Timestamp;

/// The way in which a push was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmedBy {
    /// Enter at the terminal of the push.
    Enter,
    /// `push confirm` in another session.
    Command,
    /// The command of `--probe` succeeded.
    Probe,
}

/// The reason why the old policy is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutBackReason {
    /// Nobody confirmed the push in time.
    TimeUp,
    /// The operator asked for it.
    Asked,
    /// The watchdog was told to end, for example because the machine shuts down. Nobody could confirm after that.
    Terminated,
}

/// How a wait for a confirmation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchOutcome {
    /// The push is confirmed, and the new policy stays.
    Confirmed(ConfirmedBy),
    /// The old policy is live again, and the watchdog has verified it.
    PutBack(PutBackReason),
    /// The old policy is live, and the push has not said that it wrote.
    NotWritten,
    /// Neither the new nor the old policy is live. The watchdog has not touched it.
    ChangedByOther,
    /// The old policy could not be put back, or it is not known whether it was.
    Failed(String),
}

/// How and when a wait for a confirmation ended. `Display` writes it as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// How.
    pub outcome: WatchOutcome,
    /// When.
    pub at: Timestamp,
}

impl Conclusion {
    /// Creates the conclusion of this second.
    pub(super) fn now(outcome: WatchOutcome) -> Conclusion {
        Conclusion { outcome, at: Timestamp::now() }
    }

    /// Returns the exit status of a push that ends like this: 0 if the new policy stays, 2 if nothing was written, 3 if
    /// the old policy is live again, and 4 if somebody has to look now.
    pub fn exit_status(&self) -> u8 {
        match self.outcome {
            WatchOutcome::Confirmed(_) => 0,
            WatchOutcome::NotWritten => 2,
            WatchOutcome::PutBack(_) => 3,
            WatchOutcome::ChangedByOther | WatchOutcome::Failed(_) => 4,
        }
    }

    /// Returns what the operator has to do, if there is something.
    pub fn help(&self) -> Option<&'static str> {
        match self.outcome {
            WatchOutcome::Confirmed(_) | WatchOutcome::PutBack(_) | WatchOutcome::NotWritten => None,
            WatchOutcome::ChangedByOther => {
                Some("look at the live policy with `pull`, and push again if it is not right")
            }
            WatchOutcome::Failed(_) => {
                Some("look at the live policy now, and restore the backup with `push --restore`")
            }
        }
    }

    /// Returns it in the form of a push that asked for a confirmation. `live` is what the push reads after the wait, and
    /// only adds to what is known.
    pub fn into_confirmation(
        self,
        backup: &Backup,
        written: &PolicyVersion,
        live: Result<PolicyVersion, ApiError>,
    ) -> push::Confirmation {
        let sight = match live {
            Ok(live) if is_same_policy(&live.text, &backup.text) => Sight::New(live),
            Ok(live) if live.revision == written.revision => Sight::Old(live),
            Ok(live) => Sight::Other(live),
            Err(error) => Sight::Unread(error),
        };
        let unconfirmed = "it was not confirmed";
        let (reason, put_back) = match (self.outcome, sight) {
            (WatchOutcome::Confirmed(_), _) => return push::Confirmation::Keep,
            (WatchOutcome::PutBack(reason), Sight::New(live)) => (reason.to_string(), PutBack::Done(live)),
            (WatchOutcome::PutBack(reason), Sight::Other(live)) => (reason.to_string(), PutBack::Superseded(live)),
            // The watchdog has read it.
            (WatchOutcome::PutBack(reason), Sight::Unread(_)) => {
                let revision = Revision::ETag(backup.etag.clone());
                let old = PolicyVersion { text: backup.text.clone(), revision, request_id: None };
                (reason.to_string(), PutBack::Done(old))
            }
            (WatchOutcome::PutBack(reason), sight @ Sight::Old(_)) => {
                (reason.to_string(), PutBack::Unsure { answer: Some(Answer::Accepted), sight })
            }
            // The push knows that it wrote, so somebody has put the old policy back since.
            (WatchOutcome::NotWritten | WatchOutcome::ChangedByOther, Sight::New(live)) => {
                (unconfirmed.to_owned(), PutBack::Done(live))
            }
            (WatchOutcome::NotWritten | WatchOutcome::ChangedByOther, Sight::Other(live)) => {
                (unconfirmed.to_owned(), PutBack::Superseded(live))
            }
            (WatchOutcome::NotWritten | WatchOutcome::ChangedByOther, sight @ (Sight::Old(_) | Sight::Unread(_))) => {
                (unconfirmed.to_owned(), PutBack::Unsure { answer: None, sight })
            }
            (WatchOutcome::Failed(_), Sight::New(live)) => (unconfirmed.to_owned(), PutBack::Done(live)),
            (WatchOutcome::Failed(reason), sight @ (Sight::Old(_) | Sight::Other(_) | Sight::Unread(_))) => {
                let error = ApiError::new(ApiErrorKind::NoAnswer, reason);
                (unconfirmed.to_owned(), PutBack::Unsure { answer: Some(Answer::Unknown(error)), sight })
            }
        };
        push::Confirmation::HasPutBack(reason, put_back)
    }

    pub(super) fn to_json(&self) -> Value {
        let (name, detail) = match &self.outcome {
            WatchOutcome::Confirmed(by) => ("confirmed", by.name()),
            WatchOutcome::PutBack(reason) => ("put-back", reason.name()),
            WatchOutcome::NotWritten => ("not-written", ""),
            WatchOutcome::ChangedByOther => ("changed-by-other", ""),
            WatchOutcome::Failed(reason) => ("failed", reason.as_str()),
        };
        json!({"outcome": name, "detail": detail, "at": self.at.to_string()})
    }

    pub(super) fn from_json(value: &Value) -> Option<Conclusion> {
        let detail = text_of(value, "detail")?;
        let outcome = match text_of(value, "outcome")? {
            "confirmed" => WatchOutcome::Confirmed(ConfirmedBy::from_name(detail)?),
            "put-back" => WatchOutcome::PutBack(PutBackReason::from_name(detail)?),
            "not-written" => WatchOutcome::NotWritten,
            "changed-by-other" => WatchOutcome::ChangedByOther,
            "failed" => WatchOutcome::Failed(detail.to_owned()),
            _ => return None,
        };
        Some(Conclusion { outcome, at: text_of(value, "at")?.parse().ok()? })
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.at;
        match &self.outcome {
            WatchOutcome::Confirmed(ConfirmedBy::Enter) => write!(f, "the push was confirmed at {at}"),
            WatchOutcome::Confirmed(ConfirmedBy::Command) => {
                write!(f, "the push was confirmed by `push confirm` at {at}")
            }
            WatchOutcome::Confirmed(ConfirmedBy::Probe) => write!(f, "the push was confirmed by the probe at {at}"),
            WatchOutcome::PutBack(reason) => write!(f, "the old policy was put back at {at}, because {reason}"),
            WatchOutcome::NotWritten => {
                write!(f, "the push wrote nothing that stayed: the old policy was live at {at}")
            }
            WatchOutcome::ChangedByOther => {
                write!(f, "somebody else had changed the policy at {at}, so the old one was not put back")
            }
            WatchOutcome::Failed(reason) => {
                write!(f, "the old policy was not live at {at}, as far as is known: {reason}")
            }
        }
    }
}

impl fmt::Display for PutBackReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PutBackReason::TimeUp => "nobody confirmed the push in time",
            PutBackReason::Asked => "the operator asked for it",
            PutBackReason::Terminated => "the watchdog was told to end before the push was confirmed",
        })
    }
}

impl ConfirmedBy {
    const ALL: [ConfirmedBy; 3] = [ConfirmedBy::Enter, ConfirmedBy::Command, ConfirmedBy::Probe];

    pub(super) fn name(self) -> &'static str {
        match self {
            ConfirmedBy::Enter => "enter",
            ConfirmedBy::Command => "command",
            ConfirmedBy::Probe => "probe",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<ConfirmedBy> {
        ConfirmedBy::ALL.into_iter().find(|known| known.name() == name)
    }
}

impl PutBackReason {
    const ALL: [PutBackReason; 3] = [PutBackReason::TimeUp, PutBackReason::Asked, PutBackReason::Terminated];

    pub(super) fn name(self) -> &'static str {
        match self {
            PutBackReason::TimeUp => "time-up",
            PutBackReason::Asked => "asked",
            PutBackReason::Terminated => "terminated",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<PutBackReason> {
        PutBackReason::ALL.into_iter().find(|known| known.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etag::ETag;
    use crate::watchdog::message::tests::assignment;

    #[test]
    fn every_conclusion_has_words_a_status_and_a_form_for_the_pipe() {
        for (outcome, status, words) in [
            (WatchOutcome::Confirmed(ConfirmedBy::Enter), 0, "the push was confirmed at T"),
            (WatchOutcome::Confirmed(ConfirmedBy::Command), 0, "the push was confirmed by `push confirm` at T"),
            (WatchOutcome::Confirmed(ConfirmedBy::Probe), 0, "the push was confirmed by the probe at T"),
            (
                WatchOutcome::PutBack(PutBackReason::TimeUp),
                3,
                "the old policy was put back at T, because nobody confirmed the push in time",
            ),
            (
                WatchOutcome::PutBack(PutBackReason::Asked),
                3,
                "the old policy was put back at T, because the operator asked for it",
            ),
            (
                WatchOutcome::PutBack(PutBackReason::Terminated),
                3,
                "the old policy was put back at T, because the watchdog was told to end before the push was confirmed",
            ),
            (WatchOutcome::NotWritten, 2, "the push wrote nothing that stayed: the old policy was live at T"),
            (
                WatchOutcome::ChangedByOther,
                4,
                "somebody else had changed the policy at T, so the old one was not put back",
            ),
            (
                WatchOutcome::Failed("no \"route\"".into()),
                4,
                "the old policy was not live at T, as far as is known: no \"route\"",
            ),
        ] {
            let conclusion = Conclusion { outcome, at: "2027-03-30T23:59:59Z".parse().unwrap() };
            assert_eq!(conclusion.to_string(), words.replace('T', "2027-03-30T23:59:59Z"));
            assert_eq!(conclusion.exit_status(), status, "{words}");
            assert_eq!(conclusion.help().is_some(), status == 4, "{words}");
            assert_eq!(Conclusion::from_json(&conclusion.to_json()), Some(conclusion));
        }
        for value in
            [json!({}), json!({"outcome": "put-back", "detail": "x", "at": "2027-03-30T23:59:59Z"}), json!([1])]
        {
            assert_eq!(Conclusion::from_json(&value), None, "{value}");
        }
    }

    #[test]
    fn the_push_is_only_confirmed_or_put_back_if_that_was_seen() {
        let backup = assignment("-").backup;
        let version = |text: &str| PolicyVersion {
            text: text.to_owned(),
            revision: Revision::ETag(ETag::of_policy(text)),
            request_id: None,
        };
        let (old, written, other) = (version(&backup.text), version("{\"acls\": [1]}"), version("{\"acls\": [2]}"));
        let unread = || Err(ApiError::new(ApiErrorKind::NoAnswer, "no route"));
        let late = WatchOutcome::PutBack(PutBackReason::TimeUp);
        let failed = WatchOutcome::Failed("no route".into());
        for (outcome, live, expected) in [
            (WatchOutcome::Confirmed(ConfirmedBy::Enter), Ok(&written), "keep"),
            (WatchOutcome::Confirmed(ConfirmedBy::Enter), Ok(&other), "keep"),
            (WatchOutcome::Confirmed(ConfirmedBy::Enter), unread(), "keep"),
            (late.clone(), Ok(&old), "done"),
            (late.clone(), unread(), "done"),
            (late.clone(), Ok(&other), "superseded"),
            (late, Ok(&written), "unsure"),
            (WatchOutcome::ChangedByOther, Ok(&other), "superseded"),
            (WatchOutcome::ChangedByOther, Ok(&old), "done"),
            (WatchOutcome::ChangedByOther, Ok(&written), "unsure"),
            (WatchOutcome::ChangedByOther, unread(), "unsure"),
            (WatchOutcome::NotWritten, Ok(&old), "done"),
            (WatchOutcome::NotWritten, Ok(&written), "unsure"),
            (failed.clone(), Ok(&old), "done"),
            (failed.clone(), Ok(&written), "unsure"),
            (failed.clone(), Ok(&other), "unsure"),
            (failed, unread(), "unsure"),
        ] {
            let case = format!("{outcome:?} {live:?}");
            let confirmation = Conclusion::now(outcome).into_confirmation(&backup, &written, live.cloned());
            let found = match confirmation {
                push::Confirmation::Keep => "keep",
                push::Confirmation::HasPutBack(_, PutBack::Done(version)) => {
                    assert_eq!(version.text, backup.text, "{case}");
                    "done"
                }
                push::Confirmation::HasPutBack(_, PutBack::Superseded(_)) => "superseded",
                push::Confirmation::HasPutBack(_, PutBack::Unsure { .. }) => "unsure",
                other => panic!("{case}: {other:?}"),
            };
            assert_eq!(found, expected, "{case}");
        }
    }
}
