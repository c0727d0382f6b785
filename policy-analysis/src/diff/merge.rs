//! The same pieces, but fewer.

use std::collections::HashMap;
use std::hash::Hash;

use crate::diff::Relation;
use crate::diff::extent::Extent;
use crate::diff::gain::Gain;
use policy_core::proof::classes::ClassId;

/// The same in fewer pieces. Those of one region are merged where they differ in one respect only.
pub(super) fn merged<E: Extent>(mut gains: Vec<Gain<E>>, from: &[ClassId], to: &[ClassId]) -> Vec<Gain<E>> {
    loop {
        let before = gains.len();
        gains = merge(
            gains,
            |gain| (gain.to.clone(), gain.relation, gain.extent.clone(), gain.when.clone(), gain.unless.clone()),
            |a, b| {
                a.from = a.from.with(&b.from, from);
            },
        );
        gains = merge(
            gains,
            |gain| (gain.from.clone(), gain.relation, gain.extent.clone(), gain.when.clone(), gain.unless.clone()),
            |a, b| {
                a.to = a.to.with(&b.to, to);
            },
        );
        gains = merge(
            gains,
            |gain| (gain.from.clone(), gain.to.clone(), gain.relation, gain.when.clone(), gain.unless.clone()),
            |a, b| {
                a.extent = a.extent.with(&b.extent);
            },
        );
        gains = merge(
            gains,
            |gain| (gain.from.clone(), gain.to.clone(), gain.extent.clone(), gain.relation, gain.unless.clone()),
            |a, b| {
                a.when.extend(&b.when);
            },
        );
        gains = merge(
            gains,
            |gain| (gain.from.clone(), gain.to.clone(), gain.extent.clone(), gain.when.clone(), gain.unless.clone()),
            |a, _| {
                a.relation = Relation::Any;
            },
        );
        if gains.len() == before {
            return gains;
        }
    }
}

/// Puts together those with one key, at the place of the first.
fn merge<E, K: Eq + Hash>(
    gains: Vec<Gain<E>>,
    key: impl Fn(&Gain<E>) -> K,
    join: impl Fn(&mut Gain<E>, &Gain<E>),
) -> Vec<Gain<E>> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut merged: Vec<Gain<E>> = Vec::new();
    for gain in gains {
        let next = merged.len();
        let place = *places.entry(key(&gain)).or_insert(next);
        match merged.get_mut(place) {
            Some(first) => join(first, &gain),
            None => merged.push(gain),
        }
    }
    merged
}
