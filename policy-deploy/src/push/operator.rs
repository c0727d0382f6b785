//! The person or the command that a push asks.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::api::PolicyVersion;

use super::backup::Backup;
use super::prepared::Prepared;
use super::provenance::Provenance;
use super::put_back::PutBack;
use super::refusal::Refusal;

/// A step of a push that may take a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The live policy is read.
    Read,
    /// The server is asked whether it would accept the wanted policy.
    Validate,
    /// The server is asked whether it would accept the live policy again.
    ValidateLive,
    /// The live policy is saved.
    BackUp,
    /// The policy is written, and the stored version is read.
    Write,
    /// The old policy is put back.
    PutBack,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Read => "reading the live policy",
            Step::Validate => "asking the server about the policy",
            Step::ValidateLive => "asking the server whether the live policy could be put back",
            Step::BackUp => "saving the live policy",
            Step::Write => "writing the policy",
            Step::PutBack => "putting the old policy back",
        })
    }
}

/// The answer to the question whether the new policy works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The new policy stays.
    Keep,
    /// The old policy has to be put back. The clause says why, such as "nobody confirmed it within 5 minutes".
    PutBack(String),
    /// Another process, the watchdog, has tried to put the old policy back.
    HasPutBack(String, PutBack),
}

/// The person or the command that a push asks.
pub trait Operator {
    /// Shows that a step begins.
    fn begin(&mut self, step: Step);

    /// Waits. Tests do not.
    fn wait(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    /// Finds out where the live policy comes from.
    fn provenance(&mut self, live: &PolicyVersion) -> Provenance;

    /// Reviews what the push changes: shows the difference, checks the guards, and asks.
    ///
    /// # Errors
    /// Fails if the push must not go on. Nothing was written.
    fn approve(&mut self, prepared: &Prepared) -> Result<(), Refusal>;

    /// Gets ready for the write, which is next: says where the backup is, and starts the watchdog.
    ///
    /// # Errors
    /// Fails if the push must not go on. Nothing was written.
    fn before_write(&mut self, prepared: &Prepared, backup: &Backup, path: &Path) -> Result<(), Refusal>;

    /// Confirms that the new policy works. `written` is the version that the server stores now.
    fn confirm(&mut self, written: &PolicyVersion) -> Confirmation;
}
