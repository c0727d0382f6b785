//! Puts the old policy back.

use crate::api::{ApiError, ApiErrorKind, PolicyVersion, Revision};

use super::backup::Backup;
use super::replace::{Answer, Replaced, Sight, look, replace};
use super::session::{Session, Wait};

/// The end of an attempt to put the old policy back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutBack {
    /// The old policy is stored.
    Done(PolicyVersion),
    /// Somebody has replaced our version already. Their version is stored, and was not touched.
    Superseded(PolicyVersion),
    /// Nothing was written. Our version is still stored, as far as is known.
    Failed(ApiError),
    /// It is not known whether the old policy was written, or it was replaced since.
    Unsure {
        /// The server's answer to the write. `None` if it refused, because another version was stored.
        answer: Option<Answer>,
        /// What is stored.
        sight: Sight,
    },
}

/// Puts the old policy back, if the stored version is still `written`, the one that our push wrote. A version that
/// somebody has written since is not touched.
pub fn put_back(session: &mut Session<'_>, backup: &Backup, written: &Revision, wait: Wait<'_>) -> PutBack {
    if !backup.can_be_put_back() {
        let message = "the old policy is empty, and an empty write would reset the tailnet's policy";
        return PutBack::Failed(ApiError::new(ApiErrorKind::NotSent, message));
    }
    match replace(session, &backup.text, written, wait) {
        Replaced::Done(version) => PutBack::Done(version),
        Replaced::Refused(error) => PutBack::Failed(error),
        Replaced::Conflict(_) => match look(session, &backup.text, written, wait) {
            Sight::New(version) => PutBack::Done(version),
            Sight::Other(version) => PutBack::Superseded(version),
            sight @ (Sight::Old(_) | Sight::Unread(_)) => PutBack::Unsure { answer: None, sight },
        },
        Replaced::Unsure { answer, sight } => PutBack::Unsure { answer: Some(answer), sight },
    }
}
