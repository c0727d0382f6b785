//! The log of pushes: one line of JSON for each.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use policy_core::json::{Value, json};

use crate::private_file;
use crate::timestamp::Timestamp;

use super::run::Report;
use super::target::Target;

/// The version of the format.
const VERSION: u64 = 1;

/// The result of a guard, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedGuard {
    /// Its name.
    pub name: String,
    /// Its result, such as `holds` or `violated`.
    pub result: String,
    /// Whether the operator accepted what it found.
    pub is_accepted: bool,
}

/// One push, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// When it ended.
    pub time: Timestamp,
    /// Who pushed, such as the login of the operator or the actor of a CI job.
    pub who: Option<&'a str>,
    /// The tailnet.
    pub target: &'a Target,
    /// What it did.
    pub report: &'a Report,
    /// The results of the guards, in order.
    pub guards: &'a [RecordedGuard],
}

impl Record<'_> {
    /// Returns the line, with its line end.
    pub fn to_line(&self) -> String {
        let Record { time, who, target, report, guards } = self;
        let guard = |guard: &RecordedGuard| -> Value {
            json!({"name": guard.name, "result": guard.result, "accepted": guard.is_accepted})
        };
        let guards: Vec<Value> = guards.iter().map(guard).collect();
        let value = json!({
            "version": VERSION,
            "time": time.to_string(),
            "who": *who,
            "api": target.api,
            "tailnet": target.tailnet,
            "from": report.from.as_ref().map(|from| from.as_str()),
            "to": report.to.as_str(),
            "outcome": report.outcome.name(),
            "exitStatus": u64::from(report.outcome.exit_status()),
            "message": report.outcome.to_string(),
            "backup": report.backup.as_ref().map(|path| path.to_string_lossy().into_owned()),
            "guards": guards,
            "requestIds": report.request_ids,
        });
        format!("{value}\n")
    }
}

/// A file of [`Record`]s.
#[derive(Debug)]
pub struct Log(File);

impl Log {
    /// Opens a log, and creates it if it does not exist. Only its owner can read a new one. Open it before the write, so
    /// that a log that cannot be written is known in time.
    ///
    /// # Errors
    /// Fails if the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Log> {
        private_file::append(path).map(Log)
    }

    /// Appends a line, and waits until the disk has it.
    ///
    /// # Errors
    /// Fails if the line cannot be written.
    pub fn append(&mut self, record: &Record<'_>) -> io::Result<()> {
        // In one call, so that lines of several processes do not mix.
        self.0.write_all(record.to_line().as_bytes())?;
        self.0.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etag::ETag;
    use crate::push::{Outcome, Stop};
    use std::path::PathBuf;
    use std::time::{Duration, UNIX_EPOCH};
    use std::{env, fs};

    #[test]
    fn a_push_is_one_line() {
        let path = env::temp_dir().join(format!("policy-log-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        let target = Target { api: "https://api.tailscale.com".to_owned(), tailnet: "-".to_owned() };
        let (from, to) = (ETag::of_policy("{}"), ETag::of_policy(r#"{"grants": []}"#));
        let live = Report {
            outcome: Outcome::Live,
            from: Some(from.clone()),
            to: to.clone(),
            backup: Some(PathBuf::from("/backups/a.hujson")),
            request_ids: vec!["req-1".to_owned(), "req-2".to_owned()],
        };
        let stopped = Report {
            outcome: Outcome::Stopped(Stop::LiveUnreadable("line\n1".to_owned())),
            from: None,
            to: to.clone(),
            backup: None,
            request_ids: Vec::new(),
        };
        let guards = [RecordedGuard { name: "admins".to_owned(), result: "violated".to_owned(), is_accepted: true }];
        for (report, who, guards) in [(&live, Some("alice"), &guards[..]), (&stopped, None, &[])] {
            let time = Timestamp::at(UNIX_EPOCH + Duration::from_secs(1_806_486_095));
            let record = Record { time, who, target: &target, report, guards };
            Log::open(&path).unwrap().append(&record).unwrap();
        }
        let (from, to) = (from.as_str(), to.as_str());
        let expected = format!(
            "{{\"api\":\"https://api.tailscale.com\",\"backup\":\"/backups/a.hujson\",\"exitStatus\":0,\
             \"from\":\"{from}\",\
             \"guards\":[{{\"accepted\":true,\"name\":\"admins\",\"result\":\"violated\"}}],\
             \"message\":\"the policy is live\",\"outcome\":\"live\",\"requestIds\":[\"req-1\",\"req-2\"],\
             \"tailnet\":\"-\",\"time\":\"2027-03-31T09:41:35Z\",\"to\":\"{to}\",\"version\":1,\"who\":\"alice\"}}\n\
             {{\"api\":\"https://api.tailscale.com\",\"backup\":null,\"exitStatus\":1,\"from\":null,\"guards\":[],\
             \"message\":\"the live policy is not HuJSON: line\\n1\",\"outcome\":\"stopped\",\"requestIds\":[],\
             \"tailnet\":\"-\",\"time\":\"2027-03-31T09:41:35Z\",\"to\":\"{to}\",\"version\":1,\"who\":null}}\n"
        );
        let written = fs::read_to_string(&path).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(written, expected);
    }
}
