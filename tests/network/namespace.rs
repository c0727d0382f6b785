//! A network namespace.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::run;

/// A network namespace, with a name.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// The name.
    pub name: String,
}

impl Namespace {
    /// Makes a namespace in which only the loopback interface is up.
    pub fn new(name: &str) -> Namespace {
        run("ip", &["netns", "add", name]);
        let namespace = Namespace { name: name.to_owned() };
        namespace.ip(&["link set lo up"]);
        namespace
    }

    /// Runs commands of `ip` in the namespace.
    pub fn ip(&self, commands: &[&str]) {
        ip(&["-n", &self.name, "-batch", "-"], commands);
    }

    /// Sets variables of the kernel in the namespace.
    pub fn set(&self, variables: &[&str]) {
        let arguments: Vec<&str> =
            ["netns", "exec", &self.name, "sysctl", "-qw"].into_iter().chain(variables.iter().copied()).collect();
        run("ip", &arguments);
    }

    /// Returns a command that runs in the namespace.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }
}

/// Runs commands of `ip`.
pub fn ip(options: &[&str], commands: &[&str]) {
    let mut command = Command::new("ip");
    command.args(options).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(commands.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "ip {options:?} {commands:?}: {}", String::from_utf8_lossy(&output.stderr));
}
