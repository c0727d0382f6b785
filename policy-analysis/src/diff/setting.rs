use std::collections::{BTreeMap, HashSet};

use policy_core::json::Value;

use crate::diff::change::{Area, Change, Direction};
use policy_core::model::{Policy, Setting};

/// Returns the tags that the other policy does not declare.
pub(super) fn tag_changes(direction: Direction, policy: &Policy, other: &Policy) -> Vec<Change> {
    let known: HashSet<String> =
        other.tag_owners.iter().map(|declaration| declaration.tag.to_ascii_lowercase()).collect();
    let new = policy.tag_owners.iter().filter(|declaration| !known.contains(&declaration.tag.to_ascii_lowercase()));
    new.map(|declaration| Change::new(Area::Tag, direction, declaration.tag.to_string(), declaration.origin)).collect()
}

/// Returns the settings that the other policy does not have or has with another value. `null` means
/// that a setting is not set.
pub(super) fn setting_changes(direction: Direction, policy: &Policy, other: &Policy) -> Vec<Change> {
    let others: BTreeMap<&str, &Value> =
        other.settings.iter().map(|setting| (setting.key.as_str(), &setting.value)).collect();
    let is_new =
        |setting: &&Setting| !setting.value.is_null() && others.get(setting.key.as_str()) != Some(&&setting.value);
    let change = |setting: &Setting| {
        Change::new(Area::Setting, direction, format!("{} = {}", setting.key, setting.value), setting.origin)
    };
    policy.settings.iter().filter(is_new).map(change).collect()
}
