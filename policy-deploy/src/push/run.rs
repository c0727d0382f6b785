//! All steps of a push.

use std::path::PathBuf;

use crate::api::{Client, PolicyVersion};
use crate::etag::{ETag, is_same_policy};
use crate::timestamp::Timestamp;

use super::backup::{Backup, BackupStore};
use super::operator::{Confirmation, Operator, Step};
use super::options::PushOptions;
use super::outcome::{Outcome, Unsure};
use super::prepare::{Preparation, prepare};
use super::prepared::Prepared;
use super::put_back::put_back;
use super::replace::{Replaced, replace};
use super::session::Session;
use super::stop::Stop;
use super::version_name::version_name;
use super::wanted::Wanted;

/// What a push did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The end.
    pub outcome: Outcome,
    /// The version that was live before, if it could be read.
    pub from: Option<ETag>,
    /// The wanted version.
    pub to: ETag,
    /// The file with the old policy, if it was saved.
    pub backup: Option<PathBuf>,
    /// The server's names for the requests, which Tailscale's support asks for.
    pub request_ids: Vec<String>,
}

/// Pushes a policy: all steps from reading the live policy to confirming the new one.
pub fn run(
    client: &Client,
    wanted: &Wanted,
    options: &PushOptions,
    backups: &mut dyn BackupStore,
    operator: &mut dyn Operator,
) -> Report {
    let mut push = Push { session: Session::new(client), from: None, backup: None };
    let outcome = push.run(wanted, options, backups, operator).unwrap_or_else(Outcome::Stopped);
    let Push { session, from, backup } = push;
    Report { outcome, from, to: wanted.etag().clone(), backup, request_ids: session.into_request_ids() }
}

/// A push under way, and what is known whatever its outcome is.
struct Push<'a> {
    session: Session<'a>,
    from: Option<ETag>,
    backup: Option<PathBuf>,
}

impl Push<'_> {
    fn run(
        &mut self,
        wanted: &Wanted,
        options: &PushOptions,
        backups: &mut dyn BackupStore,
        operator: &mut dyn Operator,
    ) -> Result<Outcome, Stop> {
        let prepared = match prepare(&mut self.session, wanted, options, operator)? {
            Preparation::AlreadyLive(live) => {
                self.from = Some(version_name(&live));
                return Ok(Outcome::AlreadyLive);
            }
            Preparation::Ready(prepared) => prepared,
        };
        self.from = Some(prepared.from());
        operator.approve(&prepared).map_err(Stop::Declined)?;

        let backup = self.back_up(&prepared, backups, operator)?;
        let written = match self.write(&prepared, operator)? {
            Ok(written) => written,
            Err(outcome) => return Ok(outcome),
        };
        Ok(match operator.confirm(&written) {
            Confirmation::Keep => Outcome::Live,
            Confirmation::HasPutBack(reason, put_back) => Outcome::of_put_back(reason, put_back),
            Confirmation::PutBack(reason) => {
                operator.begin(Step::PutBack);
                let wait = &mut |time| operator.wait(time);
                Outcome::of_put_back(reason, put_back(&mut self.session, &backup, &written.revision, wait))
            }
        })
    }

    fn back_up(
        &mut self,
        prepared: &Prepared,
        backups: &mut dyn BackupStore,
        operator: &mut dyn Operator,
    ) -> Result<Backup, Stop> {
        operator.begin(Step::BackUp);
        let backup = Backup {
            text: prepared.live.text.clone(),
            etag: prepared.from(),
            saved_at: Timestamp::now(),
            target: prepared.target.clone(),
            request_id: prepared.live.request_id.clone(),
        };
        let path = backups.save(&backup).map_err(Stop::NoBackup)?;
        self.backup = Some(path.clone());
        operator.before_write(prepared, &backup, &path).map_err(Stop::Declined)?;
        Ok(backup)
    }

    /// Writes the policy. Returns the version that the server stores now, or the outcome if there is nothing to confirm.
    fn write(
        &mut self,
        prepared: &Prepared,
        operator: &mut dyn Operator,
    ) -> Result<Result<PolicyVersion, Outcome>, Stop> {
        operator.begin(Step::Write);
        let (text, live) = (prepared.wanted.text(), &prepared.live.revision);
        match replace(&mut self.session, text, live, &mut |time| operator.wait(time)) {
            Replaced::Done(written) => Ok(Ok(written)),
            Replaced::Unsure { answer, sight } => Ok(Err(Outcome::Unsure(Unsure::Written { answer, sight }))),
            Replaced::Refused(error) => Err(Stop::Refused(error)),
            Replaced::Conflict(_) => match self.session.read() {
                // Somebody else pushed the same policy. It is theirs, so it is not put back.
                Ok(version) if is_same_policy(&version.text, text) => Ok(Err(Outcome::AlreadyLive)),
                Ok(version) => Err(Stop::Changed { live: Some(version_name(&version)) }),
                Err(_) => Err(Stop::Changed { live: None }),
            },
        }
    }
}
