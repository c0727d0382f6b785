//! The messages between the push and its watchdog.

use std::path::PathBuf;
use std::time::Duration;

use policy_core::json::{Value, json};

use super::conclusion::{Conclusion, ConfirmedBy, PutBackReason};
use super::error::WatchdogError;
use super::fields::{parse, text_of};
use crate::api::Revision;
use crate::etag::ETag;
use crate::push::{Backup, Target};

/// Everything that the watchdog has to know before the write, except the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The live policy before the write. The watchdog puts it back.
    pub backup: Backup,
    /// The file with the backup, for messages.
    pub backup_path: PathBuf,
    /// The policy that is to be written.
    pub wanted: String,
    /// How long it waits for a confirmation.
    pub wait: Duration,
    /// How long it tries to put the policy back after the wait, if the server cannot be reached.
    pub patience: Duration,
    /// The state directory of the user, as [`super::PendingPushes::new`] expects it.
    pub state: PathBuf,
}

/// A message to the watchdog, after the assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ToWatchdog {
    /// The policy was written, and this is its name. The wait begins.
    Written(Revision),
    /// It is not known whether the policy was written. The wait begins.
    Unknown,
    /// The policy was not written.
    NotWritten,
    /// The new policy stays.
    Confirm(ConfirmedBy),
    /// The old policy has to be put back at once.
    PutBack(PutBackReason),
}

/// A message from the watchdog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FromWatchdog {
    /// The policy may be written. This is the id of the push.
    Ready(String),
    /// The watchdog cannot do its work, so the policy must not be written.
    Unable(WatchdogError),
    /// The wait has ended.
    Concluded(Conclusion),
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Assignment {
    /// Fails if the path of the state directory is not Unicode.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, WatchdogError> {
        let Some(state) = self.state.to_str() else {
            let message = format_args!("the state directory `{}` is not valid Unicode", self.state.display());
            return Err(WatchdogError::new(message).help("set `XDG_STATE_HOME` to another directory"));
        };
        let document = json!({
            "old": self.backup.text.as_str(),
            "etag": self.backup.etag.as_str(),
            "saved_at": self.backup.saved_at.to_string(),
            "api": self.backup.target.api.as_str(),
            "tailnet": self.backup.target.tailnet.as_str(),
            "request_id": optional(self.backup.request_id.as_deref()),
            "backup_path": self.backup_path.display().to_string(),
            "wanted": self.wanted.as_str(),
            "wait": milliseconds(self.wait),
            "patience": milliseconds(self.patience),
            "state": state
        });
        Ok(document.to_string().into_bytes())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Assignment> {
        let value = parse(bytes)?;
        let text = |key: &str| text_of(&value, key).map(str::to_owned);
        let time = |key: &str| value.get(key).and_then(Value::as_u64).map(Duration::from_millis);
        Some(Assignment {
            backup: Backup {
                text: text("old")?,
                etag: ETag::parse(&text("etag")?)?,
                saved_at: text("saved_at")?.parse().ok()?,
                target: Target { api: text("api")?, tailnet: text("tailnet")? },
                request_id: text("request_id"),
            },
            backup_path: text("backup_path")?.into(),
            wanted: text("wanted")?,
            wait: time("wait")?,
            patience: time("patience")?,
            state: text("state")?.into(),
        })
    }
}

impl ToWatchdog {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let document = match self {
            ToWatchdog::Written(Revision::ETag(etag)) => json!({"written": {"etag": etag.as_str()}}),
            ToWatchdog::Written(Revision::Unguarded { text, updated_at }) => {
                json!({"written": {"text": text.as_str(), "updated_at": updated_at.as_str()}})
            }
            ToWatchdog::Unknown => json!({"unknown": true}),
            ToWatchdog::NotWritten => json!({"not_written": true}),
            ToWatchdog::Confirm(by) => json!({"confirm": by.name()}),
            ToWatchdog::PutBack(reason) => json!({"put_back": reason.name()}),
        };
        document.to_string().into_bytes()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<ToWatchdog> {
        let value = parse(bytes)?;
        if let Some(name) = text_of(&value, "confirm") {
            return ConfirmedBy::from_name(name).map(ToWatchdog::Confirm);
        }
        if let Some(name) = text_of(&value, "put_back") {
            return PutBackReason::from_name(name).map(ToWatchdog::PutBack);
        }
        if value.get("unknown").is_some() {
            return Some(ToWatchdog::Unknown);
        }
        if value.get("not_written").is_some() {
            return Some(ToWatchdog::NotWritten);
        }
        let written = value.get("written")?;
        if let Some(etag) = text_of(written, "etag") {
            return ETag::parse(etag).map(|etag| ToWatchdog::Written(Revision::ETag(etag)));
        }
        let (text, updated_at) = (text_of(written, "text")?, text_of(written, "updated_at")?);
        let revision = Revision::Unguarded { text: text.to_owned(), updated_at: updated_at.to_owned() };
        Some(ToWatchdog::Written(revision))
    }
}

