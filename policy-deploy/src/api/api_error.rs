//! The reason why the control plane did not do what it was asked.

use std::fmt;

use crate::transport::{Response, TransportError};

/// The kind of an [`ApiError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// Nothing was sent.
    NotSent,
    /// No whole answer came. The request may have had its effect.
    NoAnswer,
    /// The server refused, with this status.
    Status(u16),
    /// The server answered in a form that is not understood.
    NotUnderstood,
    /// The server has no such call, like `validate` in old versions of headscale.
    NotSupported,
}

/// The reason why the control plane did not do what it was asked. It never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The kind.
    pub kind: ApiErrorKind,
    /// The problem, in the style of [`policy_core::Diagnostic::message`]. Words of the server are in backticks.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
    /// The server's name for the request, which Tailscale's support asks for.
    pub request_id: Option<String>,
}

impl ApiError {
    /// Creates an error without help.
    pub fn new(kind: ApiErrorKind, message: impl fmt::Display) -> ApiError {
        ApiError { kind, message: message.to_string(), help: None, request_id: None }
    }

    /// Adds a help.
    #[must_use]
    pub fn help(self, help: impl fmt::Display) -> ApiError {
        ApiError { help: Some(help.to_string()), ..self }
    }

    /// Adds the server's name for the request.
    #[must_use]
    pub(super) fn request_of(self, response: &Response) -> ApiError {
        ApiError { request_id: request_id(response), ..self }
    }
}

impl From<TransportError> for ApiError {
    fn from(error: TransportError) -> ApiError {
        let kind = match error {
            TransportError::NotSent(_) => ApiErrorKind::NotSent,
            TransportError::NoAnswer(_) => ApiErrorKind::NoAnswer,
        };
        let message = error.to_string();
        let mut error = ApiError::new(kind, &message);
        if message.contains("certificate") {
            let help = "if the server has a certificate of a private authority, set `SSL_CERT_FILE` to a PEM file with \
                        the authority's certificate";
            error.help = Some(help.to_owned());
        }
        error
    }
}

/// Returns the server's name for a request.
pub(super) fn request_id(response: &Response) -> Option<String> {
    response.header("x-tailscale-request-id").map(|id| id.chars().filter(char::is_ascii_graphic).take(100).collect())
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
