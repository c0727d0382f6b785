//! The reason why a push cannot be watched or confirmed.

use std::fmt;

/// The reason why a push cannot be watched or confirmed. It never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchdogError {
    /// The problem, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

impl WatchdogError {
    /// Creates an error without help.
    pub fn new(message: impl fmt::Display) -> WatchdogError {
        WatchdogError { message: message.to_string(), help: None }
    }

    /// Adds a help.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> WatchdogError {
        WatchdogError { help: Some(help.to_string()), ..self }
    }
}

impl fmt::Display for WatchdogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WatchdogError {}
