//! Programs that answer one line of JSON with another, and programs that only run once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A running program that reads requests from stdin and writes answers to stdout.
#[derive(Debug)]
pub struct Program {
    name: String,
    _child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a program. `name` is for messages.
    pub fn start(name: &str, mut command: Command) -> Program {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (requests, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Program { name: name.to_owned(), _child: child, requests, answers }
    }

    /// Sends a request, whose answer has to be read later.
    pub fn send(&mut self, request: &Value) {
        writeln!(self.requests, "{request}").unwrap();
    }

    /// Reads an answer.
    ///
    /// # Panics
    /// Panics if the program reports an error.
    pub fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{} has ended: {line:?}", self.name));
        assert!(answer["error"].is_null(), "{}: {}", self.name, answer["error"]);
        answer
    }

    /// Sends a request, and reads its answer.
    pub fn ask(&mut self, request: &Value) -> Value {
        self.send(request);
        self.receive()
    }
}

/// Runs a program that must succeed.
///
/// # Panics
/// Panics if it fails.
pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {message}", arguments.join(" "));
}
