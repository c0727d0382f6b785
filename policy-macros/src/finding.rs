use policy_core::{Code, Severity};

use crate::place::Place;

/// A diagnostic with places in the Rust source: found while reading tokens, or brought back from the text.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) place: Place,
    pub(crate) notes: Vec<(String, Option<Place>)>,
    pub(crate) help: Option<String>,
    /// Whether it is a warning that the policy makes an error.
    pub(crate) denied: bool,
}

impl Finding {
    pub(crate) fn new(code: Code, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Finding { code, message: message.into(), place: place.into(), notes: Vec::new(), help: None, denied: false }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    pub(crate) fn note_at(mut self, message: impl Into<String>, place: impl Into<Place>) -> Self {
        self.notes.push((message.into(), Some(place.into())));
        self
    }

    pub(crate) fn is_error(&self) -> bool {
        self.denied || self.code.severity() == Severity::Error
    }
}
