//! A person who decides by a script, and in whose time others write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use policy_deploy::PolicyVersion;
use policy_deploy::push::{
    Backup, BackupError, BackupStore, Confirmation, Operator, Prepared, Provenance, Refusal, Step,
};

use crate::world::Network;

/// A person who decides by a script.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) network: Option<Network>,
    pub(crate) provenance: Provenance,
    pub(crate) approves: bool,
    pub(crate) is_ready: bool,
    pub(crate) confirmation: Confirmation,
    /// What others write while the person thinks: before the approval, before the write, before the confirmation.
    pub(crate) others: [Option<String>; 3],
    /// The live text that the person has approved to replace.
    pub(crate) approved: Option<String>,
}

impl Person {
    /// A person who agrees to everything.
    pub(crate) fn new(network: Option<&Network>) -> Person {
        Person {
            network: network.cloned(),
            provenance: Provenance::Earlier("it is the policy of the last commit".to_owned()),
            approves: true,
            is_ready: true,
            confirmation: Confirmation::Keep,
            others: [None, None, None],
            approved: None,
        }
    }

    fn think(&mut self, gap: usize) {
        if let (Some(text), Some(network)) = (&self.others[gap], &self.network) {
            network.world().plane.edit(text);
        }
    }
}

impl Operator for Person {
    fn begin(&mut self, _: Step) {}

    fn wait(&mut self, _: Duration) {}

    fn provenance(&mut self, _: &PolicyVersion) -> Provenance {
        self.provenance.clone()
    }

    fn approve(&mut self, prepared: &Prepared) -> Result<(), Refusal> {
        self.think(0);
        self.approved = Some(prepared.live.text.clone());
        if self.approves { Ok(()) } else { Err(Refusal::decision("the push was not approved")) }
    }

    fn before_write(&mut self, _: &Prepared, _: &Backup, _: &Path) -> Result<(), Refusal> {
        self.think(1);
        if self.is_ready { Ok(()) } else { Err(Refusal::failure("cannot start the watchdog")) }
    }

    fn confirm(&mut self, _: &PolicyVersion) -> Confirmation {
        self.think(2);
        self.confirmation.clone()
    }
}

/// Backups in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) saved: Vec<Backup>,
    pub(crate) is_full: bool,
}

impl BackupStore for Memory {
    fn save(&mut self, backup: &Backup) -> Result<PathBuf, BackupError> {
        if self.is_full {
            return Err(BackupError::new("cannot save a backup in `/backups`: no space left on device"));
        }
        self.saved.push(backup.clone());
        Ok(PathBuf::from(format!("/backups/{}.hujson", self.saved.len())))
    }
}
