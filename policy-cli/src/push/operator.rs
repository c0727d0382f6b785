//! The person or the job that runs `push`: shows the review, and approves the write.

use std::path::Path;

use anstream::adapter::strip_str;
use clap::ArgMatches;
use policy_analysis::diff::Direction;
use policy_core::model::InvariantsFile;
use policy_deploy::api::Verdict;
use policy_deploy::push::{
    Backup, Confirmation, Operator, Outcome, Plan, Prepared, Provenance, Refusal, Step, Target, Wanted, version_name,
};
use policy_deploy::watchdog::{Conclusion, Watchdog};
use policy_deploy::{Client, PolicyVersion};

use super::comparison::Comparison;
use super::guards::{self, GuardContext};
use super::options::{Approval, PushFormat, PushOptions};
use super::restore_command::restore_command;
use super::wanted::{self, WantedPolicy, refusal};
use super::{question, this_machine, watch};
use crate::deploy::history::{self, Standing};
use crate::deploy::last_change::last_change;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::push_report::{Difference, End, GuardRow, Live, PushReport, Review, ServerAnswer, text};
use crate::signal::{self, Delay};
use crate::verdict_report::VerdictReport;
use crate::{diff_report, drift_report, file, output};

/// The person or the job that runs `push`, and everything that was found out for them.
pub(super) struct Pusher<'a> {
    pub(super) client: &'a Client,
    pub(super) matches: &'a ArgMatches,
    pub(super) options: &'a PushOptions,
    pub(super) target: &'a Target,
    pub(super) wanted: &'a WantedPolicy,
    /// The new policy as it is sent.
    pub(super) to_push: &'a Wanted,
    /// The invariants of `--keep`.
    pub(super) keep: Option<&'a InvariantsFile>,
    live: Option<Live>,
    found: Option<Found>,
    /// Whether a dry run has come to its end.
    pub(super) is_planned: bool,
    /// The watchdog, while it does not know how the write ended.
    watchdog: Option<(Watchdog, Backup)>,
    /// How the wait for a confirmation ended.
    pub(super) conclusion: Option<Conclusion>,
    progress: Option<Progress>,
    /// Signals wait while the policy is written and read back.
    delay: Option<Delay>,
}

/// Returns a sentence as a clause of another one.
fn clause(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// What a review shows.
struct Found {
    comparison: Comparison,
    guards: Vec<GuardRow>,
    server: ServerAnswer,
    notes: Vec<String>,
}

impl<'a> Pusher<'a> {
    /// Starts before anything is known.
    pub(super) fn new(
        client: &'a Client,
        matches: &'a ArgMatches,
        options: &'a PushOptions,
        target: &'a Target,
        wanted: &'a WantedPolicy,
        to_push: &'a Wanted,
        keep: Option<&'a InvariantsFile>,
    ) -> Pusher<'a> {
        Pusher {
            client,
            matches,
            options,
            target,
            wanted,
            to_push,
            keep,
            live: None,
            found: None,
            is_planned: false,
            watchdog: None,
            conclusion: None,
            progress: None,
            delay: None,
        }
    }

    /// Returns the report, as far as the push has come.
    pub(super) fn report(&self, end: Option<End>) -> PushReport<'_> {
        let review = self.found.as_ref().map(|found| Review {
            difference: found.comparison.difference(&self.wanted.name),
            guards: found.guards.clone(),
            server: found.server.clone(),
            notes: found.notes.clone(),
        });
        PushReport {
            policy: file::visible_name(&self.wanted.name),
            tailnet: self.target.tailnet.clone(),
            api: self.target.api.clone(),
            to: self.to_push.etag().to_string(),
            live: self.live.clone(),
            review,
            end,
        }
    }

    /// Returns the results of the guards, for the log.
    pub(super) fn guards(&self) -> &[GuardRow] {
        self.found.as_ref().map_or(&[], |found| &found.guards)
    }

    /// Removes the line about what the program waits for.
    pub(super) fn stop_progress(&mut self) {
        self.progress = None;
    }

    /// Removes the line about what the program waits for, and lets signals end it again.
    pub(super) fn settle(&mut self) {
        self.stop_progress();
        self.delay = None;
    }

    /// Shows why the server would refuse the new policy.
    pub(super) fn show_verdict(&self, verdict: &Verdict) -> Result<(), Failure> {
        let server = self.client.server()?.name();
        let report = VerdictReport::new(&self.wanted.name, server, &self.wanted.policy, verdict);
        let report = report.with_sent(self.to_push.text());
        output::print(&report.to_text(&output::stdout_renderer()))
    }

    /// Compares the policies, and runs the guards.
    fn review(&mut self, prepared: &Prepared) -> Result<Found, Refusal> {
        let mut notes = Vec::new();
        let facts = wanted::with_facts(self.client, self.wanted, self.matches, &mut notes)?;
        let Some(policy) = facts else {
            return Err(Refusal::decision("the policy has errors in the present tailnet"));
        };
        if let Some(wait) = self.options.confirm_within {
            watch::refuse_hopeless(wait, self.client, &policy.facts)?;
        }
        let detected = self.options.me.is_none().then(|| this_machine::detect(self.options, &policy.facts)).flatten();
        let comparison = Comparison::new(&prepared.live.text, policy);
        let me = self.options.me.as_deref().or(detected.as_deref());
        let context = GuardContext { options: self.options, name: &self.wanted.name, me, keep: self.keep };
        let guards = guards::check(&comparison, &context)?;
        if let Comparison::Access(both) = &comparison
            && self.options.confirm_within.is_none()
            && both.diff.changes.iter().any(|change| change.area.is_access() && change.direction == Direction::Lost)
        {
            notes.push("access is lost; `--confirm-within 5m` puts it back unless you confirm the push".to_owned());
        }
        let live = match &prepared.live_verdict {
            Ok(verdict) => verdict.clone(),
            Err(error) => {
                notes.push(format!("it is not known whether the server would take the live policy back: {error}"));
                None
            }
        };
        let server = ServerAnswer { new: prepared.verdict.clone(), live };
        Ok(Found { comparison, guards, server, notes })
    }

    /// Writes the plan that `--plan-out` names.
    fn write_plan(&self, prepared: &Prepared, path: &Path) -> Result<(), Refusal> {
        let difference = match self.report(None).review.map(|review| review.difference) {
            Some(Difference::Access(report)) => strip_str(&diff_report::text::page(&report)).to_string(),
            Some(Difference::Text(text)) => text,
            None => String::new(),
        };
        let plan = Plan::new(self.target.clone(), &prepared.live, self.to_push, difference);
        file::write(path, plan.to_json().as_bytes()).map_err(|failure| refusal(&failure))
    }

    /// Asks, or finds the approval among the options.
    fn ask(&mut self, prepared: &Prepared) -> Result<(), Refusal> {
        match &self.options.approval {
            Approval::Yes | Approval::Plan(_) => Ok(()),
            Approval::Never { plan } => {
                if let Some(path) = plan {
                    self.write_plan(prepared, path)?;
                }
                self.is_planned = true;
                Err(Refusal::decision("this is a dry run"))
            }
            Approval::Ask => match self.options.cannot_ask(question::can_be_asked()) {
                Some(refusal) => Err(refusal),
                None if question::ask("Write it?") => Ok(()),
                None => Err(Refusal::decision("you did not approve the push, so nothing was written")),
            },
        }
    }
}