impl FromWatchdog {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let document = match self {
            FromWatchdog::Ready(id) => json!({"ready": id.as_str()}),
            FromWatchdog::Unable(error) => {
                json!({"unable": error.message.as_str(), "help": optional(error.help.as_deref())})
            }
            FromWatchdog::Concluded(conclusion) => json!({"concluded": conclusion.to_json()}),
        };
        document.to_string().into_bytes()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<FromWatchdog> {
        let value = parse(bytes)?;
        if let Some(id) = text_of(&value, "ready") {
            return Some(FromWatchdog::Ready(id.to_owned()));
        }
        if let Some(message) = text_of(&value, "unable") {
            let help = text_of(&value, "help").map(str::to_owned);
            return Some(FromWatchdog::Unable(WatchdogError { message: message.to_owned(), help }));
        }
        Conclusion::from_json(value.get("concluded")?).map(FromWatchdog::Concluded)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::watchdog::WatchOutcome;

    /// Returns what the watchdog of a push to a tailnet has to do.
    pub(in crate::watchdog) fn assignment(tailnet: &str) -> Assignment {
        Assignment {
            backup: Backup {
                text: "// comment\r\n{\"acls\": [],}\n".into(),
                etag: ETag::of_bytes(b"1"),
                saved_at: "2027-03-30T23:59:59Z".parse().unwrap(),
                target: Target { api: "https://api.example".into(), tailnet: tailnet.into() },
                request_id: None,
            },
            backup_path: "/backups/1.hujson".into(),
            wanted: "{}".into(),
            wait: Duration::from_secs(300),
            patience: Duration::from_secs(900),
            state: "/home/a b/.local/state/policy".into(),
        }
    }

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let etag = ETag::of_bytes(b"policy");
        let unguarded = Revision::Unguarded { text: "{\"a\": 1} // é\u{0}".into(), updated_at: "2026-01-01".into() };
        for message in [
            ToWatchdog::Written(Revision::ETag(etag)),
            ToWatchdog::Written(unguarded),
            ToWatchdog::Unknown,
            ToWatchdog::NotWritten,
            ToWatchdog::Confirm(ConfirmedBy::Probe),
            ToWatchdog::PutBack(PutBackReason::Asked),
        ] {
            assert_eq!(ToWatchdog::from_bytes(&message.to_bytes()), Some(message));
        }
        for message in [
            FromWatchdog::Ready("k3v9qp".into()),
            FromWatchdog::Unable(WatchdogError::new("no way")),
            FromWatchdog::Unable(WatchdogError::new("no way").help("try another")),
            FromWatchdog::Concluded(Conclusion::now(WatchOutcome::NotWritten)),
        ] {
            assert_eq!(FromWatchdog::from_bytes(&message.to_bytes()), Some(message));
        }
        let assignment = Assignment { wait: Duration::from_millis(2500), ..assignment("-") };
        assert_eq!(Assignment::from_bytes(&assignment.to_bytes().unwrap()), Some(assignment));
    }

    #[test]
    fn a_message_that_is_not_understood_is_not_a_message() {
        for text in
            ["", "{", "[]", "{}", "7", r#"{"confirm": "yes"}"#, r#"{"written": {"etag": "1"}}"#, r#"{"ready": 1}"#]
        {
            assert_eq!(ToWatchdog::from_bytes(text.as_bytes()), None, "{text}");
            assert_eq!(FromWatchdog::from_bytes(text.as_bytes()), None, "{text}");
            assert_eq!(Assignment::from_bytes(text.as_bytes()), None, "{text}");
        }
    }
}
