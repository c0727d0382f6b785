//! An error in the settings, before anything is sent.

use std::fmt;

/// An error in an option or an environment variable. It never contains the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The problem, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl ConfigError {
    /// Creates an error without help.
    pub fn new(message: impl fmt::Display) -> ConfigError {
        ConfigError { message: message.to_string(), help: None }
    }

    /// Adds a help.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> ConfigError {
        ConfigError { help: Some(help.to_string()), ..self }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}
