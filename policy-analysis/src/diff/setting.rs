use std::collections::BTreeMap;

use serde_json::Value;

use crate::diff::change::{Area, Change, Direction};
use policy_core::model::{Policy, Setting};

/// Returns the settings that the other policy does not have, or has with another value. `null` means not set.
pub(super) fn changes(direction: Direction, policy: &Policy, other: &Policy) -> Vec<Change> {
    let others: BTreeMap<&str, &Value> =
        other.settings.iter().map(|setting| (setting.key.as_str(), &setting.value)).collect();
    let differing = policy
        .settings
        .iter()
        .filter(|setting| !setting.value.is_null() && others.get(setting.key.as_str()) != Some(&&setting.value));
    let change = |setting: &Setting| {
        Change::new(Area::Setting, direction, format!("{} = {}", setting.key, setting.value), setting.origin)
    };
    differing.map(change).collect()
}
