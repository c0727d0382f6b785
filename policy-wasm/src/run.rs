use std::ffi::OsString;
use std::time::Duration;

use policy_cli::tool::memory::{Memory, Output};

/// The surroundings of a command, except for files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The content of stdin.
    pub stdin: String,
    /// The date for which policies are checked. By default, it is that of the clock.
    pub today: Option<String>,
    /// Whether texts for people have the colours of a terminal.
    pub color: bool,
    /// The time since 1970.
    pub clock: fn() -> Duration,
}

impl Options {
    /// Creates options without anything but a clock.
    pub fn new(clock: fn() -> Duration) -> Options {
        Options { stdin: String::new(), today: None, color: false, clock }
    }
}

/// Runs a command line of `policy`, without the name of the program, on files in memory. Returns the
/// exit status, and what the command has written.
pub fn run<'f>(
    arguments: &[&str],
    files: impl IntoIterator<Item = (&'f str, &'f str)>,
    options: &Options,
) -> (u8, Output) {
    let memory = Memory::new(options.clock).with_stdin(options.stdin.clone().into_bytes()).with_color(options.color);
    let memory = match &options.today {
        Some(today) => memory.with_today(today.clone()),
        None => memory,
    };
    let memory =
        files.into_iter().fold(memory, |memory, (name, text)| memory.with_file(name, text.as_bytes().to_vec()));
    policy_tool::run_in_memory(arguments.iter().map(OsString::from).collect(), memory)
}
