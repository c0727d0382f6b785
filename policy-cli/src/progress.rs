//! A line on the terminal about what the program waits for. It is erased afterwards.

use std::io::{self, IsTerminal, Write};

/// A line that is shown while this value exists.
#[derive(Debug)]
pub(crate) struct Progress {
    is_terminal: bool,
}

impl Progress {
    /// Shows a line, if stderr is a terminal.
    pub(crate) fn show(line: &str) -> Progress {
        let progress = Progress { is_terminal: io::stderr().is_terminal() };
        progress.write(&format!("{}…", crate::text::visible(line)));
        progress
    }

    /// Writes over the line. A terminal erases its line at `ESC [ K`.
    fn write(&self, line: &str) {
        if self.is_terminal {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\u{1b}[K{line}").and_then(|()| stderr.flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.write("");
    }
}
