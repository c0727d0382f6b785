//! One HTTP request and its answer, independent of how they are transported.

use std::fmt;
use std::time::Duration;

use crate::secret::Secret;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Writes, or asks a question with a body.
    Post,
    /// Replaces. Only headscale's `/api/v1` uses it.
    Put,
}

/// One HTTP request. Its `Debug` shows neither the values of headers nor the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// The headers, except `Authorization`.
    pub headers: Vec<(&'static str, String)>,
    /// The token of `Authorization: Bearer`, if there is one.
    pub bearer: Option<Secret>,
    /// The body. It may contain secrets: the form of a token request has one.
    pub body: Option<Vec<u8>>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>())
            .field("bearer", &self.bearer)
            .field("body_length", &self.body.as_ref().map(Vec::len))
            .finish()
    }
}

impl Request {
    /// Creates a request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        Request { method, url: url.into(), headers: Vec::new(), bearer: None, body: None }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Request {
        Request { body: Some(body.into()), ..self }
    }
}

/// The answer to a request. Its `Debug` shows neither the values of headers nor the body, which may be a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// The headers, in order. Their names are in any case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
            .field("body_length", &self.body.len())
            .finish()
    }
}

impl Response {
    /// Returns the value of the first header with this name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The reason why a request has no whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// Nothing of the request was sent, for example because no connection could be opened. It has no effect.
    NotSent(String),
    /// The request was sent, at least partly, and no whole answer came. It may have had its effect.
    NoAnswer(String),
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransportError::NotSent(reason) | TransportError::NoAnswer(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for TransportError {}

/// Sends requests. It does not follow redirects, repeats nothing, and knows the time only for waiting.
pub trait Transport {
    /// Sends one request and returns the whole answer, whatever its status is.
    ///
    /// # Errors
    /// Fails if no whole answer came, and says whether the request may have had an effect.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;

    /// Waits, because the server asked for it.
    fn pause(&self, time: Duration);
}
