//! Replaces a stored policy, and reads what is stored afterwards.

use std::time::Duration;

use crate::api::{ApiError, PolicyVersion, Revision, WriteError};
use crate::etag::is_same_policy;

use super::session::{Session, Wait};

/// The pauses between readings after a write. They give a server time whose readings lag behind its writes.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// What is stored after a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The text that was to be written.
    New(PolicyVersion),
    /// The version that was to be replaced.
    Old(PolicyVersion),
    /// Another version, which somebody else wrote.
    Other(PolicyVersion),
    /// It could not be read.
    Unread(ApiError),
}

/// The server's answer to a write, if it did not refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It accepted.
    Accepted,
    /// It did not answer, or its answer is not understood.
    Unknown(ApiError),
}

/// The end of an attempt to replace a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// The new text is stored.
    Done(PolicyVersion),
    /// Another version was stored already. Nothing was written.
    Conflict(ApiError),
    /// The server refused. Nothing was written.
    Refused(ApiError),
    /// The text may have been written, and it is not what is stored, as far as that could be read.
    Unsure {
        /// The server's answer to the last write.
        answer: Answer,
        /// What is stored. It is never [`Sight::New`].
        sight: Sight,
    },
}

/// Replaces `old` with `new`, if it is still stored.
///
/// A write without an answer is sent once more if the old version is still stored after a while. If both arrive, the
/// server refuses the second one, because it replaces the same version. A server without conditional writes would carry
/// out both, and the late one could overwrite what somebody else has written since. So it gets only one.
pub(super) fn replace(session: &mut Session<'_>, new: &str, old: &Revision, wait: Wait<'_>) -> Replaced {
    let answer = match session.write(new, old) {
        Ok(_) => Answer::Accepted,
        Err(WriteError::Conflict(error)) => return Replaced::Conflict(error),
        Err(WriteError::Refused(error)) => return Replaced::Refused(error),
        Err(WriteError::Unknown(error)) => Answer::Unknown(error),
    };
    let sight = look(session, new, old, wait);
    if let (Answer::Unknown(first), Sight::Old(_), Revision::ETag(_)) = (&answer, &sight, old) {
        let answer = match session.write(new, old) {
            Ok(_) => Answer::Accepted,
            // A refusal says nothing about the first write, which may still arrive.
            Err(_) => Answer::Unknown(first.clone()),
        };
        return end(answer, look(session, new, old, wait));
    }
    end(answer, sight)
}

fn end(answer: Answer, sight: Sight) -> Replaced {
    match sight {
        Sight::New(version) => Replaced::Done(version),
        sight @ (Sight::Old(_) | Sight::Other(_) | Sight::Unread(_)) => Replaced::Unsure { answer, sight },
    }
}

/// Reads what is stored after a write. It reads again while it sees the old version or nothing.
pub(super) fn look(session: &mut Session<'_>, new: &str, old: &Revision, wait: Wait<'_>) -> Sight {
    let mut sight = look_once(session, new, old);
    for pause in PAUSES {
        match sight {
            Sight::New(_) | Sight::Other(_) => break,
            Sight::Old(_) | Sight::Unread(_) => {
                wait(pause);
                sight = look_once(session, new, old);
            }
        }
    }
    sight
}

fn look_once(session: &mut Session<'_>, new: &str, old: &Revision) -> Sight {
    match session.read() {
        Ok(version) if is_same_policy(&version.text, new) => Sight::New(version),
        Ok(version) if version.revision == *old => Sight::Old(version),
        Ok(version) => Sight::Other(version),
        Err(error) => Sight::Unread(error),
    }
}
