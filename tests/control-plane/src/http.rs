//! HTTP requests and answers, as values.

use std::time::Duration;

/// One HTTP request, as the server sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT` or `PATCH`.
    pub method: String,
    /// The path with its query, such as `/api/v2/tailnet/-/acl`.
    pub target: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Request {
    /// Makes a request without headers and body.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Request {
        Request { method: method.into(), target: target.into(), ..Request::default() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Request {
        Request { body: body.into(), ..self }
    }

    /// Returns the value of the first header with this name, ignoring case.
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// Returns the path, without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the value of a parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        parameter(self.target.split_once('?')?.1, name)
    }

    /// Returns the value of a field, if the body is a form.
    pub fn field(&self, name: &str) -> Option<String> {
        parameter(std::str::from_utf8(&self.body).ok()?, name)
    }
}

/// One HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// Makes an answer.
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
        let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
        Response { status, headers, body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Response {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Returns the value of the first header with this name, ignoring case.
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The whole answer arrives.
    Answer(Response),
    /// The connection is cut, and no part of the answer arrives.
    Cut {
        /// Whether the request was carried out before. It may have been refused.
        had_effect: bool,
    },
    /// The request was carried out. The connection is cut when half of this answer's body has
    /// arrived.
    CutWithin(Response),
    /// The request was carried out. This answer arrives byte by byte, with a pause before each
    /// byte.
    Slow(Response, Duration),
}

impl Reply {
    /// Returns the answer that the client gets if it waits long enough.
    pub fn whole(&self) -> Option<&Response> {
        match self {
            Reply::Answer(response) | Reply::Slow(response, _) => Some(response),
            Reply::Cut { .. } | Reply::CutWithin(_) => None,
        }
    }
}

fn value<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Returns the value of a parameter in `a=1&b=2`.
fn parameter(encoded: &str, name: &str) -> Option<String> {
    let mut pairs = encoded.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| decode(known) == name).map(|(_, value)| decode(value))
}

/// Decodes percent-encoded text, with `+` for a space.
pub(crate) fn decode(encoded: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let request = Request::new("POST", "/acl?type=ipport&previewFor=100.64.0.1%3A22").body("jwt=a.b%2Bc&scope=a+b");
        assert_eq!(request.path(), "/acl");
        assert_eq!(request.query("previewFor").as_deref(), Some("100.64.0.1:22"));
        assert_eq!(request.query("details"), None);
        assert_eq!(request.field("jwt").as_deref(), Some("a.b+c"));
        assert_eq!(request.field("scope").as_deref(), Some("a b"));
        assert_eq!(decode("100%"), "100%");
    }
}
