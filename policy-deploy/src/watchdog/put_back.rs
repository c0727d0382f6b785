//! One attempt to put the old policy back.

use std::time::Duration;

use super::conclusion::{PutBackReason, WatchOutcome};
use crate::api::{ApiErrorKind, Client, PolicyVersion, Revision};
use crate::etag::is_same_policy;
use crate::push::{Answer, Backup, PutBack, Session, Sight, put_back};

/// The versions that the watchdog knows.
pub(super) struct KnownVersions {
    pub(super) old: Backup,
    pub(super) wanted: String,
    /// The name of the version that the push wrote, if the push has said so.
    pub(super) written: Option<Revision>,
    /// Whether a write of the old policy may still arrive, at a server that would carry out every write.
    pub(super) is_write_pending: bool,
}

/// Which of the known versions is live.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LiveVersion {
    Old,
    /// The one that the push wrote, with its name for a conditional write.
    Ours(Revision),
    Other,
}

/// The result of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Over(WatchOutcome),
    /// It has to be tried again, for this reason.
    Again(String),
}

impl KnownVersions {
    pub(super) fn find(&self, live: &PolicyVersion) -> LiveVersion {
        let is_ours = match &self.written {
            Some(written) => live.revision == *written,
            None => is_same_policy(&live.text, &self.wanted),
        };
        if is_ours {
            LiveVersion::Ours(live.revision.clone())
        } else if is_same_policy(&live.text, &self.old.text) {
            LiveVersion::Old
        } else {
            LiveVersion::Other
        }
    }

    /// Puts the old policy back if our version is live. It only replaces that version, so it can be repeated. Where the
    /// server has no conditional write, it only reads after a write without an answer.
    pub(super) fn put_back(&mut self, client: &Client, reason: PutBackReason) -> Attempt {
        // A read also gets a new token if the one of the last read has expired, and a write does not.
        let live = match client.read_policy() {
            Ok(live) => live,
            Err(error) => return Attempt::Again(error.to_string()),
        };
        let written = match self.find(&live) {
            LiveVersion::Ours(revision) => revision,
            LiveVersion::Old if self.written.is_some() => return Attempt::Over(WatchOutcome::PutBack(reason)),
            LiveVersion::Old => return Attempt::Over(WatchOutcome::NotWritten),
            LiveVersion::Other => return Attempt::Over(WatchOutcome::ChangedByOther),
        };
        self.written = Some(written.clone());
        if self.is_write_pending {
            return Attempt::Again("the server has not answered to the write, and still has the new policy".to_owned());
        }
        let mut session = Session::new(client);
        let mut wait = |time: Duration| std::thread::sleep(time);
        match put_back(&mut session, &self.old, &written, &mut wait) {
            PutBack::Done(_) => Attempt::Over(WatchOutcome::PutBack(reason)),
            PutBack::Superseded(_) | PutBack::Unsure { sight: Sight::Other(_), .. } => {
                Attempt::Over(WatchOutcome::ChangedByOther)
            }
            // The server has read the policy, and will not accept it the next time either.
            PutBack::Failed(error) if matches!(error.kind, ApiErrorKind::Status(400) | ApiErrorKind::NotSupported) => {
                Attempt::Over(WatchOutcome::Failed(error.to_string()))
            }
            PutBack::Failed(error) => Attempt::Again(error.to_string()),
            PutBack::Unsure { answer, sight } => {
                self.is_write_pending = answer.is_some() && matches!(written, Revision::Unguarded { .. });
                Attempt::Again(match (sight, answer) {
                    (Sight::Unread(error), _) | (_, Some(Answer::Unknown(error))) => error.to_string(),
                    (Sight::New(_) | Sight::Old(_) | Sight::Other(_), Some(Answer::Accepted) | None) => {
                        "the server accepted the old policy, but still has the new one".to_owned()
                    }
                })
            }
        }
    }
}
