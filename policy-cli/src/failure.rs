//! The reason why a command could not do its work.

use std::fmt::Display;

use annotate_snippets::{Group, Level, Renderer};
use policy_analysis::query::QueryError;
use policy_core::diagnostic::Problem;

use crate::text::visible;

/// An error without a place in a policy: wrong usage, a file that cannot be read, or a question
/// without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The problem, in the style of [`policy_core::Diagnostic::message`].
    message: String,
    /// The help, which says what to do instead.
    help: Option<String>,
}

impl Failure {
    pub fn new(message: impl Display) -> Self {
        Failure { message: message.to_string(), help: None }
    }

    /// Adds a help that says what to do instead.
    #[must_use]
    pub fn help(self, help: impl Display) -> Self {
        Failure { help: Some(help.to_string()), ..self }
    }

    /// Returns the problem.
    #[cfg(feature = "deploy")]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do instead.
    #[cfg(feature = "deploy")]
    pub(crate) fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the text to show on stderr.
    pub fn render(&self, renderer: &Renderer) -> String {
        let error = Level::ERROR.primary_title(visible(&self.message));
        let help = self.help.as_deref().map(|help| Level::HELP.primary_title(visible(help)));
        let line = |title| renderer.render(&[Group::with_title(title)]) + "\n";
        std::iter::once(error).chain(help).map(line).collect()
    }
}

impl From<Problem> for Failure {
    fn from(Problem { message, help, .. }: Problem) -> Failure {
        Failure { message, help: help.as_deref().map(str::to_owned) }
    }
}

impl From<QueryError> for Failure {
    fn from(QueryError { message, help }: QueryError) -> Failure {
        Failure { message, help: help.as_deref().map(str::to_owned) }
    }
}

#[cfg(feature = "deploy")]
impl From<policy_deploy::ConfigError> for Failure {
    fn from(policy_deploy::ConfigError { message, help }: policy_deploy::ConfigError) -> Failure {
        Failure { message, help }
    }
}

#[cfg(feature = "deploy")]
impl From<policy_deploy::watchdog::WatchdogError> for Failure {
    fn from(
        policy_deploy::watchdog::WatchdogError { message, help }: policy_deploy::watchdog::WatchdogError,
    ) -> Failure {
        Failure { message, help }
    }
}

#[cfg(feature = "deploy")]
impl From<policy_deploy::ApiError> for Failure {
    fn from(policy_deploy::ApiError { message, help, request_id, .. }: policy_deploy::ApiError) -> Failure {
        // Tailscale's support asks for it.
        let request = request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
        Failure { message: message + &request, help }
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
