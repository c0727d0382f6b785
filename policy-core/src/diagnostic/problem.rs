use std::ops::Range;

use crate::model::Text;

use super::{Code, Diagnostic};

/// What is wrong with a word, before it is known where the word stands.
///
/// The parsers of [`crate::model`] are functions on `&str`; [`Problem::at`] gives their findings a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// See [`Diagnostic::code`].
    pub code: Code,
    /// See [`Diagnostic::message`].
    pub message: String,
    /// The bytes of the word that are wrong; all of it if `None`.
    pub part: Option<Range<usize>>,
    /// See [`Diagnostic::help`].
    pub help: Option<String>,
    /// See [`Diagnostic::tailscale`].
    pub tailscale: Option<String>,
}

impl Problem {
    /// A problem of the whole word.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Problem { code, message: message.into(), part: None, help: None, tailscale: None }
    }

    /// Narrows it to some bytes of the word.
    #[must_use]
    pub fn part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds Tailscale's own message.
    #[must_use]
    pub fn tailscale(mut self, message: impl Into<String>) -> Self {
        self.tailscale = Some(message.into());
        self
    }

    /// The diagnostic about `text`, which is the word that was parsed.
    pub fn at(self, text: &Text) -> Diagnostic {
        let origin = self.part.map_or(text.origin, |part| text.part(part));
        Diagnostic {
            code: self.code,
            message: self.message,
            origin,
            notes: Vec::new(),
            help: self.help,
            tailscale: self.tailscale,
        }
    }
}
