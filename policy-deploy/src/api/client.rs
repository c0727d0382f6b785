//! Asks the control plane of a tailnet.

use std::fmt;

use super::api_error::{ApiError, ApiErrorKind};
use crate::etag::ETag;
use crate::secret::Secret;
use crate::transport::{Method, Request, Response, Transport};

/// The name of a version of the stored policy, for a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The server checks the condition itself.
    ETag(ETag),
    /// The server has no conditional write (headscale 0.29). The client reads the policy again immediately before it
    /// writes, and compares this text and time of change. That leaves a gap.
    Unguarded {
        /// The stored text.
        text: String,
        /// When it was stored, in the server's words.
        updated_at: String,
    },
}

/// A version of the policy that the control plane stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The HuJSON as stored, with comments.
    pub text: String,
    /// Its name for a conditional write.
    pub revision: Revision,
    /// The server's name for the request.
    pub request_id: Option<String>,
}

/// The server's answer to a write that it accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The name of the new version, if the answer has it.
    pub etag: Option<ETag>,
    /// The server's name for the request.
    pub request_id: Option<String>,
}

/// The reason why a write did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// The stored policy is no longer the one that should be replaced. Nothing was written.
    Conflict(ApiError),
    /// The server refused, or nothing was sent. Nothing was written.
    Refused(ApiError),
    /// It is not known whether the policy was written.
    Unknown(ApiError),
}

/// Asks the control plane of a tailnet. It finds out once what the server can do.
pub struct Client {
    transport: Box<dyn Transport>,
    /// Such as `https://api.tailscale.com`, without a slash at the end.
    base_url: String,
    /// The tailnet in paths, escaped. `-` is the tailnet of the credential.
    tailnet: String,
    token: Secret,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url)
            .field("tailnet", &self.tailnet)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a client. It sends nothing.
    pub fn new(transport: Box<dyn Transport>, base_url: impl Into<String>, token: Secret) -> Client {
        Client { transport, base_url: base_url.into(), tailnet: "-".to_owned(), token }
    }

    /// Reads the stored policy.
    ///
    /// # Errors
    /// Fails if the server does not answer with a policy and its name.
    pub fn read_policy(&self) -> Result<PolicyVersion, ApiError> {
        let request = self.request(Method::Get, "acl").header("Accept", "application/hujson");
        let response = self.success(&request)?;
        let Some(etag) = response.header("ETag").and_then(ETag::parse) else {
            return Err(ApiError::new(ApiErrorKind::NotUnderstood, "the server's answer has no usable `ETag`"));
        };
        let request_id = request_id(&response);
        let text = String::from_utf8(response.body)
            .map_err(|_| ApiError::new(ApiErrorKind::NotUnderstood, "the stored policy is not UTF-8 text"))?;
        Ok(PolicyVersion { text, revision: Revision::ETag(etag), request_id })
    }

    /// Replaces the stored policy if it is still `expected`.
    ///
    /// # Errors
    /// Says whether the policy may have been written.
    pub fn write_policy(&self, text: &str, expected: &Revision) -> Result<Written, WriteError> {
        let Revision::ETag(etag) = expected else {
            let error = ApiError::new(ApiErrorKind::NotSupported, "this server has no conditional write");
            return Err(WriteError::Refused(error));
        };
        let request = self
            .request(Method::Post, "acl")
            .header("Accept", "application/hujson")
            .header("Content-Type", "application/hujson")
            .header("If-Match", format!("\"{etag}\""))
            .body(text);
        match self.success(&request) {
            Ok(response) => {
                Ok(Written { etag: response.header("ETag").and_then(ETag::parse), request_id: request_id(&response) })
            }
            Err(error) => Err(match error.kind {
                ApiErrorKind::Status(412) => WriteError::Conflict(error),
                ApiErrorKind::Status(400..500) | ApiErrorKind::NotSent => WriteError::Refused(error),
                _ => WriteError::Unknown(error),
            }),
        }
    }

    fn request(&self, method: Method, call: &str) -> Request {
        let mut request = Request::new(method, format!("{}/api/v2/tailnet/{}/{call}", self.base_url, self.tailnet));
        request.bearer = Some(self.token.clone());
        request
    }

    /// Sends a request, and returns the answer if its status is 2xx.
    fn success(&self, request: &Request) -> Result<Response, ApiError> {
        let response = self.transport.send(request)?;
        if response.is_success() {
            return Ok(response);
        }
        let status = response.status;
        let mut error =
            ApiError::new(ApiErrorKind::Status(status), format_args!("the server answers with status {status}"));
        error.request_id = request_id(&response);
        Err(error)
    }
}

fn request_id(response: &Response) -> Option<String> {
    response.header("x-tailscale-request-id").map(str::to_owned)
}
