use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Text;

/// A finding about one word whose place is not known yet.
///
/// The parsers of [`crate::model`] are functions on `&str`; [`Problem::at`] gives their findings a
/// place. Its place is the range of bytes in the word that are wrong, or `None` for the whole word.
pub type Problem = Diagnostic<Option<Range<usize>>>;

impl Problem {
    /// Makes a finding about the whole word.
    pub fn word(code: Code, message: impl Into<String>) -> Self {
        Diagnostic::new(code, None, message)
    }

    /// Narrows it to a range of bytes of the word.
    #[must_use]
    pub fn part(mut self, part: Range<usize>) -> Self {
        self.origin = Some(part);
        self
    }

    /// Narrows it to a range of bytes of the word, unless it has a fix. A fix is for the whole
    /// word.
    #[must_use]
    pub fn part_or_fix(self, part: Range<usize>) -> Self {
        let origin = if self.fix().is_some() { None } else { Some(part) };
        Problem { origin, ..self }
    }

    /// Makes it a finding about a longer word that contains the word at these bytes.
    #[must_use]
    pub fn within(mut self, part: Range<usize>) -> Self {
        self.origin = Some(match self.origin {
            Some(inner) => part.start + inner.start..part.start + inner.end,
            None => part,
        });
        self
    }

    /// Puts the place that Tailscale names before its message, if it has a message.
    #[must_use]
    pub fn tailscale_prefix(mut self, prefix: &str) -> Self {
        self.tailscale = self.tailscale.map(|message| format!("{prefix}{message}"));
        self
    }

    /// Puts the place that headscale names before its message, if it has a message.
    #[must_use]
    pub fn headscale_prefix(mut self, prefix: &str) -> Self {
        if let Some(text) = self.headscale.as_mut().and_then(|answer| answer.text.as_mut()) {
            text.insert_str(0, prefix);
        }
        self
    }

    /// Gives it a place in `text`, the word that was parsed.
    pub fn at(self, text: &Text) -> Diagnostic {
        // A missing part has no bytes to underline.
        self.map_origins(|part| part.filter(|part| !part.is_empty()).map_or(text.origin, |part| text.part(part)))
    }
}
