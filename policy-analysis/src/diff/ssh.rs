//! Compares SSH rules. The first rule that matches decides, so a rule gives only what no earlier
//! rule decides.
//!
//! A posture may make an earlier rule match, which takes access away from a later one. So the rules
//! are compared in each state: for a device that meets no posture, and for devices that meet one
//! posture each.

use std::collections::BTreeSet;

use crate::diff::change::{Area, Change, Relation};
use crate::diff::class_set::ClassSet;
use crate::diff::comparison::Comparison;
use crate::diff::cube::{Cube, Gain};
use crate::diff::describer::Describer;
use crate::diff::interner::number_distinct;
use crate::diff::item::Channel;
use crate::diff::item_set::ItemSet;
use crate::diff::region::{PostureId, Region};
use crate::diff::ssh_access;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::version::Version;

/// The posture that a device meets, if any.
pub(super) type State = Option<PostureId>;

/// A difference between the versions in some states.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) region: Region<ItemSet>,
    pub(super) states: Vec<State>,
    /// True if the other version gives less in one of the states: no access, or access on stricter
    /// terms.
    pub(super) is_looser: bool,
}

/// Returns the changes of SSH access.
pub(super) fn changes(comparison: &mut Comparison, describer: &Describer) -> Vec<Change> {
    let rules = comparison.read(ssh_access::read);
    let dates = comparison.endings.dates(&rules);
    let mut reported = compare(comparison, &rules);
    let mut changes = describe(comparison, describer, &rules, &reported);
    for date in dates {
        let left = comparison.endings.remaining(date, &rules);
        let mut later = compare(comparison, &left);
        for version in Version::BOTH {
            let known = version.select_mut(&mut reported);
            known.retain(|known| comparison.endings.date(version, known.region.rule).is_none_or(|last| last > date));
            version.select_mut(&mut later).retain(|difference| !is_reported(comparison, difference, known));
        }
        let described = describe(comparison, describer, &left, &later);
        changes.extend(described.into_iter().map(|change| Change { after: Some(date), ..change }));
        for (known, later) in reported.iter_mut().zip(later) {
            known.extend(later);
        }
    }
    changes
}

/// Returns whether a difference is already reported, in the same states.
fn is_reported(comparison: &Comparison, difference: &Difference, reported: &[Difference]) -> bool {
    let has_states = |known: &&Difference| difference.states.iter().all(|state| known.states.contains(state));
    let known: Vec<Region<ItemSet>> = reported.iter().filter(has_states).map(|known| known.region.clone()).collect();
    subtract(comparison, std::slice::from_ref(&difference.region), &known, Attribution::First).is_empty()
}

/// Describes differences between rules.
fn describe(
    comparison: &Comparison,
    describer: &Describer,
    rules: &[Vec<Region<ItemSet>>; 2],
    differences: &[Vec<Difference>; 2],
) -> Vec<Change> {
    let states = states(rules);
    let mut changes = Vec::new();
    for version in Version::BOTH {
        for Difference { region, states: different, is_looser } in version.select(differences) {
            // A device that meets a posture has the access of a device without one, unless a rule
            // with that posture matches first.
            let is_always = different.contains(&None);
            let postures = states.iter().filter(|state| different.contains(state) != is_always);
            let postures: Vec<PostureId> = postures.copied().flatten().collect();
            let (when, unless) = if is_always { (Vec::new(), postures) } else { (postures, Vec::new()) };
            let cube = Cube {
                sources: ClassSet::ALL,
                destinations: ClassSet::ALL,
                relation: if region.same_user { Relation::Own } else { Relation::Any },
                extent: region.extent.clone(),
                when,
                unless,
            };
            let gain = Gain { region, cube };
            let what = ssh_access::describe(comparison, &gain);
            let change = describer.change(comparison, version, Area::Ssh, what, &gain);
            changes.extend(change.map(|change| Change { is_new_access: change.is_new_access && *is_looser, ..change }));
        }
    }
    changes
}

/// Returns what each version gives and the other does not.
pub(super) fn compare(comparison: &mut Comparison, rules: &[Vec<Region<ItemSet>>; 2]) -> [Vec<Difference>; 2] {
    let [old, new] = rules;
    let is_same = |(a, b): (&Region<ItemSet>, &Region<ItemSet>)| a.key() == b.key() && a.extent == b.extent;
    let mut found = [Vec::new(), Vec::new()];
    if old.len() == new.len() && old.iter().zip(new).all(is_same) {
        return found.map(unite_states);
    }
    for state in states(rules) {
        let decisions = [old, new].map(|rules| decisions(comparison, rules, state));
        for version in Version::BOTH {
            let (ours, theirs) = (version.select(&decisions), version.other().select(&decisions));
            for gain in subtract(comparison, ours, theirs, Attribution::Largest) {
                let region = gain.to_region(&mut comparison.sets);
                let is_looser = is_looser(comparison, &region, theirs);
                version.select_mut(&mut found).push(Difference { region, states: vec![state], is_looser });
            }
        }
    }
    found.map(unite_states)
}

/// Returns all states: no posture, and each posture that a rule requires.
pub(super) fn states(rules: &[Vec<Region<ItemSet>>; 2]) -> Vec<State> {
    let postures: BTreeSet<PostureId> = rules.iter().flatten().flat_map(|rule| rule.postures.iter().copied()).collect();
    [None].into_iter().chain(postures.into_iter().map(Some)).collect()
}

/// Returns what the rules give in a state, each part by the rule that decides.
fn decisions(comparison: &mut Comparison, rules: &[Region<ItemSet>], state: State) -> Vec<Region<ItemSet>> {
    let matches =
        |rule: &&Region<ItemSet>| rule.postures.is_empty() || state.is_some_and(|state| rule.postures.contains(&state));
    let rules = rules.iter().filter(matches).map(|rule| Region { postures: Vec::new(), ..rule.clone() });
    let rules: Vec<Region<ItemSet>> = rules.collect();
    let parts = subtract(comparison, &rules, &[], Attribution::First);
    parts.iter().map(|part| part.to_region(&mut comparison.sets)).collect()
}

/// Returns whether a part of a region is not given by others on equal or less strict terms.
fn is_looser(comparison: &Comparison, region: &Region<ItemSet>, others: &[Region<ItemSet>]) -> bool {
    let terms = |region: &Region<ItemSet>| match comparison.channels.get(region.channel) {
        Some(Channel::Ssh(terms)) => Some(terms),
        _ => None,
    };
    let is_enough = |other: &&Region<ItemSet>| {
        terms(other).zip(terms(region)).is_some_and(|(other, own)| other.are_no_stricter_than(own))
    };
    let others: Vec<Region<ItemSet>> = others.iter().filter(is_enough).cloned().collect();
    !subtract(comparison, std::slice::from_ref(region), &others, Attribution::First).is_empty()
}

/// Joins equal differences of several states.
fn unite_states(differences: Vec<Difference>) -> Vec<Difference> {
    let keys = differences.iter().map(|Difference { region, .. }| (region.rule, region.key(), &region.extent));
    let places = number_distinct(keys);
    let mut united: Vec<Difference> = Vec::new();
    for (difference, place) in differences.into_iter().zip(places) {
        match united.get_mut(place) {
            Some(first) => {
                first.states.extend(difference.states);
                first.is_looser |= difference.is_looser;
            }
            None => united.push(difference),
        }
    }
    united
}
