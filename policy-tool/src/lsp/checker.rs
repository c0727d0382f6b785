//! A thread that computes the findings of policies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use gen_lsp_types as lsp;
use policy_core::Diagnostic;

use super::convert;
use super::outbox::Outbox;
use super::positions::Encoding;
use super::project::Project;

/// The length of a text that takes noticeable time to check.
const LARGE: usize = 200_000;

/// The time without a change after which a large text is checked.
const PAUSE: Duration = Duration::from_millis(100);

/// A policy whose findings are wanted.
pub(super) struct Job {
    pub(super) policy: lsp::Uri,
    /// The check. Without one, the findings so far are removed, because the policy was closed.
    pub(super) check: Option<Check>,
}

/// The check of a policy.
pub(super) struct Check {
    pub(super) project: Project,
    pub(super) encoding: Encoding,
    /// The address of docs/diagnostics.md.
    pub(super) page: Option<String>,
}

/// Starts the thread, which publishes the findings of everything that it receives. If a text has
/// changed again in the meantime, its older findings are not published.
pub(super) fn start(outbox: Outbox, known: Arc<KnownFindings>) -> mpsc::Sender<Job> {
    let (sender, receiver) = mpsc::channel();
    let mut checker = Checker { known, waiting: Vec::new(), published: HashMap::new() };
    thread::spawn(move || checker.run(&outbox, &receiver));
    sender
}

/// The findings of each policy when it was checked last.
#[derive(Debug, Default)]
pub(super) struct KnownFindings(Mutex<HashMap<lsp::Uri, Checked>>);

/// A policy that has been checked, and its findings.
type Checked = (Project, Arc<Vec<Diagnostic>>);

impl KnownFindings {
    /// Returns the findings of a policy. `compute` is asked for those of a text that has not been
    /// checked yet.
    pub(super) fn of(&self, project: &Project, compute: impl FnOnce() -> Vec<Diagnostic>) -> Arc<Vec<Diagnostic>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&project.policy.uri).filter(|(known, _)| known.is_same(project));
        let known = known.map(|(_, findings)| Arc::clone(findings));
        drop(all);
        known.unwrap_or_else(|| self.keep(project, compute()))
    }

    fn keep(&self, project: &Project, findings: Vec<Diagnostic>) -> Arc<Vec<Diagnostic>> {
        let findings = Arc::new(findings);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(project.policy.uri.clone(), (project.clone(), Arc::clone(&findings)));
        findings
    }

    fn forget(&self, policy: &lsp::Uri) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(policy);
    }
}

struct Checker {
    known: Arc<KnownFindings>,
    /// The latest job of each policy, in the order of their arrival.
    waiting: Vec<Job>,
    /// The texts for which each policy has findings.
    published: HashMap<lsp::Uri, Vec<lsp::Uri>>,
}

impl Checker {
    fn run(&mut self, outbox: &Outbox, receiver: &mpsc::Receiver<Job>) {
        while let Ok(job) = receiver.recv() {
            self.add(job);
            while !self.waiting.is_empty() {
                receiver.try_iter().for_each(|job| self.add(job));
                self.pause(receiver);
                let Job { policy, check } = self.waiting.remove(0);
                let files = match &check {
                    Some(check) => findings(check, &self.known.of(&check.project, || check.project.findings())),
                    None => {
                        self.known.forget(&policy);
                        Vec::new()
                    }
                };
                receiver.try_iter().for_each(|job| self.add(job));
                if !self.waiting.iter().any(|newer| newer.policy == policy) {
                    self.publish(outbox, policy, files);
                }
            }
        }
    }

    /// Waits until nothing has changed for a moment, if the next text is large. What the editor asks
    /// right after a change is then answered first.
    fn pause(&mut self, receiver: &mpsc::Receiver<Job>) {
        let is_large = |job: &Job| job.check.as_ref().is_some_and(|check| check.project.policy.text().len() > LARGE);
        while self.waiting.first().is_some_and(is_large) {
            match receiver.recv_timeout(PAUSE) {
                Ok(job) => self.add(job),
                Err(_) => return,
            }
        }
    }

    fn add(&mut self, job: Job) {
        self.waiting.retain(|older| older.policy != job.policy);
        self.waiting.push(job);
    }

    fn publish(&mut self, outbox: &Outbox, policy: lsp::Uri, files: Vec<lsp::PublishDiagnosticsParams>) {
        let uris = files.iter().filter(|file| !file.diagnostics.is_empty()).map(|file| file.uri.clone()).collect();
        let before = self.published.insert(policy, uris).unwrap_or_default();
        let gone = before.into_iter().filter(|uri| !files.iter().any(|file| file.uri == *uri)).collect::<Vec<_>>();
        let empty = |uri| lsp::PublishDiagnosticsParams { uri, version: None, diagnostics: Vec::new() };
        for file in files.into_iter().chain(gone.into_iter().map(empty)) {
            outbox.notify("textDocument/publishDiagnostics", file);
        }
    }
}

/// Returns the findings of a policy, for each of its texts.
fn findings(check: &Check, findings: &[Diagnostic]) -> Vec<lsp::PublishDiagnosticsParams> {
    let Check { project, encoding, page } = check;
    let mut files: Vec<_> = project
        .files()
        .map(|file| lsp::PublishDiagnosticsParams {
            uri: file.uri.clone(),
            version: file.version,
            diagnostics: Vec::new(),
        })
        .collect();
    for finding in findings {
        let Some(uri) = project.file(finding.origin.file).map(|file| &file.uri) else { continue };
        if let Some(file) = files.iter_mut().find(|file| file.uri == *uri) {
            file.diagnostics.extend(convert::diagnostic(finding, project, *encoding, page.as_deref()));
        }
    }
    files
}
