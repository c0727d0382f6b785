//! The push's side of the watchdog.

use std::io;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::conclusion::{Conclusion, ConfirmedBy, PutBackReason};
use super::deadline::{Deadline, Moment};
use super::error::WatchdogError;
use super::frame;
use super::message::{Assignment, FromWatchdog, ToWatchdog};
use super::pending::{PendingPushes, end_of};
use crate::api::Revision;
use crate::timestamp::Timestamp;

/// Whether the system has process groups, so that a watchdog outlives its push.
pub const IS_SUPPORTED: bool = cfg!(unix);

/// How long the watchdog may need to read the live policy before it is ready.
const START: Duration = Duration::from_secs(120);
/// How often the push looks for a confirmation.
const POLL: Duration = Duration::from_millis(100);
/// How long a watchdog that has decided may need to end.
const END: Duration = Duration::from_secs(2);

/// The environment variables that the watchdog keeps. A credential may be in any other, so a list of those to remove
/// would never be complete.
const KEPT_VARIABLES: &[&str] = &[
    "ALL_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "all_proxy",
    "https_proxy",
    "http_proxy",
    "no_proxy",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
];

/// A running watchdog, as its push sees it.
///
/// If this value is dropped, or its process ends, the watchdog goes on, and puts the old policy back at the end of the
/// wait.
#[derive(Debug)]
pub struct Watchdog {
    child: Child,
    /// `None` after it was closed.
    input: Option<ChildStdin>,
    messages: Receiver<FromWatchdog>,
    id: String,
    wait: Duration,
    deadline: Deadline,
    until: Timestamp,
    pushes: PendingPushes,
}

/// The decision of the operator, or of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorDecision {
    /// The new policy stays.
    Keep(ConfirmedBy),
    /// The old policy is put back at once.
    PutBack,
}

enum Received {
    Message(FromWatchdog),
    Nothing,
    Closed,
}

/// Starts a watchdog, and waits until it has read the live policy. The policy may only be written after that.
///
/// It is a process of `program` with these arguments, which has to call [`run`](super::run). It runs in a process group
/// of its own, without a terminal. `client` is [`Client::handover`](crate::Client), and only gets there by a pipe.
///
/// # Errors
/// Fails if it cannot be started, if it cannot do its work, or if the live policy is not the old one any more.
pub fn start(
    program: &Path,
    arguments: &[&str],
    client: &[u8],
    assignment: &Assignment,
) -> Result<Watchdog, WatchdogError> {
    if !IS_SUPPORTED {
        return Err(WatchdogError::new("this system has no process groups, so a watchdog would end with the push"));
    }
    let to_send = assignment.to_bytes()?;
    let mut child = command(program, arguments)
        .spawn()
        .map_err(|error| WatchdogError::new(format_args!("cannot start `{}`: {error}", program.display())))?;
    let started = hand_over(&mut child, client, &to_send);
    match started {
        Ok((input, messages, id)) => Ok(Watchdog {
            child,
            input: Some(input),
            messages,
            id,
            wait: assignment.wait,
            deadline: Deadline::new(Moment::now(), assignment.wait),
            until: end_of(assignment.wait),
            pushes: PendingPushes::new(&assignment.state),
        }),
        Err(error) => {
            let _ended = child.kill();
            let _status = child.wait();
            Err(error)
        }
    }
}

fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.env_clear();
    command.envs(KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    // The terminal's hang-up goes to its foreground group, and the shell's to the groups of its jobs.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Sends everything, and waits until the watchdog is ready.
fn hand_over(
    child: &mut Child,
    client: &[u8],
    assignment: &[u8],
) -> Result<(ChildStdin, Receiver<FromWatchdog>, String), WatchdogError> {
    let gone = || WatchdogError::new("the watchdog ended before it was ready");
    let (mut input, output) = child.stdin.take().zip(child.stdout.take()).ok_or_else(gone)?;
    let messages = listen(output);
    // If the watchdog ends early, it says why.
    let sent = frame::write(&mut input, client).and_then(|()| frame::write(&mut input, assignment));
    match (messages.recv_timeout(START), sent) {
        (Ok(FromWatchdog::Ready(id)), Ok(())) => Ok((input, messages, id)),
        (Ok(FromWatchdog::Unable(error)), _) => Err(error),
        (Ok(FromWatchdog::Ready(_) | FromWatchdog::Concluded(_)) | Err(RecvTimeoutError::Disconnected), _) => {
            Err(gone())
        }
        (Err(RecvTimeoutError::Timeout), _) => {
            Err(WatchdogError::new(format_args!("the watchdog was not ready within {} seconds", START.as_secs())))
        }
    }
}

fn listen(mut output: impl io::Read + Send + 'static) -> Receiver<FromWatchdog> {
    let (sender, messages) = mpsc::channel();
    thread::spawn(move || {
        let receive = |output: &mut _| FromWatchdog::from_bytes(&frame::read(output).ok()??);
        while let Some(message) = receive(&mut output) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    messages
}

impl Watchdog {
    /// Returns the id of the push, for `push confirm`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the time at which the old policy is put back.
    pub fn until(&self) -> &Timestamp {
        &self.until
    }

    /// Returns the time that is left to confirm the push.
    pub fn time_left(&self) -> Duration {
        self.deadline.left(Moment::now())
    }

    /// Returns what to say if the push ends while it waits. `command` is the name of the program.
    pub fn last_words(&self, command: &str) -> String {
        format!(
            "the old policy is put back at {} unless you run `{command} push confirm {}` before",
            self.until, self.id
        )
    }

    /// Checks that the watchdog is there. To be called immediately before the write.
    ///
    /// # Errors
    /// Fails if it has ended.
    pub fn check(&mut self) -> Result<(), WatchdogError> {
        match self.receive(Duration::ZERO) {
            Received::Nothing => Ok(()),
            Received::Message(_) | Received::Closed => {
                Err(WatchdogError::new("the watchdog has ended").help("start the push again"))
            }
        }
    }

    /// Says that the policy was written, and what the server calls that version. The wait begins.
    ///
    /// # Errors
    /// Fails if the watchdog has ended. Then nothing puts the old policy back.
    pub fn written(&mut self, revision: &Revision) -> Result<(), WatchdogError> {
        self.start_to_wait(&ToWatchdog::Written(revision.clone()))
    }

    /// Says that it is not known whether the policy was written. The wait begins.
    ///
    /// # Errors
    /// Fails if the watchdog has ended. Then nothing puts the old policy back.
    pub fn unknown(&mut self) -> Result<(), WatchdogError> {
        self.start_to_wait(&ToWatchdog::Unknown)
    }

    /// Says that the policy was not written. The watchdog ends.
    pub fn not_written(mut self) {
        // If it has ended already, there is nothing to say.
        let _sent = self.send(&ToWatchdog::NotWritten);
        self.finish();
    }

    /// Waits until the watchdog has decided. Again and again, `ask` gets the time that is left, and returns the
    /// decision of the operator if there is one.
    ///
    /// # Errors
    /// Fails if the watchdog was killed. Then nothing puts the old policy back.
    pub fn wait(
        mut self,
        mut ask: impl FnMut(Duration) -> Option<OperatorDecision>,
    ) -> Result<Conclusion, WatchdogError> {
        let mut is_decided = false;
        loop {
            match self.receive(POLL) {
                Received::Message(FromWatchdog::Concluded(conclusion)) => {
                    self.finish();
                    return Ok(conclusion);
                }
                Received::Message(FromWatchdog::Ready(_) | FromWatchdog::Unable(_)) | Received::Nothing => {}
                Received::Closed => return self.recorded_conclusion(),
            }
            if is_decided {
                continue;
            }
            let message = match ask(self.time_left()) {
                Some(OperatorDecision::Keep(by)) => ToWatchdog::Confirm(by),
                Some(OperatorDecision::PutBack) => ToWatchdog::PutBack(PutBackReason::Asked),
                None => continue,
            };
            is_decided = true;
            // If it has ended, the next answer shows how.
            let _sent = self.send(&message);
        }
    }

    fn start_to_wait(&mut self, message: &ToWatchdog) -> Result<(), WatchdogError> {
        self.deadline = Deadline::new(Moment::now(), self.wait);
        self.until = end_of(self.wait);
        self.send(message).map_err(|_| killed())
    }

    fn send(&mut self, message: &ToWatchdog) -> io::Result<()> {
        match &mut self.input {
            Some(input) => frame::write(input, &message.to_bytes()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn receive(&self, time: Duration) -> Received {
        match self.messages.recv_timeout(time) {
            Ok(message) => Received::Message(message),
            Err(RecvTimeoutError::Timeout) => Received::Nothing,
            Err(RecvTimeoutError::Disconnected) => Received::Closed,
        }
    }

    fn recorded_conclusion(&self) -> Result<Conclusion, WatchdogError> {
        let directory = self.pushes.find(&self.id)?;
        directory.and_then(|push| push.conclusion()).ok_or_else(killed)
    }

    /// Waits for a process that is about to end, so that it does not stay as a zombie.
    fn finish(&mut self) {
        self.input = None;
        let start = Instant::now();
        while start.elapsed() < END && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn killed() -> WatchdogError {
    WatchdogError::new("the watchdog was ended from outside, so nothing puts the old policy back")
        .help("look at the live policy now, and restore the backup with `push --restore` if it is not right")
}
