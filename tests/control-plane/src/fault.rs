//! Misbehaviour of the server, of the network, and of other people.

use std::time::Duration;

use crate::http::{Reply, Response};

/// A misbehaviour during one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    // Something else happens, and the request is not carried out.
    /// The connection is cut before the request is carried out.
    CutBefore,
    /// The server answers with this status and body, and does nothing.
    Status(u16, String),
    /// A page of HTML with this status, such as that of a login or of a proxy. The server does
    /// nothing.
    Html(u16),
    /// The status 429 with this `Retry-After`: seconds or a date. The server does nothing.
    TooManyRequests(String),
    /// A redirect to this URL. The server does nothing.
    Redirect(String),

    // The request is carried out, and something goes wrong before or after.
    /// Somebody else stores this text before the request is carried out.
    OtherWriter(String),
    /// Somebody else stores this text after the request was carried out, and before its answer
    /// arrives.
    OtherWriterAfter(String),
    /// All tokens that were issued for an hour end before the request is carried out.
    TokensExpire,
    /// The request is answered as usual, but a policy that it should store is not stored.
    Forgets,

    // The request is carried out, and its answer is not as usual.
    /// The request is carried out, and the connection is cut before the answer.
    CutAfter,
    /// The request is carried out, and the connection is cut in the middle of the answer's body.
    CutWithin,
    /// The request is carried out, and the answer arrives byte by byte, with this pause before
    /// each.
    Slow(Duration),
    /// The answer has no `ETag`.
    NoETag,
    /// The answer's `ETag` is weak: `W/"…"`.
    WeakETag,
    /// The answer's `ETag` has no quotes.
    UnquotedETag,
    /// The answer has this body instead of its own. For `validate`, an empty body is another way to
    /// say that the policy passes.
    Body(Vec<u8>),
    /// The request is carried out, and a gateway answers with this status and body.
    StatusAfter(u16, String),
}

/// The name of the somebody else who writes in [`Fault::OtherWriter`].
pub const SOMEBODY_ELSE: &str = "somebody-else";

impl Fault {
    /// An answer whose body has this number of bytes of a policy's text.
    pub fn large(bytes: usize) -> Fault {
        let mut body = b"{\"grants\": []} // ".to_vec();
        body.resize(bytes.max(body.len()), b'x');
        Fault::Body(body)
    }

    /// An answer whose body is not UTF-8.
    pub fn not_utf8() -> Fault {
        Fault::Body(b"{\"grants\": []} // caf\xe9\n".to_vec())
    }

    /// Returns what happens instead of the request, if it is not carried out.
    pub(crate) fn instead(&self) -> Option<Reply> {
        let response = match self {
            Fault::CutBefore => return Some(Reply::Cut { had_effect: false }),
            Fault::Status(status, body) => Response::new(*status, "application/json", body.as_bytes()),
            Fault::Html(status) => Response::new(*status, "text/html; charset=utf-8", HTML),
            Fault::TooManyRequests(after) => {
                let body = r#"{"message":"too many requests"}"#;
                Response::new(429, "application/json", body).header("Retry-After", after)
            }
            Fault::Redirect(url) => Response::new(307, "text/plain", "").header("Location", url),
            Fault::OtherWriter(_)
            | Fault::OtherWriterAfter(_)
            | Fault::TokensExpire
            | Fault::Forgets
            | Fault::CutAfter
            | Fault::CutWithin
            | Fault::Slow(_)
            | Fault::NoETag
            | Fault::WeakETag
            | Fault::UnquotedETag
            | Fault::Body(_)
            | Fault::StatusAfter(..) => return None,
        };
        Some(Reply::Answer(response))
    }

    /// Returns what arrives of the reply to a request that was carried out.
    pub(crate) fn spoil(&self, reply: Reply) -> Reply {
        let Reply::Answer(mut response) = reply else { return reply };
        match self {
            Fault::CutAfter => return Reply::Cut { had_effect: true },
            Fault::CutWithin => return Reply::CutWithin(response),
            Fault::Slow(pause) => return Reply::Slow(response, *pause),
            Fault::NoETag => response.headers.retain(|(name, _)| name != "ETag"),
            Fault::WeakETag => change_etag(&mut response, |etag| format!("W/{etag}")),
            Fault::UnquotedETag => change_etag(&mut response, |etag| etag.trim_matches('"').to_owned()),
            Fault::Body(body) => response.body.clone_from(body),
            Fault::StatusAfter(status, body) => {
                response = Response::new(*status, "application/json", body.as_bytes());
            }
            Fault::CutBefore
            | Fault::Status(..)
            | Fault::Html(_)
            | Fault::TooManyRequests(_)
            | Fault::Redirect(_)
            | Fault::OtherWriter(_)
            | Fault::OtherWriterAfter(_)
            | Fault::TokensExpire
            | Fault::Forgets => {}
        }
        Reply::Answer(response)
    }
}

fn change_etag(response: &mut Response, change: impl Fn(&str) -> String) {
    for (name, value) in &mut response.headers {
        if name == "ETag" {
            *value = change(value);
        }
    }
}

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in</body></html>\n";
