//! Hands a client over to another process.

use std::cell::Cell;
use std::time::{Duration, UNIX_EPOCH};

use policy_core::hujson::NodeId;
use policy_core::json::{Value, json};

use super::answer::Answer;
use super::authorization::{AccessToken, Authorization};
use super::client::Client;
use super::server::Server;
use crate::base_url::BaseUrl;
use crate::config_error::ConfigError;
use crate::credentials::{Credentials, Identity};
use crate::secret::Secret;
use crate::tailnet_id::TailnetId;
use crate::transport::Transport;

impl Client {
    /// Returns everything that another process needs to go on as this client, **with the secrets**. The bytes may only
    /// be written to a pipe: never to a file, an argument or a message.
    pub fn handover(&self) -> Vec<u8> {
        let token = self.authorization.current();
        let expires = token.as_ref().and_then(|token| token.expires);
        let expires = expires.and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs()));
        let document = json!({
            "base_url": self.base_url.as_str(),
            "tailnet": self.tailnet.as_str(),
            "credentials": credentials_to_json(&self.authorization.credentials),
            "token": optional(token.as_ref().map(|token| token.secret.expose())),
            "expires": optional(expires.map(|seconds| seconds.to_string()).as_deref()),
            "server": optional(self.known_server.get().map(Server::name))
        });
        document.to_string().into_bytes()
    }

    /// Creates the client that another process handed over.
    ///
    /// # Errors
    /// Fails if the bytes are not from [`Client::handover`]. The error contains none of them.
    pub fn from_handover(bytes: &[u8], transport: Box<dyn Transport>) -> Result<Client, ConfigError> {
        let parsed = std::str::from_utf8(bytes).ok().and_then(Answer::parse);
        let client = parsed.and_then(|answer| from_json(&answer, transport));
        client.ok_or_else(|| ConfigError::new("the client that another process should hand over is incomplete"))
    }
}

fn from_json(answer: &Answer, transport: Box<dyn Transport>) -> Option<Client> {
    let root = answer.root();
    let credentials = credentials_from_json(answer, answer.value(root, "credentials")?)?;
    let expires = answer.text(root, "expires").and_then(|seconds| seconds.parse().ok());
    let expires = expires.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let token = answer.text(root, "token").map(|token| AccessToken { secret: Secret::new(token), expires });
    Some(Client {
        transport,
        base_url: BaseUrl::unchecked(answer.text(root, "base_url")?),
        tailnet: TailnetId::parse(&answer.text(root, "tailnet")?).ok()?,
        authorization: Authorization::new(credentials, token),
        known_server: Cell::new(answer.text(root, "server").and_then(|name| Server::from_name(&name))),
    })
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

fn credentials_to_json(credentials: &Credentials) -> Value {
    match credentials {
        Credentials::Key(key) => json!({"key": key.expose()}),
        Credentials::OAuthClient { id, secret, scopes, tags } => json!({
            "id": id.as_str(),
            "secret": secret.expose(),
            "scopes": optional(scopes.as_deref()),
            "tags": optional(tags.as_deref())
        }),
        Credentials::Federated { id, identity: Identity::Token(token) } => {
            json!({"id": id.as_str(), "identity": token.expose()})
        }
        Credentials::Federated { id, identity: Identity::GitHub { url, token, audience } } => json!({
            "id": id.as_str(),
            "github_url": url.as_str(),
            "github_token": token.expose(),
            "audience": audience.as_str()
        }),
    }
}

fn credentials_from_json(answer: &Answer, object: NodeId) -> Option<Credentials> {
    let text = |key: &str| answer.text(object, key);
    if let Some(key) = text("key") {
        return Some(Credentials::Key(Secret::new(key)));
    }
    let id = text("id")?;
    if let Some(secret) = text("secret") {
        let (scopes, tags) = (text("scopes"), text("tags"));
        return Some(Credentials::OAuthClient { id, secret: Secret::new(secret), scopes, tags });
    }
    let identity = match text("identity") {
        Some(token) => Identity::Token(Secret::new(token)),
        None => Identity::GitHub {
            url: text("github_url")?,
            token: Secret::new(text("github_token")?),
            audience: text("audience")?,
        },
    };
    Some(Credentials::Federated { id, identity })
}
