//! The end of a push.

use std::fmt;

use crate::api::ApiError;
use crate::etag::ETag;

use super::put_back::PutBack;
use super::replace::{Answer, Sight};
use super::stop::Stop;
use super::version_name::version_name;

/// The end of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The wanted policy was live already.
    AlreadyLive,
    /// The wanted policy is live, and confirmed if that was asked for.
    Live,
    /// Nothing was written.
    Stopped(Stop),
    /// The wanted policy was written, and the old one was put back. The clause says why.
    PutBack(String),
    /// The wanted policy was written or may have been, and something else is live or may be.
    Unsure(Unsure),
}

/// The reason why it is not known that the right policy is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// After the write.
    Written {
        /// The server's answer.
        answer: Answer,
        /// What is live. It is never [`Sight::New`].
        sight: Sight,
    },
    /// The old policy had to be put back, and that did not succeed.
    NotPutBack {
        /// Why it had to be put back, as a clause.
        reason: String,
        /// The end of the attempt. It is never [`PutBack::Done`].
        put_back: PutBack,
    },
}

impl Outcome {
    /// Returns the outcome if the old policy had to be put back.
    pub(super) fn of_put_back(reason: String, put_back: PutBack) -> Outcome {
        match put_back {
            PutBack::Done(_) => Outcome::PutBack(reason),
            PutBack::Superseded(_) | PutBack::Failed(_) | PutBack::Unsure { .. } => {
                Outcome::Unsure(Unsure::NotPutBack { reason, put_back })
            }
        }
    }

    /// Returns the exit status.
    ///
    /// | status | means |
    /// | --- | --- |
    /// | 0 | the wanted policy is live |
    /// | 1 | stopped, nothing was written |
    /// | 2 | could not, nothing was written |
    /// | 3 | written, and put back |
    /// | 4 | written or perhaps written, and something else is live or may be |
    pub fn exit_status(&self) -> u8 {
        match self {
            Outcome::AlreadyLive | Outcome::Live => 0,
            Outcome::Stopped(stop) => stop.exit_status(),
            Outcome::PutBack(_) => 3,
            Outcome::Unsure(_) => 4,
        }
    }

    /// Returns its name in logs and JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::AlreadyLive => "already-live",
            Outcome::Live => "live",
            Outcome::Stopped(_) => "stopped",
            Outcome::PutBack(_) => "put-back",
            Outcome::Unsure(_) => "unsure",
        }
    }

    /// Returns a help that says what to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Outcome::AlreadyLive | Outcome::Live | Outcome::PutBack(_) => None,
            Outcome::Stopped(stop) => stop.help(),
            Outcome::Unsure(_) => Some("run `policy drift` now to see what is live".to_owned()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::AlreadyLive => f.write_str("the policy is already live"),
            Outcome::Live => f.write_str("the policy is live"),
            Outcome::Stopped(stop) => stop.fmt(f),
            Outcome::PutBack(reason) => write!(f, "the old policy is live again, because {reason}"),
            Outcome::Unsure(unsure) => unsure.fmt(f),
        }
    }
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsure::Written { answer: Answer::Accepted, sight } => match sight {
                Sight::Old(_) => f.write_str("the server accepted the policy, but the old one is still live"),
                Sight::New(version) | Sight::Other(version) => {
                    let live = version_name(version);
                    write!(f, "the policy was written, but another one is live: `{}`", live.short())
                }
                Sight::Unread(error) => write!(f, "the policy was written, but it is not known what is live: {error}"),
            },
            Unsure::Written { answer: Answer::Unknown(answer), sight } => {
                write!(f, "it is not known whether the policy was written: {answer}")?;
                live(f, sight)
            }
            Unsure::NotPutBack { reason, put_back } => {
                write!(f, "the old policy should be put back, because {reason}, but ")?;
                match put_back {
                    PutBack::Done(version) | PutBack::Superseded(version) => {
                        let live = version_name(version);
                        write!(
                            f,
                            "somebody has changed the policy since: `{}` is live, and was not touched",
                            live.short()
                        )
                    }
                    PutBack::Failed(error) => write!(f, "nothing was written: {error}"),
                    PutBack::Unsure { answer, sight } => {
                        match answer {
                            Some(Answer::Accepted) => f.write_str("the server accepted it")?,
                            Some(Answer::Unknown(error)) => {
                                write!(f, "it is not known whether it was written: {error}")?
                            }
                            None => f.write_str("the server says that the policy has changed since")?,
                        }
                        match sight {
                            Sight::Old(_) => f.write_str(", and the new policy is still live"),
                            Sight::New(_) | Sight::Other(_) | Sight::Unread(_) => live(f, sight),
                        }
                    }
                }
            }
        }
    }
}

/// Adds what is live after a write.
fn live(f: &mut fmt::Formatter<'_>, sight: &Sight) -> fmt::Result {
    let is_live = |f: &mut fmt::Formatter<'_>, live: ETag| write!(f, ", and `{}` is live", live.short());
    match sight {
        Sight::Old(_) => f.write_str(", and the old one is still live"),
        Sight::New(version) | Sight::Other(version) => is_live(f, version_name(version)),
        Sight::Unread(error) => unread(f, error),
    }
}

fn unread(f: &mut fmt::Formatter<'_>, error: &ApiError) -> fmt::Result {
    write!(f, ", and the live policy cannot be read: {error}")
}