impl Operator for Pusher<'_> {
    fn begin(&mut self, step: Step) {
        self.progress = None;
        match step {
            Step::Write | Step::PutBack => self.delay = Some(signal::delay()),
            Step::Read | Step::Validate | Step::ValidateLive | Step::BackUp => {}
        }
        self.progress = Some(Progress::show(&step.to_string()));
    }

    fn provenance(&mut self, live: &PolicyVersion) -> Provenance {
        let standing = history::standing(&live.text, self.to_push.text(), &self.wanted.committed);
        let mut clause = clause(&drift_report::describe(&standing).unwrap_or_default());
        let hash = version_name(live).to_string();
        self.live = Some(Live { hash, standing: clause.clone() });
        match standing {
            Standing::Live | Standing::Ancestor { .. } => Provenance::Earlier(clause),
            Standing::Default => Provenance::NewTailnet,
            Standing::Other { .. } | Standing::Unknown { .. } | Standing::NoHistory { .. } => {
                // Who changed it is worth knowing, and not worth failing for.
                if let Ok(Some(change)) = last_change(self.client, &live.text) {
                    clause.push_str(&format!("; {}", self::clause(&change.describe())));
                }
                Provenance::Foreign(clause)
            }
        }
    }

    fn approve(&mut self, prepared: &Prepared) -> Result<(), Refusal> {
        self.progress = None;
        let found = self.review(prepared)?;
        self.found = Some(found);
        if self.options.format == PushFormat::Text {
            output::print(&text::review(&self.report(None))).map_err(|failure| refusal(&failure))?;
        }
        guards::stop(self.guards())?;
        self.ask(prepared)
    }

    fn before_write(&mut self, prepared: &Prepared, backup: &Backup, path: &Path) -> Result<(), Refusal> {
        self.progress = None;
        let restore = restore_command(self.wanted.program, self.matches, path, self.to_push.etag());
        output::say(&format!("saved the live policy; `{restore}` restores it\n"));
        if let Some(wait) = self.options.confirm_within {
            self.progress = Some(Progress::show("starting the watchdog"));
            let mut watchdog = watch::start(wait, self.client, backup, path, prepared.wanted.text())?;
            watchdog.check().map_err(watch::failure)?;
            self.watchdog = Some((watchdog, backup.clone()));
        }
        Ok(())
    }

    fn confirm(&mut self, written: &PolicyVersion) -> Confirmation {
        let Some((mut watchdog, backup)) = self.watchdog.take() else { return Confirmation::Keep };
        // If the watchdog has ended, waiting for it says so.
        let _told = watchdog.written(&written.revision);
        self.settle();
        output::say("the policy is written\n");
        match watch::wait(watchdog, self.wanted.program, self.options) {
            Ok(conclusion) => {
                self.delay = Some(signal::delay());
                self.conclusion = Some(conclusion.clone());
                conclusion.into_confirmation(&backup, written, self.client.read_policy())
            }
            Err(error) => Confirmation::PutBack(error.message),
        }
    }
}

impl Pusher<'_> {
    /// Says to the watchdog how a push ended that had nothing to confirm.
    pub(super) fn dismiss_watchdog(&mut self, outcome: &Outcome) {
        let Some((mut watchdog, _)) = self.watchdog.take() else { return };
        match outcome {
            Outcome::Unsure(_) => {
                if watchdog.unknown().is_ok() {
                    output::say(&format!("{}\n", watchdog.last_words(&self.wanted.program.prefix_of("push"))));
                }
            }
            Outcome::Stopped(_) | Outcome::AlreadyLive | Outcome::Live | Outcome::PutBack(_) => watchdog.not_written(),
        }
    }
}
