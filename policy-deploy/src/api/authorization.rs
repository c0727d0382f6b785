//! Gets the token that requests are sent with.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use super::answer::Answer;
use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::jwt::claims_in_words;
use super::redact::redacted;
use super::sender::send;
use crate::base_url::BaseUrl;
use crate::credentials::{Credentials, Identity};
use crate::escape;
use crate::secret::Secret;
use crate::transport::{Method, Request, Response, Transport};

/// A token is replaced this long before it expires, so that it is still valid when the request arrives.
const MARGIN: Duration = Duration::from_secs(30);

/// A token and the time until which it is valid.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub(super) secret: Secret,
    /// When it expires, by the clock of this machine. `None` if that is not known.
    pub(super) expires: Option<SystemTime>,
}

/// The credential, and the token that it got.
pub(super) struct Authorization {
    pub(super) credentials: Credentials,
    token: RefCell<Option<AccessToken>>,
    /// Every secret that was sent or received.
    secrets: RefCell<Vec<Secret>>,
}

impl Authorization {
    pub(super) fn new(credentials: Credentials, token: Option<AccessToken>) -> Authorization {
        let mut secrets = match &credentials {
            Credentials::Key(key) => vec![key.clone()],
            Credentials::OAuthClient { secret, .. } => vec![secret.clone()],
            Credentials::Federated { identity: Identity::Token(token) | Identity::GitHub { token, .. }, .. } => {
                vec![token.clone()]
            }
        };
        secrets.extend(token.as_ref().map(|token| token.secret.clone()));
        Authorization { credentials, token: RefCell::new(token), secrets: RefCell::new(secrets) }
    }

    /// Returns every secret that was sent or received. No message may contain one.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        self.secrets.borrow().clone()
    }

    /// Returns the last token that was got, if the credential is not one itself.
    pub(super) fn current(&self) -> Option<AccessToken> {
        self.token.borrow().clone()
    }

    /// Returns a token that is valid as far as is known. It asks for one if there is none.
    pub(super) fn token(&self, transport: &dyn Transport, base_url: &BaseUrl) -> Result<Secret, ApiError> {
        if let Credentials::Key(key) = &self.credentials {
            return Ok(key.clone());
        }
        let now = SystemTime::now();
        let is_long = |expires: SystemTime| expires.duration_since(now).is_ok_and(|left| left > MARGIN);
        let is_valid = |token: &AccessToken| token.expires.is_none_or(is_long);
        match self.current().filter(is_valid) {
            Some(token) => Ok(token.secret),
            None => self.renew(transport, base_url),
        }
    }

    /// Asks for a new token.
    pub(super) fn renew(&self, transport: &dyn Transport, base_url: &BaseUrl) -> Result<Secret, ApiError> {
        let token = match &self.credentials {
            Credentials::Key(key) => return Ok(key.clone()),
            Credentials::OAuthClient { id, secret, scopes, tags } => {
                let mut form = vec![
                    ("grant_type", "client_credentials"),
                    ("client_id", id.as_str()),
                    ("client_secret", secret.expose()),
                ];
                form.extend(scopes.as_deref().map(|scopes| ("scope", scopes)));
                form.extend(tags.as_deref().map(|tags| ("tags", tags)));
                self.issue(transport, format!("{base_url}/api/v2/oauth/token"), &form).map_err(|error| {
                    let is_refused = matches!(error.kind, ApiErrorKind::Status(400 | 401 | 403));
                    let help = "check the id and the secret of the OAuth client, and that it has the scopes that are \
                                asked for";
                    if is_refused { error.help(help) } else { error }
                })?
            }
            Credentials::Federated { id, identity } => {
                let jwt = self.identity_token(transport, identity)?;
                let form = [("client_id", id.as_str()), ("jwt", jwt.expose())];
                let url = format!("{base_url}/api/v2/oauth/token-exchange");
                self.issue(transport, url, &form).map_err(|error| mismatch(error, &jwt))?
            }
        };
        let secret = token.secret.clone();
        *self.token.borrow_mut() = Some(token);
        Ok(secret)
    }

    /// Asks for an access token with a form.
    fn issue(&self, transport: &dyn Transport, url: String, form: &[(&str, &str)]) -> Result<AccessToken, ApiError> {
        let request = Request::new(Method::Post, url)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(escape::pairs(form));
        let response = self.accepted(transport, &request)?;
        let answer = Answer::object(&response)?;
        let secret = self.secret_of(&answer, "access_token");
        let Some(secret) = secret else {
            let message = "the server's answer to the request for a token has no usable `access_token`";
            return Err(ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response));
        };
        let lifetime = answer.number(answer.root(), "expires_in").map(Duration::from_secs);
        let expires = lifetime.and_then(|lifetime| SystemTime::now().checked_add(lifetime));
        Ok(AccessToken { secret, expires })
    }

    /// Returns the JWT that is exchanged for a token.
    fn identity_token(&self, transport: &dyn Transport, identity: &Identity) -> Result<Secret, ApiError> {
        let (url, token, audience) = match identity {
            Identity::Token(token) => return Ok(token.clone()),
            Identity::GitHub { url, token, audience } => (url, token, audience),
        };
        // GitHub's URL has a query already.
        let separator = if url.contains('?') { '&' } else { '?' };
        let mut request = Call::get(format!("{url}{separator}{}", escape::pairs(&[("audience", audience)])));
        request.bearer = Some(token.clone());
        let response = self.accepted(transport, &request).map_err(|error| match error.kind {
            ApiErrorKind::Status(_) => error.help("give the job of GitHub `permissions: id-token: write`"),
            _ => error,
        })?;
        let answer = Answer::object(&response)?;
        self.secret_of(&answer, "value").ok_or_else(|| {
            let message = "GitHub's answer to the request for an identity token has no usable `value`";
            ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response)
        })
    }

    /// Sends a request for a token, and returns the answer if its status is 2xx.
    fn accepted(&self, transport: &dyn Transport, request: &Request) -> Result<Response, ApiError> {
        let response = send(transport, Call::Token, request)?;
        let as_served = response.is_success();
        Call::Token.accepted(request, redacted(response, &self.secrets(), as_served))
    }

    /// Returns the secret that an answer contains, if it can be sent.
    fn secret_of(&self, answer: &Answer, key: &str) -> Option<Secret> {
        let secret = Secret::new(answer.text(answer.root(), key).filter(|text| is_sendable(text))?);
        self.secrets.borrow_mut().push(secret.clone());
        Some(secret)
    }
}

fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Adds the claims of the identity token to the error, because the server does not say which one is wrong.
fn mismatch(error: ApiError, jwt: &Secret) -> ApiError {
    if !matches!(error.kind, ApiErrorKind::Status(400 | 401 | 403)) {
        return error;
    }
    match claims_in_words(jwt.expose()) {
        Some(claims) => error.help(format_args!(
            "compare the identity token with the federated identity in the admin console: it has {claims}"
        )),
        None => error.help("the identity token is not a JWT: set `TAILSCALE_IDENTITY_TOKEN` to one"),
    }
}
