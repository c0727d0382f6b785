//! The reason why a push wrote nothing.

use std::fmt;

use crate::api::{ApiError, ApiErrorKind, Verdict};
use crate::etag::ETag;

use super::backup::BackupError;
use super::plan::StalePlan;
use super::refusal::Refusal;

/// The reason why a push wrote nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The wanted policy has neither `grants` nor `acls`, and the live one does.
    Opens,
    /// The live policy could not be read.
    Unread(ApiError),
    /// The live policy is not HuJSON. The clause says where.
    LiveUnreadable(String),
    /// The live policy has no text that could be put back.
    LiveEmpty,
    /// Somebody else wrote the live policy, or that cannot be ruled out.
    Foreign {
        /// The live version.
        live: ETag,
        /// Why, as a clause.
        reason: String,
    },
    /// Another version is live than the one that may be overwritten.
    OtherThanNamed {
        /// The version that may be overwritten.
        named: ETag,
        /// The live version.
        live: ETag,
    },
    /// The plan was approved for something else.
    StalePlan(StalePlan),
    /// The server would refuse the wanted policy.
    Rejected(Verdict),
    /// The server would refuse the live policy, so it could not be put back.
    LiveRejected(Verdict),
    /// The server did not say whether it would accept a policy.
    NotValidated(ApiError),
    /// The operator decided against it, or could not go on.
    Declined(Refusal),
    /// The live policy could not be saved.
    NoBackup(BackupError),
    /// Somebody changed the live policy while the push was under way. The server refused the write.
    Changed {
        /// The version that is live now, if it could be read.
        live: Option<ETag>,
    },
    /// The server refused the write, or nothing could be sent.
    Refused(ApiError),
}

impl Stop {
    /// Returns the exit status: 1 if the push was stopped, 2 if it could not be done.
    pub fn exit_status(&self) -> u8 {
        let is_failure = match self {
            Stop::Opens
            | Stop::LiveUnreadable(_)
            | Stop::LiveEmpty
            | Stop::Foreign { .. }
            | Stop::OtherThanNamed { .. }
            | Stop::StalePlan(_)
            | Stop::Rejected(_)
            | Stop::LiveRejected(_)
            | Stop::Changed { .. } => false,
            Stop::Unread(_) | Stop::NotValidated(_) | Stop::NoBackup(_) => true,
            Stop::Declined(refusal) => refusal.is_failure,
            // The server's verdict on the policy, from a server that has no call `validate`.
            Stop::Refused(error) => error.kind != ApiErrorKind::Status(400),
        };
        if is_failure { 2 } else { 1 }
    }

    /// Returns a help that says what to do.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Stop::Opens => "write the rules, or push with `--allow-open` if every device should reach every other one",
            Stop::LiveUnreadable(_) => "push with `--force-unreadable` to replace it without knowing what it allows",
            Stop::LiveEmpty => "push without `--confirm-within`",
            Stop::Foreign { live, .. } => {
                return Some(format!(
                    "run `policy drift` to see it and `policy pull` to keep it, or push with `--overwrite {live}` to \
                     replace exactly this version"
                ));
            }
            Stop::OtherThanNamed { .. } => "run `policy drift` to see what is live now",
            Stop::StalePlan(_) => "make a new plan with `--dry-run`, and have it reviewed",
            Stop::Rejected(_) => return None,
            Stop::LiveRejected(_) => "push without `--confirm-within`",
            Stop::Changed { .. } => "push again, which compares with the new version",
            Stop::Declined(refusal) => return refusal.help.clone(),
            Stop::NoBackup(error) => return error.help.clone(),
            Stop::Unread(error) | Stop::NotValidated(error) | Stop::Refused(error) => return error.help.clone(),
        };
        Some(help.to_owned())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Opens => f.write_str(
                "the policy has neither `grants` nor `acls`, so every device could reach every other one, and the live \
                 policy has rules",
            ),
            Stop::Unread(error) => write!(f, "cannot read the live policy: {error}"),
            Stop::LiveUnreadable(error) => write!(f, "the live policy is not HuJSON: {error}"),
            Stop::LiveEmpty => f.write_str("the live policy is empty, so it could not be put back"),
            Stop::Foreign { live, reason } => {
                write!(f, "the live policy `{}` may contain somebody else's change: {reason}", live.short())
            }
            Stop::OtherThanNamed { named, live } => {
                write!(f, "`{}` is live, and not the version `{}` that may be overwritten", live.short(), named.short())
            }
            Stop::StalePlan(stale) => stale.fmt(f),
            Stop::Rejected(verdict) => write!(f, "the server would refuse the policy: {}", first(verdict)),
            Stop::LiveRejected(verdict) => {
                write!(
                    f,
                    "the live policy could not be put back, because the server would refuse it: {}",
                    first(verdict)
                )
            }
            Stop::NotValidated(error) => write!(f, "cannot ask the server whether it would accept the policy: {error}"),
            Stop::Declined(refusal) => f.write_str(&refusal.message),
            Stop::NoBackup(error) => error.fmt(f),
            Stop::Changed { live: Some(live) } => {
                write!(f, "somebody changed the live policy in the meantime, and `{}` is live now", live.short())
            }
            Stop::Changed { live: None } => f.write_str("somebody changed the live policy in the meantime"),
            Stop::Refused(error) => write!(f, "nothing was written: {error}"),
        }
    }
}

impl std::error::Error for Stop {}

/// Returns the first error in the server's words.
fn first(verdict: &Verdict) -> String {
    verdict.errors.first().map(|item| format!("`{}`", item.message)).unwrap_or_default()
}
