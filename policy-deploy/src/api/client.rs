//! Asks the control plane of a tailnet.

use std::cell::Cell;
use std::fmt;
use std::time::SystemTime;

use super::api_error::ApiError;
use super::authorization::Authorization;
use super::call::Call;
use super::redact::redacted;
use super::sender::send;
use super::server::Server;
use crate::base_url::BaseUrl;
use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::secret::Secret;
use crate::tailnet_id::TailnetId;
use crate::transport::{Method, Request, Response, Transport};

/// Asks the control plane of a tailnet. It finds out once what the server can do.
///
/// Reads, and the question whether a policy is valid, are sent again if the server asks for it or if nothing was sent.
/// A write is sent once.
pub struct Client {
    pub(super) transport: Box<dyn Transport>,
    pub(super) base_url: BaseUrl,
    pub(super) tailnet: TailnetId,
    pub(super) authorization: Authorization,
    /// The kind of the server, when it is known.
    pub(super) known_server: Cell<Option<Server>>,
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
    /// Creates a client for the tailnet of a token. It sends nothing. The address is not checked, but
    /// [`crate::HttpTransport`] sends nothing unencrypted to another machine.
    pub fn new(transport: Box<dyn Transport>, base_url: impl Into<String>, token: Secret) -> Client {
        let base_url = BaseUrl::unchecked(base_url.into());
        let credentials = Credentials::Key(token);
        Client::connect(transport, Connection { base_url, tailnet: TailnetId::default(), credentials })
    }

    /// Creates a client. It sends nothing.
    pub fn connect(transport: Box<dyn Transport>, connection: Connection) -> Client {
        let Connection { base_url, tailnet, credentials } = connection;
        let known_server = Cell::new(base_url.is_tailscale().then_some(Server::Tailscale));
        Client { transport, base_url, tailnet, authorization: Authorization::new(credentials, None), known_server }
    }

    /// Returns the address of the API.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// Returns the tailnet.
    pub fn tailnet(&self) -> &TailnetId {
        &self.tailnet
    }

    /// Returns when the token of the last request expires, by the clock of this machine. `None` if that is not known:
    /// before the first request, or for an API access token.
    pub fn token_expiry(&self) -> Option<SystemTime> {
        self.authorization.current()?.expires
    }

    /// Returns whether the client can get a new token when the present one has expired.
    pub fn can_renew_token(&self) -> bool {
        self.authorization.credentials.is_renewable()
    }

    /// Returns a request of a call of the tailnet in `/api/v2`. `path` has to be escaped.
    pub(super) fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}/api/v2/tailnet/{}/{path}", self.base_url, self.tailnet.segment()))
    }

    /// Returns a request that reads JSON of the tailnet in `/api/v2`. `path` has to be escaped.
    pub(super) fn get(&self, path: &str) -> Request {
        self.request(Method::Get, path).header("Accept", "application/json")
    }

    /// Returns a request of headscale's `/api/v1`.
    pub(super) fn request_v1(&self, method: Method, path: &str) -> Request {
        Request::new(method, format!("{}/api/v1/{path}", self.base_url)).header("Accept", "application/json")
    }

    /// Returns the token for a request. It may have to ask for one.
    pub(super) fn token(&self) -> Result<Secret, ApiError> {
        self.authorization.token(&*self.transport, &self.base_url)
    }

    /// Sends a request, and returns the answer whatever its status is. If the server does not accept the token of a
    /// call that may be repeated, it gets a new one once.
    pub(super) fn send(&self, call: Call, mut request: Request) -> Result<Answered, ApiError> {
        let token = self.token()?;
        request.bearer = Some(token);
        let mut response = send(&*self.transport, call, &request)?;
        if response.status == 401 && call.is_repeatable() && self.can_renew_token() {
            request.bearer = Some(self.authorization.renew(&*self.transport, &self.base_url)?);
            response = send(&*self.transport, call, &request)?;
        }
        // What the server stores is not changed.
        let as_served = response.is_success() && call != Call::Validate;
        let response = redacted(response, &self.authorization.secrets(), as_served);
        Ok(Answered { call, request, response })
    }

    /// Sends a request, and returns the answer if its status is 2xx.
    pub(super) fn accepted(&self, call: Call, request: Request) -> Result<Response, ApiError> {
        self.send(call, request)?.accepted()
    }
}

/// A request and its answer.
pub(super) struct Answered {
    call: Call,
    request: Request,
    pub(super) response: Response,
}

impl Answered {
    /// Returns the answer if its status is 2xx.
    pub(super) fn accepted(self) -> Result<Response, ApiError> {
        self.call.accepted(&self.request, self.response)
    }

    /// Returns the error for an answer whose status is not 2xx.
    pub(super) fn refusal(&self) -> ApiError {
        self.call.refusal(&self.request, &self.response)
    }
}
