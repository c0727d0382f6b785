//! The question whether to write.

use std::io::{self, BufRead, IsTerminal, Write};

/// Returns whether somebody can answer: stdin and stderr are a terminal.
pub(crate) fn can_be_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal. Only `y` and `yes` are a yes.
pub(crate) fn ask(question: &str) -> bool {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    drop(stderr);
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).is_ok() && is_yes(&answer)
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_a_yes_is_a_yes() {
        let answers = ["y\n", "YES\r\n", "y", "", "\n", "n\n", "yess\n", "no\n", "да\n"];
        assert_eq!(answers.map(is_yes), [true, true, true, false, false, false, false, false, false]);
    }
}
