//! Facts that the control plane lists: users, devices, services and posture attributes.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use policy_core::hujson::{Document, NodeId};
use policy_core::json::{Value, json};
use policy_deploy::api::{ApiErrorKind, Server};
use policy_deploy::{ApiError, Client};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// A list of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FactList {
    Devices,
    Users,
    Services,
    Attributes,
}

impl FactList {
    /// All lists, in the order in which they are fetched.
    pub(crate) const ALL: [FactList; 4] =
        [FactList::Devices, FactList::Users, FactList::Services, FactList::Attributes];

    /// Returns the name of the list, which is also that of its file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FactList::Devices => "devices",
            FactList::Users => "users",
            FactList::Services => "services",
            FactList::Attributes => "attributes",
        }
    }
}

/// Returns a list on several lines, as people read and compare it.
pub(crate) fn in_lines(text: &str) -> String {
    match Document::parse(text) {
        Ok(document) => crate::json::to_text(&document.value(document.root())),
        Err(_) => text.to_owned(),
    }
}

/// Fetches some lists, each with its name in messages. What the server does not have, or does not show to this
/// credential, is left out with a note.
///
/// # Errors
/// Fails if the server cannot be asked, or if it shows none of the lists.
pub(crate) fn fetch(client: &Client, lists: &[FactList]) -> Result<Vec<(FactList, String)>, Failure> {
    let mut fetched: Vec<(FactList, String)> = Vec::new();
    let mut refused = None;
    for &list in lists {
        let result = match list {
            FactList::Devices => client.devices(),
            FactList::Users => client.users(),
            FactList::Services => client.services(),
            // The lists of headscale's devices have several forms, and it says itself that it has no attributes.
            FactList::Attributes if client.server()? != Server::Tailscale => client.attributes(""),
            FactList::Attributes => {
                let devices = fetched.iter().find(|(list, _)| *list == FactList::Devices);
                let Some((_, devices)) = devices else { continue };
                attributes(client, devices)
            }
        };
        match result {
            Ok(text) => fetched.push((list, text)),
            Err(error) if is_optional(&error) => {
                let help = error.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
                output::say(&format!("note: no {}: {}{help}\n", list.name(), error.message));
                refused = refused.or(Some(error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    match refused {
        Some(error) if fetched.is_empty() => Err(error.into()),
        _ => Ok(fetched),
    }
}

/// Returns the texts of lists for [`facts::add`](crate::facts::add).
pub(crate) fn named<'a>(fetched: Vec<(FactList, String)>) -> Vec<(Cow<'a, Path>, String)> {
    let name = |list: FactList| Cow::Owned(PathBuf::from(format!("<{} of the tailnet>", list.name())));
    fetched.into_iter().map(|(list, text)| (name(list), in_lines(&text))).collect()
}

/// Returns whether the server lacks the list, or does not show it to this credential.
fn is_optional(error: &ApiError) -> bool {
    matches!(error.kind, ApiErrorKind::NotSupported | ApiErrorKind::Status(402..=404))
}

/// Fetches the attributes of each device. They are in one object, by the id of the device.
fn attributes(client: &Client, devices: &str) -> Result<String, ApiError> {
    let ids = ids(devices);
    let mut all = policy_core::json::Map::new();
    for (number, id) in ids.iter().enumerate() {
        let _progress = Progress::show(&format!("attributes of device {} of {}", number + 1, ids.len()));
        let text = client.attributes(id)?;
        let Ok(document) = Document::parse(text) else { continue };
        all.insert(id.clone(), document.value(document.root()));
    }
    Ok(crate::json::to_text(&json!({"attributes": Value::Object(all)})))
}

/// Returns the ids of the devices in a list.
fn ids(devices: &str) -> Vec<String> {
    let Ok(document) = Document::parse(devices) else { return Vec::new() };
    let value = |object: NodeId, name: &str| {
        document.members(object).find(|(key, _)| document.string(*key).is_some_and(|key| *key == *name))
    };
    let Some((_, list)) = value(document.root(), "devices") else { return Vec::new() };
    let id = |device| {
        let (_, id) = value(device, "nodeId").or_else(|| value(device, "id"))?;
        document.string(id).map(|id| id.to_string())
    };
    document.elements(list).filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_asked_for_by_their_ids() {
        let devices = r#"{"devices": [{"id": "1", "nodeId": "n1"}, {"id": "2"}, {"name": "no id"}, 3]}"#;
        assert_eq!(ids(devices), ["n1", "2"]);
        for wrong in ["", "[]", "{\"devices\": 1}"] {
            assert!(ids(wrong).is_empty(), "{wrong}");
        }
    }
}
