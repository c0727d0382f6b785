//! The running program, and its command lines for help and messages: `cargo run -- who …`, or
//! `policy who FILE …`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::file;
use crate::text::visible;

/// The name of the built-in policy in messages.
pub(crate) const BUILT_IN: &str = "<built-in policy>";

/// The commands that ask a control plane. In an operator's crate, they need the feature `deploy`.
const ONLINE: [&str; 4] = ["validate", "pull", "drift", "push"];

/// One of the two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// An operator's own binary, with a built-in policy.
    Own,
    /// The stand-alone `policy`, which reads files.
    StandAlone,
}

impl Program {
    /// Returns the program that has `path` as its name for the policy.
    pub(crate) fn with_policy(path: &Path) -> Program {
        if path == Path::new(BUILT_IN) { Program::Own } else { Program::StandAlone }
    }

    /// Returns the words before a command: `cargo run --`, or the name of the binary if cargo did
    /// not start it, or `policy`.
    pub(crate) fn prefix(self) -> String {
        match self {
            Program::Own if env::var_os("CARGO").is_some() => "cargo run --".to_owned(),
            Program::Own => binary_name(),
            Program::StandAlone => "policy".to_owned(),
        }
    }

    /// Returns the words before this command. With cargo, some commands need a feature of the operator's crate.
    pub(crate) fn prefix_of(self, command: &str) -> String {
        match self {
            Program::Own if ONLINE.contains(&command) && env::var_os("CARGO").is_some() => {
                "cargo run --features deploy --".to_owned()
            }
            Program::Own | Program::StandAlone => self.prefix(),
        }
    }

    /// Returns a command line about one policy.
    pub(crate) fn command(self, command: &str, policy: &str, rest: &str) -> String {
        let prefix = self.prefix_of(command);
        let line = match self {
            Program::Own => format!("{prefix} {command} {rest}"),
            Program::StandAlone => format!("{prefix} {command} {policy} {rest}"),
        };
        line.trim_end().to_owned()
    }
}

/// Returns a command line that answers another question about the policy named `path`.
pub(crate) fn command_line(path: &Path, command: &str, rest: &str) -> String {
    let policy = if path == file::display_name(Path::new("-")) { "-".to_owned() } else { file::visible_name(path) };
    visible(&Program::with_policy(path).command(command, &policy, rest))
}

/// Returns the name of the operator's binary.
pub(crate) fn binary_name() -> String {
    let path = env::args_os().next().map(PathBuf::from);
    let name = path.as_deref().and_then(Path::file_stem).map(OsString::from);
    name.and_then(|name| name.into_string().ok()).unwrap_or_else(|| "policy".to_owned())
}

/// The maximum width of an example with its explanation on the same line.
const WIDEST: usize = 46;

/// Formats the examples of a help text: command lines with their explanations.
pub(crate) fn examples(lines: &[(String, &str)]) -> String {
    let widths = lines.iter().map(|(line, _)| line.chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(WIDEST);
    let mut text = String::from("Examples:");
    for (line, about) in lines {
        text.push_str(&format!("\n  {line}"));
        let length = line.chars().count();
        let blanks = if length <= width { width - length } else { width + 2 };
        match (about.is_empty(), length <= width) {
            (true, _) => {}
            (false, true) => text.push_str(&format!("{}   {about}", " ".repeat(blanks))),
            (false, false) => text.push_str(&format!("\n{}   {about}", " ".repeat(blanks))),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_one_of_the_program_that_runs() {
        let line = |path: &str| command_line(Path::new(path), "who", "tag:db");
        assert_eq!([line("p.hujson"), line("<stdin>")], ["policy who p.hujson tag:db", "policy who - tag:db"]);
        assert!(line(BUILT_IN).ends_with(" who tag:db") && !line(BUILT_IN).contains(BUILT_IN));
    }

    #[test]
    fn examples_are_in_columns() {
        let long = "x".repeat(50);
        let lines =
            [("a".to_owned(), "one"), ("abc".to_owned(), ""), ("ab".to_owned(), "two"), (long.clone(), "three")];
        assert_eq!(examples(&lines), format!("Examples:\n  a     one\n  abc\n  ab    two\n  {long}\n        three"));
    }
}
