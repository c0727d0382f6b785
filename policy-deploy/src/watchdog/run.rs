//! The watchdog itself: a process that outlives the push.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::conclusion::{Conclusion, ConfirmedBy, PutBackReason, WatchOutcome};
use super::deadline::{Deadline, Moment};
use super::error::WatchdogError;
use super::frame;
use super::message::{Assignment, FromWatchdog, ToWatchdog};
use super::pending::{PendingPushes, PushDirectory};
use super::put_back::{Attempt, KnownVersions, LiveVersion};
use crate::api::{ApiError, Client};
use crate::config_error::ConfigError;
use crate::etag::is_same_policy;

/// How often it looks for a confirmation, and at the clocks. A machine that slept wakes it within this time.
const POLL: Duration = Duration::from_millis(100);
/// The pauses between attempts to put the policy back double from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(15);

/// Runs a watchdog until it has decided, and returns how the wait ended. `None` if it never began.
///
/// `input` and `output` are the pipes to the push. `connect` creates the client from the bytes of
/// [`Client::handover`](crate::Client). Nothing is written anywhere else but to the state directory.
///
/// The process has to handle no signals before: it puts the policy back on `SIGTERM`, and goes on after `SIGHUP` and
/// `SIGINT`.
pub fn run<E: Into<WatchdogError>>(
    mut input: impl Read + Send + 'static,
    mut output: impl Write,
    connect: impl FnOnce(&[u8]) -> Result<Client, E>,
) -> Option<Conclusion> {
    let termination = handle_signals();
    match prepare(&mut input, connect) {
        Ok((client, assignment, directory)) => {
            let ready = FromWatchdog::Ready(directory.id.clone());
            if frame::write(&mut output, &ready.to_bytes()).is_err() {
                directory.remove();
                return None;
            }
            let (old, wanted) = (assignment.backup.clone(), assignment.wanted.clone());
            let versions = KnownVersions { old, wanted, written: None, is_write_pending: false };
            let conclusion = Watch {
                client,
                versions,
                directory,
                termination,
                events: listen(input),
                word: Word::Missing,
                is_push_running: true,
                deadline: Deadline::new(Moment::now(), assignment.wait),
                assignment,
            }
            .run()?;
            // The push may have ended. The state directory has the result in any case.
            let _sent = frame::write(&mut output, &FromWatchdog::Concluded(conclusion.clone()).to_bytes());
            Some(conclusion)
        }
        Err(error) => {
            let _sent = frame::write(&mut output, &FromWatchdog::Unable(error).to_bytes());
            None
        }
    }
}

/// Receives the assignment, and proves that the live policy can be read.
fn prepare<E: Into<WatchdogError>>(
    input: &mut impl Read,
    connect: impl FnOnce(&[u8]) -> Result<Client, E>,
) -> Result<(Client, Assignment, PushDirectory), WatchdogError> {
    let incomplete = || WatchdogError::new("the push did not say what to watch");
    let mut receive = || frame::read(input).ok().flatten().ok_or_else(incomplete);
    let client = connect(&receive()?).map_err(Into::into)?;
    let assignment = Assignment::from_bytes(&receive()?).ok_or_else(incomplete)?;
    if !assignment.backup.can_be_put_back() {
        let message = "the old policy is empty, and an empty write would reset the tailnet's policy";
        return Err(WatchdogError::new(message).help("push without `--confirm-within`"));
    }
    let live = client.read_policy()?;
    if !is_same_policy(&live.text, &assignment.backup.text) {
        return Err(WatchdogError::new("somebody changed the live policy in the meantime").help("start again"));
    }
    let directory = PendingPushes::new(&assignment.state).create(&assignment)?;
    Ok((client, assignment, directory))
}

/// What the push has said about its write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Missing,
    Unknown,
    Written,
}

enum Event {
    Message(ToWatchdog),
    /// The push has ended, or says something that is not understood.
    Closed,
}

fn listen(mut input: impl Read + Send + 'static) -> Receiver<Event> {
    let (sender, events) = mpsc::channel();
    thread::spawn(move || {
        let receive = |input: &mut _| ToWatchdog::from_bytes(&frame::read(input).ok()??);
        while let Some(message) = receive(&mut input) {
            if sender.send(Event::Message(message)).is_err() {
                return;
            }
        }
        let _watchdog_has_ended = sender.send(Event::Closed);
    });
    events
}

struct Watch {
    client: Client,
    versions: KnownVersions,
    directory: PushDirectory,
    termination: Arc<AtomicBool>,
    events: Receiver<Event>,
    word: Word,
    is_push_running: bool,
    deadline: Deadline,
    assignment: Assignment,
}

