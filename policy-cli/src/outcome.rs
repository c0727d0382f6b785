//! How a command ended, and the exit status that says so.

use std::fmt::Display;
use std::process::ExitCode;

use annotate_snippets::{Group, Level, Renderer};

/// What a command that did its work has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// All is well: exit status 0.
    Good,
    /// There is something to look at, an error or a difference: exit status 1.
    Findings,
    /// Part of the work could not be done, and the reason is already on stderr: exit status 2.
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Good => 0,
            Outcome::Findings => 1,
            Outcome::Incomplete => 2,
        })
    }
}

/// Why a command could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A failure; the message follows the style of [`policy_core::Diagnostic::message`].
    pub(crate) fn new(message: impl Display) -> Self {
        Failure { message: message.to_string(), help: None }
    }

    /// Adds what to do instead.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// The lines to show on stderr.
    pub(crate) fn render(&self, renderer: &Renderer) -> String {
        let error = Level::ERROR.primary_title(self.message.as_str());
        let help = self.help.as_deref().map(|help| Level::HELP.primary_title(help));
        let line = |title| renderer.render(&[Group::with_title(title)]) + "\n";
        std::iter::once(error).chain(help).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_reads_like_a_compiler_error() {
        let failure = Failure::new("there is no file `x.hujson`").help("write `-` to read stdin");
        assert_eq!(
            failure.render(&Renderer::plain()),
            "error: there is no file `x.hujson`\nhelp: write `-` to read stdin\n"
        );
    }
}
