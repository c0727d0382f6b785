use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Text;

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

    /// Makes it a problem of the longer word of which the word is these bytes.
    #[must_use]
    pub fn within(mut self, part: Range<usize>) -> Self {
        self.part = Some(match self.part {
            Some(inner) => part.start + inner.start..part.start + inner.end,
            None => part,
        });
        self
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to write instead, where there is something to say.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds Tailscale's own message.
    #[must_use]
    pub fn tailscale(mut self, message: impl Into<String>) -> Self {
        self.tailscale = Some(message.into());
        self
    }

    /// Puts the place that Tailscale names before its message, where it has one.
    #[must_use]
    pub fn tailscale_prefix(mut self, prefix: &str) -> Self {
        self.tailscale = self.tailscale.map(|message| format!("{prefix}{message}"));
        self
    }

    /// The diagnostic about `text`, which is the word that was parsed.
    pub fn at(self, text: &Text) -> Diagnostic {
        // What is missing has no bytes to underline.
        let part = self.part.filter(|part| !part.is_empty());
        let origin = part.map_or(text.origin, |part| text.part(part));
        Diagnostic {
            code: self.code,
            message: self.message,
            origin,
            notes: Vec::new(),
            help: self.help,
            tailscale: self.tailscale,
            denied: false,
        }
    }
}
