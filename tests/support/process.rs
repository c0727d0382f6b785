//! Programs as processes, and folders to run them in.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The exit status of a process, and its output.
#[derive(Debug)]
pub struct Run {
    /// The exit status. `None` after a signal.
    pub status: Option<i32>,
    /// The text on stdout.
    pub stdout: String,
    /// The text on stderr.
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Returns a command with an empty stdin, and without variables that enable or disable colours.
pub fn command(program: impl AsRef<OsStr>, directory: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).args(arguments);
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs a program in a directory.
pub fn run(program: impl AsRef<OsStr>, directory: &Path, arguments: &[impl AsRef<OsStr>]) -> Run {
    command(program, directory, arguments).output().unwrap().into()
}

/// Runs a program in a directory, with a text on stdin.
pub fn run_with_stdin(
    program: impl AsRef<OsStr>,
    directory: &Path,
    arguments: &[impl AsRef<OsStr>],
    stdin: impl AsRef<[u8]>,
) -> Run {
    run_command_with_stdin(&mut command(program, directory, arguments), stdin)
}

/// Runs a command with a text on stdin.
pub fn run_command_with_stdin(command: &mut Command, stdin: impl AsRef<[u8]>) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its stdin may have ended already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_ref());
    child.wait_with_output().unwrap().into()
}

/// Returns the stdout of a run that must have succeeded.
///
/// # Panics
/// Panics if the exit status is not 0.
#[track_caller]
pub fn successful(run: Run) -> String {
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    run.stdout
}

/// Makes an empty directory below `parent`, which is `env!("CARGO_TARGET_TMPDIR")` in an integration test.
pub fn empty_directory(parent: &str, name: &str) -> PathBuf {
    let path = Path::new(parent).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Returns the names of the entries in a directory, in order.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