impl Watch {
    /// Returns `None` if the push has said that nothing was written.
    fn run(mut self) -> Option<Conclusion> {
        let outcome = loop {
            match self.next_event(POLL) {
                Some(Event::Message(ToWatchdog::Written(revision))) => {
                    self.versions.written = Some(revision);
                    self.start_to_wait(Word::Written);
                }
                Some(Event::Message(ToWatchdog::Unknown)) => self.start_to_wait(Word::Unknown),
                Some(Event::Message(ToWatchdog::NotWritten)) => {
                    self.directory.remove();
                    return None;
                }
                Some(Event::Message(ToWatchdog::Confirm(by))) => break self.confirm(by),
                Some(Event::Message(ToWatchdog::PutBack(reason))) => break self.put_back(reason),
                Some(Event::Closed) => {
                    self.is_push_running = false;
                    // The write may be on its way, so the live policy is only read at the end of the wait.
                    if self.word == Word::Missing {
                        self.start_to_wait(Word::Missing);
                    }
                }
                None => {}
            }
            if self.is_confirmed_elsewhere() {
                break self.confirm(ConfirmedBy::Command);
            }
            if self.termination.load(Ordering::SeqCst) {
                break self.put_back(PutBackReason::Terminated);
            }
            if self.deadline.has_come(Moment::now()) {
                let outcome = self.put_back(PutBackReason::TimeUp);
                if outcome == WatchOutcome::NotWritten && self.is_push_running {
                    // The push may still write, for example after it was stopped.
                    self.start_to_wait(Word::Missing);
                } else {
                    break outcome;
                }
            }
        };
        let conclusion = Conclusion::now(outcome);
        // If it cannot be written, the push still gets it.
        let _recorded = self.directory.conclude(&conclusion);
        Some(conclusion)
    }

    fn next_event(&self, time: Duration) -> Option<Event> {
        match self.events.recv_timeout(time) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(time);
                None
            }
        }
    }

    fn start_to_wait(&mut self, word: Word) {
        self.word = word;
        self.deadline = Deadline::new(Moment::now(), self.assignment.wait);
        self.directory.unmark_deciding();
        // Only the list of pending pushes shows it.
        let _recorded = self.directory.record(&self.assignment);
    }

    /// Returns whether `push confirm` was called. A push that is about to write cannot be confirmed yet.
    fn is_confirmed_elsewhere(&self) -> bool {
        let can_be_confirmed = self.word != Word::Missing || !self.is_push_running;
        can_be_confirmed && self.directory.is_confirmation_requested()
    }

    /// Lets the new policy stay. If it is not known that it is there, reads which policy is.
    fn confirm(&self, by: ConfirmedBy) -> WatchOutcome {
        if self.word == Word::Written {
            return WatchOutcome::Confirmed(by);
        }
        self.directory.mark_deciding();
        match self.client.read_policy().map(|live| self.versions.find(&live)) {
            Ok(LiveVersion::Ours(_)) => WatchOutcome::Confirmed(by),
            Ok(LiveVersion::Old) => WatchOutcome::NotWritten,
            Ok(LiveVersion::Other) => WatchOutcome::ChangedByOther,
            Err(error) => WatchOutcome::Failed(error.to_string()),
        }
    }

    fn put_back(&mut self, reason: PutBackReason) -> WatchOutcome {
        self.directory.mark_deciding();
        let end = Deadline::new(Moment::now(), self.assignment.patience);
        let mut pause = FIRST_PAUSE;
        loop {
            let problem = match self.versions.put_back(&self.client, reason) {
                Attempt::Over(outcome) => return outcome,
                Attempt::Again(problem) => problem,
            };
            if end.has_come(Moment::now()) {
                return WatchOutcome::Failed(problem);
            }
            self.pause(pause);
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Waits until the next attempt. A confirmation comes too late now: the old policy may have been written.
    fn pause(&mut self, time: Duration) {
        let end = Deadline::new(Moment::now(), time);
        while !end.has_come(Moment::now()) {
            match self.next_event(end.left(Moment::now()).min(POLL)) {
                Some(Event::Message(ToWatchdog::Written(revision))) => self.versions.written = Some(revision),
                Some(Event::Closed) => self.is_push_running = false,
                // The next attempt reads which policy is live.
                Some(Event::Message(
                    ToWatchdog::Unknown | ToWatchdog::NotWritten | ToWatchdog::Confirm(_) | ToWatchdog::PutBack(_),
                ))
                | None => {}
            }
        }
    }
}

/// Returns the flag that `SIGTERM` sets. After `SIGHUP` and `SIGINT`, the process goes on.
fn handle_signals() -> Arc<AtomicBool> {
    let termination = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let ignored = Arc::new(AtomicBool::new(false));
        for (signal, flag) in [(SIGTERM, &termination), (SIGHUP, &ignored), (SIGINT, &ignored)] {
            // Without it, the signal has its default effect.
            let _registered = signal_hook::flag::register(signal, Arc::clone(flag));
        }
    }
    termination
}

impl From<ConfigError> for WatchdogError {
    fn from(error: ConfigError) -> WatchdogError {
        WatchdogError { message: error.message, help: error.help }
    }
}

impl From<ApiError> for WatchdogError {
    fn from(error: ApiError) -> WatchdogError {
        WatchdogError { message: error.message, help: error.help }
    }
}
