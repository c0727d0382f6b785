//! What is wrong, where, and what to write instead: the same words for the macro and the command line.

mod code;
mod problem;
mod quote;
pub mod suggestion;

pub use code::{Code, Severity};
pub use problem::Problem;
pub use quote::go_quote;
pub use quote::listed;

use crate::source::Origin;

/// One finding about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of finding; also its heading in `docs/diagnostics.md`.
    pub code: Code,
    /// One sentence: lower case, no final period, the user's words in backticks.
    pub message: String,
    /// What to underline.
    pub origin: Origin,
    /// Second places and reasons, in the order to show them.
    pub notes: Vec<Note>,
    /// What to write instead.
    pub help: Option<String>,
    /// What Tailscale answers, where it refuses the policy for this.
    pub tailscale: Option<String>,
    /// Whether it is a warning that the policy itself makes an error.
    pub denied: bool,
}

/// A `note:` below a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What to know about that place.
    pub message: String,
    /// The second place, if the note is about one.
    pub origin: Option<Origin>,
}

impl Diagnostic {
    /// A diagnostic with nothing but its sentence and its place.
    pub fn new(code: Code, origin: Origin, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            origin,
            notes: Vec::new(),
            help: None,
            tailscale: None,
            denied: false,
        }
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

    /// Adds a second place.
    #[must_use]
    pub fn note_at(mut self, message: impl Into<String>, origin: Origin) -> Self {
        self.notes.push(Note { message: message.into(), origin: Some(origin) });
        self
    }

    /// Adds a reason that has no place of its own.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: message.into(), origin: None });
        self
    }

    /// Adds Tailscale's own message, which marks the policy as one that Tailscale refuses.
    #[must_use]
    pub fn tailscale(mut self, message: impl Into<String>) -> Self {
        self.tailscale = Some(message.into());
        self
    }

    /// Whether it stops the policy from being used: by its kind, or because the policy denies it.
    pub fn severity(&self) -> Severity {
        if self.denied { Severity::Error } else { self.code.severity() }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
