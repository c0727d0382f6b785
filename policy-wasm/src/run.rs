use std::ffi::OsString;
use std::time::Duration;

use policy_cli::tool::memory::{Colors, Memory, Output};

/// The surroundings of a command, except for files.
#[derive(Clone, Debug)]
pub struct Options {
    /// The content of stdin.
    pub stdin: Vec<u8>,
    /// The date for which policies are checked. By default, it is that of the clock.
    pub today: Option<String>,
    /// Which streams have the colours of a terminal.
    pub colors: Colors,
    /// The time since 1970.
    pub clock: fn() -> Duration,
}

impl Options {
    /// Creates options without anything but a clock.
    pub fn new(clock: fn() -> Duration) -> Options {
        Options { stdin: Vec::new(), today: None, colors: Colors::default(), clock }
    }
}

/// Runs a command line of `policy`, without the name of the program, on files in memory. Returns the
/// exit status, and what the command has written. A name that ends in `/` is that of a directory.
pub fn run<'f>(
    arguments: &[&str],
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
    options: &Options,
) -> (u8, Output) {
    let memory = Memory::new(options.clock).with_stdin(options.stdin.clone()).with_colors(options.colors);
    let memory = match &options.today {
        Some(today) => memory.with_today(today.clone()),
        None => memory,
    };
    let memory = files.into_iter().fold(memory, |memory, (name, content)| memory.with_file(name, content.to_vec()));
    policy_tool::run_in_memory(arguments.iter().map(OsString::from).collect(), memory)
}
