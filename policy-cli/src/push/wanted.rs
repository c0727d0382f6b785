//! The policy that a push gives to the tailnet, and its facts.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use policy_core::diagnostic::group_by_cause;
use policy_core::{Diagnostic, Policy, ValidPolicy};
use policy_deploy::Client;
use policy_deploy::push::{Backup, Refusal, Target};

use crate::deploy::fetched_facts::{self, FactList};
use crate::deploy::history;
use crate::failure::Failure;
use crate::program::{BUILT_IN, Program};
use crate::progress::Progress;
use crate::report::Report;
use crate::text::counted;
use crate::{argument, facts, file, invariants_file, output, target, today};

/// The policy that a push gives to the tailnet.
pub(super) struct WantedPolicy {
    /// Its name in messages.
    pub(super) name: PathBuf,
    /// The text that is sent.
    pub(super) text: String,
    /// The policy, with its facts and invariants.
    pub(super) policy: Policy,
    /// The program that runs.
    pub(super) program: Program,
    /// The file whose versions in git are compared with the live policy.
    pub(super) committed: PathBuf,
    /// Where the policy was live before. Only for `--restore`.
    backup_of: Option<Target>,
}

/// Reads the policy: the backup that `--restore` names, the built-in policy, or the policy file.
///
/// # Errors
/// Fails if it cannot be read.
pub(super) fn read(built_in: Option<&Policy>, matches: &ArgMatches) -> Result<WantedPolicy, Failure> {
    let program = if built_in.is_some() { Program::Own } else { Program::StandAlone };
    let history = argument::get_path(matches, "history");
    if let Some(path) = argument::get_path(matches, "restore") {
        let Backup { text, target: tailnet, .. } = Backup::read(path).map_err(|error| {
            let failure = Failure::new(&error.message);
            error.help.as_deref().map_or(failure.clone(), |help| failure.help(help))
        })?;
        // A backup is restored byte for byte. The server may have stored it unformatted.
        return Ok(WantedPolicy {
            name: path.to_owned(),
            policy: target::parse(path, text.clone(), matches),
            text,
            program,
            committed: history::committed_file(Path::new("-"), history),
            backup_of: Some(tailnet),
        });
    }
    let (path, policy) = match built_in {
        Some(policy) => (Path::new(BUILT_IN), policy.clone()),
        None => {
            let path = argument::get_file(matches, "file");
            let policy = target::parse(path, file::read_text(path)?, matches);
            (path, invariants_file::add(path, policy, matches)?)
        }
    };
    Ok(WantedPolicy {
        name: file::display_name(path).to_owned(),
        // The hash of the formatted text is the ETag that the tailnet has after the push.
        text: policy.to_hujson(),
        policy,
        program,
        committed: history::committed_file(path, history),
        backup_of: None,
    })
}

impl WantedPolicy {
    /// Refuses to restore the policy of another tailnet.
    pub(super) fn refuse_other_tailnet(&self, target: &Target) -> Result<(), Failure> {
        match &self.backup_of {
            Some(saved) if saved.differs(target) => {
                let name = file::visible_name(&self.name);
                Err(Failure::new(format_args!("`{name}` is a backup of {saved}, and this push is for {target}"))
                    .help("push the text like any other policy file, without `--restore`"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Adds the facts that the command line names, and reports the errors that `check` and `test` report. Returns whether
    /// there are none. The tests and invariants of a backup do not matter: it was live.
    ///
    /// # Errors
    /// Fails if the facts cannot be used.
    pub(super) fn is_good(&mut self, matches: &ArgMatches) -> Result<bool, Failure> {
        let facts = facts::read(&self.name, &mut self.policy, matches)?;
        self.policy = today::checked_for_today(std::mem::take(&mut self.policy))?;
        let findings = facts.findings_of_policy(self.policy.check())?;
        let warnings = report(&self.name, &self.policy, findings);
        if let Some(warnings @ 1..) = warnings {
            let name = file::visible_name(&self.name);
            output::say(&format!("{name}: {}, which `check` shows\n", counted(warnings, "warning")));
        }
        Ok(warnings.is_some() || self.backup_of.is_some())
    }
}

/// Reports the errors among the findings. Returns the number of warnings, or `None` if there are errors.
fn report(name: &Path, policy: &Policy, findings: Vec<Diagnostic>) -> Option<usize> {
    let (errors, warnings): (Vec<_>, Vec<_>) = findings.into_iter().partition(Diagnostic::is_error);
    let [errors, warnings] = [errors, warnings].map(|findings| group_by_cause(findings, |origin| origin.file));
    output::say_findings(&Report::on_policy(name, policy, &errors));
    errors.is_empty().then_some(warnings.len())
}

/// Returns the policy with the users and devices of the tailnet, or with the facts that the command line named. Returns
/// `None` if it has errors with them, which are on stderr then.
pub(super) fn with_facts(
    client: &Client,
    wanted: &WantedPolicy,
    matches: &ArgMatches,
    notes: &mut Vec<String>,
) -> Result<Option<ValidPolicy>, Refusal> {
    let mut policy = wanted.policy.clone();
    let is_restored = wanted.backup_of.is_some();
    if matches.contains_id(facts::NAME) {
        notes.push("users and devices are those of `--tailnet`".to_owned());
    } else {
        let fetched = {
            let _progress = Progress::show("reading users and devices");
            fetched_facts::fetch(client, &[FactList::Devices, FactList::Users])
        };
        match fetched {
            Ok(fetched) => {
                let names: Vec<&str> = fetched.iter().map(|(list, _)| list.name()).collect();
                notes.push(format!("{} are those that the API lists", names.join(" and ")));
                let findings = facts::add(&mut policy, fetched_facts::named(fetched))
                    .and_then(|facts| facts.findings_of_policy(policy.check()))
                    .map_err(|failure| refusal(&failure))?;
                if report(&wanted.name, &policy, findings).is_none() && !is_restored {
                    return Ok(None);
                }
            }
            Err(failure) => {
                notes.push(format!("users and devices are not known: {}", failure.message()));
            }
        }
    }
    Ok(policy.validate().ok())
}

/// Returns a failure as a reason not to write.
pub(super) fn refusal(failure: &Failure) -> Refusal {
    let refusal = Refusal::failure(failure.message());
    match failure.help_text() {
        Some(help) => refusal.help(help),
        None => refusal,
    }
}
