//! What is no rule: which tags there are, what postures ask for, and settings of the network.

use std::collections::{BTreeMap, HashSet};

use policy_core::json::Value;

use crate::diff::{Area, Change, Direction};
use policy_core::access::posture;
use policy_core::model::{Condition, Policy, Posture, Selector};
use policy_core::source::Origin;

/// The tags that only one of two policies has.
pub(super) fn tags(old: &Policy, new: &Policy) -> Vec<Change> {
    each_way(old, new, |direction, policy, other| {
        let known: HashSet<String> =
            other.tag_owners.iter().map(|declaration| declaration.tag.to_ascii_lowercase()).collect();
        let only =
            policy.tag_owners.iter().filter(|declaration| !known.contains(&declaration.tag.to_ascii_lowercase()));
        only.map(|declaration| Change::of_all(Area::Tag, direction, declaration.tag.to_string(), declaration.origin))
            .collect()
    })
}

/// How what postures ask for has changed. To ask for less is to give more.
pub(super) fn postures(old: &Policy, new: &Policy) -> Vec<Change> {
    each_way(old, new, |direction, policy, other| {
        more_asked(other, policy)
            .into_iter()
            .map(|(name, condition, origin)| {
                let what = match direction {
                    Direction::Gained => format!("{name} does not ask for `{condition}` any more"),
                    Direction::Lost => format!("{name} asks for `{condition}` now"),
                };
                Change::of_all(Area::Posture, direction, what, origin)
            })
            .collect()
    })
}

/// The settings that differ.
pub(super) fn settings(old: &Policy, new: &Policy) -> Vec<Change> {
    each_way(old, new, |direction, policy, other| {
        let only = only_set(policy, other).into_iter();
        only.map(|(key, value, origin)| Change::of_all(Area::Setting, direction, format!("{key} = {value}"), origin))
            .collect()
    })
}

fn each_way<'p>(
    old: &'p Policy,
    new: &'p Policy,
    changes: impl Fn(Direction, &'p Policy, &'p Policy) -> Vec<Change>,
) -> Vec<Change> {
    [changes(Direction::Gained, new, old), changes(Direction::Lost, old, new)].concat()
}

/// What a posture of one of the policies asks for and that of the other does not: its name, the condition, and where
/// the other one's is. Only those are looked at that rules of both ask for: with the others something else differs.
fn more_asked<'p>(policy: &'p Policy, other: &'p Policy) -> Vec<(&'p str, &'p str, Origin)> {
    let (asked, asked_there) = (asked_for(policy), asked_for(other));
    let there: BTreeMap<&str, &Posture> =
        other.postures.iter().map(|posture| (posture.name.as_str(), posture)).collect();
    let both = policy
        .postures
        .iter()
        .filter(|posture| asked.contains(posture.name.as_str()) && asked_there.contains(posture.name.as_str()));
    let pairs = both.filter_map(|posture| Some((posture, *there.get(posture.name.as_str())?)));
    pairs
        .flat_map(|(posture, same)| {
            let is_new = |condition: &&Condition| {
                !same
                    .conditions
                    .iter()
                    .any(|known| *known.attribute == *condition.attribute && known.comparison == condition.comparison)
            };
            let more = posture.conditions.iter().filter(is_new);
            more.map(|condition| (posture.name.as_str(), condition.text.as_str(), same.origin)).collect::<Vec<_>>()
        })
        .collect()
}

/// The postures that some rule asks for.
fn asked_for(policy: &Policy) -> HashSet<&str> {
    let grants = policy.grants.iter().flatten().map(|grant| &grant.src_posture);
    let acls = policy.acls.iter().flatten().map(|acl| &acl.src_posture);
    let ssh = policy.ssh.iter().map(|rule| &rule.src_posture);
    let lists = grants.chain(acls).chain(ssh).map(|own| posture::required(policy, own));
    lists.flatten().map(|posture: &Selector| posture.text.as_str()).collect()
}

/// The settings that the other policy has not, or has with another value. `null` is as good as none.
fn only_set<'p>(policy: &'p Policy, other: &Policy) -> Vec<(&'p str, &'p Value, Origin)> {
    let there: BTreeMap<&str, &Value> =
        other.settings.iter().map(|setting| (setting.key.as_str(), &setting.value)).collect();
    let differs = policy.settings.iter().filter(|setting| {
        !setting.value.is_null() && there.get(setting.key.as_str()).is_none_or(|value| **value != setting.value)
    });
    differs.map(|setting| (setting.key.as_str(), &setting.value, setting.origin)).collect()
}
