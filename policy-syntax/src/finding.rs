use policy_core::{Code, Severity};

use crate::token_range::TokenRange;

/// A finding about the source, before its place has a form that can be shown.
///
/// The parser knows places as tokens. The macro turns them into spans, and a reader of text into ranges of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<Place = TokenRange> {
    /// The kind of finding.
    pub code: Code,
    /// One sentence in lower case, without a period at its end.
    pub message: String,
    /// What to underline.
    pub place: Place,
    /// Other places and reasons, in the order to show them.
    pub notes: Vec<(String, Option<Place>)>,
    /// What to write instead.
    pub help: Option<String>,
    /// Whether it is a warning that the policy makes an error.
    pub denied: bool,
}

impl<Place> Finding<Place> {
    /// Creates a finding with a message and a place.
    pub fn new(code: Code, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Finding { code, message: message.into(), place: place.into(), notes: Vec::new(), help: None, denied: false }
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

    /// Adds another place.
    #[must_use]
    pub fn note_at(mut self, message: impl Into<String>, place: impl Into<Place>) -> Self {
        self.notes.push((message.into(), Some(place.into())));
        self
    }

    /// Returns whether it is an error.
    pub fn is_error(&self) -> bool {
        self.denied || self.code.severity() == Severity::Error
    }

    /// Returns the same finding with each of its places converted by `convert`.
    pub fn map<Other>(self, convert: impl Fn(Place) -> Other) -> Finding<Other> {
        let notes = self.notes.into_iter().map(|(note, place)| (note, place.map(&convert))).collect();
        let (place, code, message) = (convert(self.place), self.code, self.message);
        Finding { code, message, place, notes, help: self.help, denied: self.denied }
    }
}
