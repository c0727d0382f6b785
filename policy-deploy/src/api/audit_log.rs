//! The changes of the policy in the configuration audit log.

use policy_core::hujson::NodeId;

use super::answer::Answer;
use super::api_error::{ApiError, ApiErrorKind};
use super::call::Call;
use super::client::Client;
use super::server::Server;
use crate::escape;

/// A change of the policy, from the configuration audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// When, as RFC 3339.
    pub time: String,
    /// Who: the login name of the actor, or its display name or id.
    pub actor: Option<String>,
    /// From where, such as `ADMIN_CONSOLE` or `CONFIG_API`.
    pub origin: Option<String>,
    /// The policy before, as far as the log has it.
    pub old: Option<String>,
    /// The policy after, as far as the log has it.
    pub new: Option<String>,
}

impl Client {
    /// Returns the changes of the policy between two times of RFC 3339, in the order of the log. Tailscale keeps them
    /// for 90 days.
    ///
    /// # Errors
    /// Fails if the server does not answer with a log. The kind is [`ApiErrorKind::NotSupported`] for headscale, which
    /// has none.
    pub fn policy_changes(&self, start: &str, end: &str) -> Result<Vec<PolicyChange>, ApiError> {
        if self.server()? != Server::Tailscale {
            return Err(ApiError::new(ApiErrorKind::NotSupported, "headscale has no audit log"));
        }
        let query = escape::pairs(&[("start", start), ("end", end), ("event", "TAILNET.UPDATE.ACL")]);
        let request = self.get(&format!("logging/configuration?{query}"));
        let response = self.accepted(Call::AuditLog, request)?;
        let answer = Answer::object(&response)?;
        let root = answer.root();
        let entries = match answer.value(root, "logs") {
            // Without an entry, the list may be missing.
            None if answer.text(root, "tailnetId").is_some() || answer.text(root, "version").is_some() => Vec::new(),
            _ => answer.items(root, "logs").ok_or_else(|| {
                let message = "the server's answer does not have a list as `logs`";
                ApiError::new(ApiErrorKind::NotUnderstood, message).request_of(&response)
            })?,
        };
        Ok(entries.into_iter().filter_map(|id| policy_change(&answer, id)).collect())
    }
}

/// Returns an entry of the log. `None` if it is about something else, which a server that does not know the filter also
/// lists.
fn policy_change(log: &Answer, id: NodeId) -> Option<PolicyChange> {
    let target = log.value(id, "target");
    let property = target.and_then(|target| log.text(target, "property"));
    if property.is_some_and(|property| property != "ACL") {
        return None;
    }
    let actor = log.value(id, "actor");
    let of_actor = |key: &str| actor.and_then(|actor| log.text(actor, key)).filter(|name| !name.is_empty());
    let text = |key: &str| {
        let value = log.value(id, key)?;
        Some(log.string(value).unwrap_or_else(|| log.source(value).to_owned()))
    };
    Some(PolicyChange {
        time: log.text(id, "eventTime").unwrap_or_default(),
        actor: of_actor("loginName").or_else(|| of_actor("displayName")).or_else(|| of_actor("id")),
        origin: log.text(id, "origin"),
        old: text("old"),
        new: text("new"),
    })
}
