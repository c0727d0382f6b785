//! A command that confirms a push by its success.

use std::io::{self, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How much of the end of the output is kept.
const OUTPUT_LIMIT: usize = 8 << 10;
/// How long the output may come after the command has ended. A process that it started may keep the pipe open.
const LAST_OUTPUT: Duration = Duration::from_millis(200);
/// The pauses between runs grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// A command that is run again and again until it succeeds.
#[derive(Debug)]
pub struct ConfirmationProbe {
    command: String,
    limit: Duration,
    hidden_variables: Vec<String>,
    state: State,
    pause: Duration,
    failures: u32,
    last_failure: Option<ProbeFailure>,
}

/// The last failure of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeFailure {
    /// Its number, from 1.
    pub number: u32,
    /// The reason, such as "it ended with exit status 1".
    pub reason: String,
    /// The end of what the command wrote to stdout and stderr.
    pub output: String,
}

#[derive(Debug)]
enum State {
    Waiting { until: Instant },
    Running(Run),
    Succeeded,
}

#[derive(Debug)]
struct Run {
    child: Child,
    start: Instant,
    output: Receiver<Vec<u8>>,
}

impl ConfirmationProbe {
    /// Creates a probe that the shell runs. Each run is ended after `limit`. It does not see the hidden variables of
    /// the environment, which have credentials. Nothing is run before the first [`ConfirmationProbe::poll`].
    pub fn new(command: impl Into<String>, limit: Duration, hidden_variables: &[&str]) -> ConfirmationProbe {
        ConfirmationProbe {
            command: command.into(),
            limit,
            hidden_variables: hidden_variables.iter().map(|name| (*name).to_owned()).collect(),
            state: State::Waiting { until: Instant::now() },
            pause: FIRST_PAUSE,
            failures: 0,
            last_failure: None,
        }
    }

    /// Goes on, without waiting. Returns whether the command has succeeded.
    pub fn poll(&mut self) -> bool {
        match &mut self.state {
            State::Succeeded => return true,
            State::Waiting { until } if Instant::now() < *until => {}
            State::Waiting { .. } => match self.start() {
                Ok(run) => self.state = State::Running(run),
                Err(error) => self.fail(format!("it cannot be run: {error}"), String::new()),
            },
            State::Running(run) => match run.child.try_wait() {
                Ok(Some(status)) if status.success() => self.state = State::Succeeded,
                Ok(Some(status)) => {
                    let (reason, output) = (describe(status), run.output());
                    self.fail(reason, output);
                }
                Ok(None) if run.start.elapsed() < self.limit => {}
                Ok(None) => {
                    run.end();
                    let output = run.output();
                    self.fail(format!("it took longer than {} seconds", self.limit.as_secs_f32()), output);
                }
                Err(error) => {
                    run.end();
                    self.fail(format!("its exit status is not known: {error}"), String::new());
                }
            },
        }
        matches!(self.state, State::Succeeded)
    }

    /// Returns the last failure. `None` if the command has not failed yet.
    pub fn last_failure(&self) -> Option<&ProbeFailure> {
        self.last_failure.as_ref()
    }

    fn start(&self) -> io::Result<Run> {
        let (reader, writer) = io::pipe()?;
        let mut command = shell(&self.command);
        self.hidden_variables.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = command.spawn()?;
        // It has the other end of the pipe, which would never close.
        drop(command);
        Ok(Run { child, start: Instant::now(), output: collect(reader) })
    }

    fn fail(&mut self, reason: String, output: String) {
        self.failures += 1;
        self.last_failure = Some(ProbeFailure { number: self.failures, reason, output });
        self.state = State::Waiting { until: Instant::now() + self.pause };
        self.pause = (self.pause * 2).min(LAST_PAUSE);
    }
}

impl Drop for ConfirmationProbe {
    fn drop(&mut self) {
        if let State::Running(run) = &mut self.state {
            run.end();
        }
    }
}

