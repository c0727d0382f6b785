//! The reason why the person or the command that a push asks does not go on.

use std::fmt;

/// The reason why an [`Operator`](super::Operator) does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The problem, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
    /// Whether something that the push needs failed, rather than that somebody decided against it.
    pub is_failure: bool,
}

impl Refusal {
    /// Creates a decision against the push: a guard found something, or a person said no.
    pub fn decision(message: impl fmt::Display) -> Refusal {
        Refusal { message: message.to_string(), help: None, is_failure: false }
    }

    /// Creates a failure: something that the push needs could not be done.
    pub fn failure(message: impl fmt::Display) -> Refusal {
        Refusal { message: message.to_string(), help: None, is_failure: true }
    }

    /// Adds a help.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> Refusal {
        Refusal { help: Some(help.to_string()), ..self }
    }
}
