//! A control plane for tests. It stores a policy like Tailscale or headscale, and misbehaves on demand.
//!
//! It does not use `policy-deploy`, because it is that crate's oracle.
//!
//! [`ControlPlane::handle`] answers one request, without a connection. Tests in one process call it directly.

use std::collections::VecDeque;

/// One HTTP request, as the server sees it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST` or `PUT`.
    pub method: String,
    /// The path with its query, such as `/api/v2/tailnet/-/acl`.
    pub target: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// One HTTP answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The whole answer arrives.
    Answer(Response),
    /// The connection is cut. `had_effect` says whether the request was carried out before.
    Cut {
        /// Whether the request was carried out.
        had_effect: bool,
    },
}

/// A misbehaviour, which applies to the next request that it fits.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The answer has no `ETag`.
    NoETag,
    /// The connection is cut before the request is carried out.
    CutBefore,
    /// The request is carried out, and the connection is cut before the answer.
    CutAfter,
    /// Somebody else stores this text before the request is carried out.
    OtherWriter(String),
    /// The server answers with this status and body, and does nothing.
    Status(u16, String),
}

/// A control plane with one tailnet.
#[derive(Clone, Debug, Default)]
pub struct ControlPlane {
    /// The stored policy.
    pub policy: String,
    /// Every text that was ever stored, the oldest first, with its writer.
    pub history: Vec<(String, String)>,
    /// Misbehaviour for the next requests, one for each. `None` is a request without a fault.
    pub faults: VecDeque<Option<Fault>>,
}