impl Run {
    /// Ends the command and what it has started.
    fn end(&mut self) {
        // The shell has a process group of its own, which only a shell can signal without unsafe code.
        #[cfg(unix)]
        let _ended = shell(&format!("kill -s KILL -- -{}", self.child.id()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }

    fn output(&self) -> String {
        let output = self.output.recv_timeout(LAST_OUTPUT).unwrap_or_default();
        String::from_utf8_lossy(&output).into_owned()
    }
}

fn shell(text: &str) -> Command {
    #[cfg(unix)]
    {
        let mut command = Command::new("sh");
        command.args(["-c", text]);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
    #[cfg(not(unix))]
    {
        let mut command = Command::new("cmd");
        command.args(["/C", text]);
        command
    }
}

/// Collects the end of the output in the background, and sends it when the pipe is closed.
fn collect(mut reader: io::PipeReader) -> Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    thread::spawn(move || {
        let mut end = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            end.extend_from_slice(buffer.get(..length).unwrap_or_default());
            let excess = end.len().saturating_sub(OUTPUT_LIMIT);
            end.drain(..excess);
        }
        let _nobody_reads_it = sender.send(end);
    });
    output
}

fn describe(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it ended with exit status {code}"),
        None => "it was ended by a signal".to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn probe(command: &str, limit: Duration) -> ConfirmationProbe {
        ConfirmationProbe::new(command, limit, &["POLICY_TEST_SECRET", "HOME"])
    }

    /// Polls until the probe succeeds or has failed this many times.
    fn run(probe: &mut ConfirmationProbe, failures: u32) -> bool {
        let start = Instant::now();
        loop {
            if probe.poll() {
                return true;
            }
            if probe.last_failure().is_some_and(|failure| failure.number >= failures) {
                return false;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{probe:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn success_confirms_and_failure_says_why() {
        let long = Duration::from_secs(10);
        assert!(run(&mut probe("true", long), 1));
        assert!(run(&mut probe("test -z \"$HOME\" && echo yes", long), 1));
        for (command, reason, output) in [
            ("echo one; echo two >&2; exit 3", "it ended with exit status 3", "one\ntwo\n"),
            ("false", "it ended with exit status 1", ""),
            ("kill -TERM $$", "it was ended by a signal", ""),
            ("printf '\\377'; false", "it ended with exit status 1", "\u{FFFD}"),
            ("cat; false", "it ended with exit status 1", ""),
        ] {
            let mut probe = probe(command, long);
            assert!(!run(&mut probe, 1), "{command}");
            let expected = ProbeFailure { number: 1, reason: reason.into(), output: output.into() };
            assert_eq!(probe.last_failure(), Some(&expected), "{command}");
        }
    }

    #[test]
    fn only_the_end_of_a_long_output_is_kept() {
        let mut probe = probe("yes | head -n 100000; echo end; false", Duration::from_secs(10));
        assert!(!run(&mut probe, 1));
        let output = &probe.last_failure().unwrap().output;
        assert_eq!(output.len(), OUTPUT_LIMIT);
        assert!(output.ends_with("y\nend\n"));
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_what_it_started() {
        let mark = format!("{}.7", 3000 + std::process::id());
        let start = Instant::now();
        let mut probe = probe(&format!("echo on; sleep {mark} & sleep {mark}; true"), Duration::from_millis(300));
        assert!(!run(&mut probe, 1));
        assert!(start.elapsed() < Duration::from_secs(5));
        let expected =
            ProbeFailure { number: 1, reason: "it took longer than 0.3 seconds".into(), output: "on\n".into() };
        assert_eq!(probe.last_failure(), Some(&expected));
        let processes = Command::new("ps").args(["-ax", "-o", "args"]).output();
        if let Ok(processes) = processes {
            assert!(!String::from_utf8_lossy(&processes.stdout).contains(&format!("sleep {mark}")));
        }
    }

    #[test]
    fn it_is_run_again_until_it_succeeds() {
        let file = std::env::temp_dir().join(format!("policy-probe-{}", std::process::id()));
        let _removed = std::fs::remove_file(&file);
        let path = file.display();
        let mut probe = probe(&format!("test -e {path} || {{ touch {path}; false; }}"), Duration::from_secs(10));
        let start = Instant::now();
        assert!(run(&mut probe, 2));
        assert!(start.elapsed() >= FIRST_PAUSE);
        assert_eq!(probe.last_failure().unwrap().number, 1);
        assert!(probe.poll());
        std::fs::remove_file(file).unwrap();
    }
}
