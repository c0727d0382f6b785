//! Enter at the terminal.

use std::io::{BufRead as _, BufReader, Read};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Listens for Enter at a terminal.
#[derive(Debug)]
pub struct EnterKey(Receiver<()>);

impl EnterKey {
    /// Starts to read lines. The end of the input, which comes when a terminal is closed, is not a line.
    pub fn listen(input: impl Read + Send + 'static) -> EnterKey {
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut input = BufReader::new(input);
            let mut line = Vec::new();
            while input.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                // Somebody who types words does not mean the same.
                if line.ends_with(b"\n") && line.trim_ascii().is_empty() && sender.send(()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        EnterKey(lines)
    }

    /// Returns whether Enter was pressed since the last call.
    pub fn was_pressed(&self) -> bool {
        self.0.try_iter().count() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_line_is_enter() {
        for (input, is_enter) in [
            ("\n", true),
            ("\r\n", true),
            ("no\n\n", true),
            ("", false),
            (" ", false),
            ("no\n", false),
            ("yes", false),
            ("\0\n", false),
        ] {
            let key = EnterKey::listen(input.as_bytes());
            // The end of the channel shows that all has been read.
            assert_eq!(key.0.iter().count() > 0, is_enter, "{input:?}");
        }
    }
}
