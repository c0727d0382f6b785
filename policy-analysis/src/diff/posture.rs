use std::collections::{BTreeSet, HashMap, HashSet};

use crate::diff::change::{Area, Change, Direction};
use crate::diff::region::PostureId;
use crate::diff::version::Version;
use policy_core::access::posture;
use policy_core::access::sorted;
use policy_core::model::{Condition, Policy, Posture, Selector};

/// The postures of two policies, numbered.
///
/// Postures with the same name are the same, even if their conditions differ: [`condition_changes`]
/// reports that. Postures with different names are the same if their conditions are.
#[derive(Debug, Default)]
pub(super) struct Postures(
    /// By version, the postures in their order
    [Vec<(String, PostureId)>; 2],
);

impl Postures {
    pub(super) fn new(old: &Policy, new: &Policy) -> Self {
        let conditions = [old, new].map(|policy| -> HashMap<&str, BTreeSet<String>> {
            policy.postures.iter().map(|posture| (posture.name.as_str(), conditions(posture))).collect()
        });
        let mut ids = HashMap::new();
        let mut postures = Postures::default();
        for (version, policy) in Version::BOTH.into_iter().zip([old, new]) {
            for posture in &policy.postures {
                let name = posture.name.as_str();
                let [own, others] = [version, version.other()].map(|version| version.select(&conditions).get(name));
                let is_changed = own != others && others.is_some();
                let key = if is_changed { (Some(name), None) } else { (None, own) };
                let next = ids.len();
                let id = *ids.entry(key).or_insert(next);
                version.select_mut(&mut postures.0).push((name.to_owned(), id));
            }
        }
        postures
    }

    /// Returns the sorted ids of some postures of one version.
    pub(super) fn ids(&self, version: Version, list: &[Selector]) -> Vec<PostureId> {
        let postures = version.select(&self.0);
        let find = |selector: &Selector| postures.iter().find(|(name, _)| *name == *selector.text);
        sorted::sort(list.iter().filter_map(find).map(|(_, id)| *id).collect())
    }

    /// Returns the names of postures in one version. A posture that this version does not have is
    /// called by its name in the other one.
    pub(super) fn names(&self, version: Version, ids: &[PostureId]) -> Vec<String> {
        let find = |id: &PostureId| {
            let mut postures = version.select(&self.0).iter().chain(version.other().select(&self.0));
            Some(postures.find(|(_, other)| other == id)?.0.clone())
        };
        ids.iter().filter_map(find).collect()
    }
}

/// Returns the conditions of a posture in a canonical spelling.
fn conditions(posture: &Posture) -> BTreeSet<String> {
    let conditions = posture.conditions.iter();
    conditions.map(|condition| format!("{} {:?}", condition.attribute, condition.comparison)).collect()
}

/// Returns the conditions that postures of `other` have and those of `policy` do not. A posture
/// with fewer conditions gives more access. So the result is a gain if `policy` is the new policy,
/// and a loss if it is the old one.
///
/// Only postures that rules of both policies require are compared. For the others, the rules
/// themselves differ.
pub(super) fn condition_changes(direction: Direction, policy: &Policy, other: &Policy) -> Vec<Change> {
    let (required, required_by_other) = (required_postures(policy), required_postures(other));
    let by_name: HashMap<&str, &Posture> =
        policy.postures.iter().map(|posture| (posture.name.as_str(), posture)).collect();
    let mut changes = Vec::new();
    for stricter in &other.postures {
        let name = stricter.name.as_str();
        let is_required = required.contains(name) && required_by_other.contains(name);
        let Some(posture) = by_name.get(name).filter(|_| is_required) else { continue };
        let is_dropped = |condition: &&Condition| {
            !posture
                .conditions
                .iter()
                .any(|kept| *kept.attribute == *condition.attribute && kept.comparison == condition.comparison)
        };
        for condition in stricter.conditions.iter().filter(is_dropped) {
            let condition = &condition.text;
            let what = match direction {
                Direction::Gained => format!("{name} no longer requires `{condition}`"),
                Direction::Lost => format!("{name} now requires `{condition}`"),
            };
            changes.push(Change::new(Area::Posture, direction, what, posture.origin));
        }
    }
    changes
}

/// Returns the names of the postures that some rule requires.
fn required_postures(policy: &Policy) -> HashSet<&str> {
    let grants = policy.grants.iter().flatten().map(|grant| &grant.src_posture);
    let acls = policy.acls.iter().flatten().map(|acl| &acl.src_posture);
    let ssh = policy.ssh.iter().map(|rule| &rule.src_posture);
    let required = grants.chain(acls).chain(ssh).flat_map(|src_posture| posture::required(policy, src_posture));
    required.map(|posture: &Selector| posture.text.as_str()).collect()
}
