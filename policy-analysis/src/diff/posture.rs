//! The postures of two policies.

use std::collections::{BTreeSet, HashMap};

use crate::diff::diff_world::PostureId;
use crate::diff::joint_policy::Version;
use policy_core::model::{Policy, Posture, Selector};

/// Postures by number. One that both policies have by the same name is one, even if it asks for other things now, which
/// is told apart from all rules; those with different names are one if they ask for the same.
#[derive(Debug, Default)]
pub(super) struct Postures {
    by_name: [HashMap<String, PostureId>; 2],
    names: [HashMap<PostureId, String>; 2],
}

impl Postures {
    pub(super) fn new(old: &Policy, new: &Policy) -> Self {
        let find = |policy: &Policy| -> HashMap<String, BTreeSet<String>> {
            policy.postures.iter().map(|posture| (posture.name.to_string(), demands(posture))).collect()
        };
        let all = [find(old), find(new)];
        let [was, is] = &all;
        let is_changed = |name: &str| was.get(name).zip(is.get(name)).is_some_and(|(was, is)| was != is);
        let mut postures = Postures::default();
        let mut numbers: HashMap<(Option<String>, &BTreeSet<String>), PostureId> = HashMap::new();
        let no_demands = BTreeSet::new();
        for (place, policy) in [old, new].into_iter().enumerate() {
            for posture in &policy.postures {
                let name = posture.name.as_str();
                let key = match all.get(place).and_then(|all| all.get(name)) {
                    Some(demands) if !is_changed(name) => (None, demands),
                    _ => (Some(name.to_owned()), &no_demands),
                };
                let next = numbers.len();
                let number = *numbers.entry(key).or_insert(next);
                if let (Some(by_name), Some(names)) = (postures.by_name.get_mut(place), postures.names.get_mut(place)) {
                    by_name.insert(name.to_owned(), number);
                    names.entry(number).or_insert_with(|| name.to_owned());
                }
            }
        }
        postures
    }

    /// The numbers of some of one of the policies, in order.
    pub(super) fn ids(&self, side: Version, list: &[Selector]) -> Vec<PostureId> {
        let [old, new] = &self.by_name;
        let by_name = if side == Version::Old { old } else { new };
        let ids: BTreeSet<PostureId> =
            list.iter().filter_map(|name| by_name.get(name.text.as_str())).copied().collect();
        ids.into_iter().collect()
    }

    /// What some are called in one of the policies, or else in the other.
    pub(super) fn names(&self, side: Version, ids: &[PostureId]) -> Vec<String> {
        let [old, new] = &self.names;
        let (first, second) = if side == Version::Old { (old, new) } else { (new, old) };
        ids.iter().filter_map(|id| first.get(id).or_else(|| second.get(id))).cloned().collect()
    }
}

/// What a posture asks for, whatever the spelling.
fn demands(posture: &Posture) -> BTreeSet<String> {
    let conditions = posture.conditions.iter();
    conditions.map(|condition| format!("{} {:?}", condition.attribute, condition.comparison)).collect()
}
