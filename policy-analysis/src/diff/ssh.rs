//! Compares SSH rules. The first rule that matches decides, so a rule gives what no rule before it decides.
//!
//! A posture may make an earlier rule match, which then takes access away from a later one. So the rules are compared
//! in each state: for a device that meets no posture, and for one that meets one of them.

use std::collections::{BTreeSet, HashMap};

use crate::diff::change::{Change, Relation};
use crate::diff::class_set::ClassSet;
use crate::diff::class_sets::EndSets;
use crate::diff::comparison::Comparison;
use crate::diff::cube::{Cube, Gain};
use crate::diff::item_set::ItemSet;
use crate::diff::joint_classes::JointClasses;
use crate::diff::region::{PostureId, Region};
use crate::diff::ssh_access::SshAccess;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::version::Version;

/// The posture that a device meets, if any.
pub(super) type State = Option<PostureId>;

/// A part of what one version gives and the other does not give in some states.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) region: Region<ItemSet>,
    pub(super) states: Vec<State>,
    /// Whether the other version gives less in one of the states: no access, or access on stricter terms.
    pub(super) is_looser: bool,
}

/// Returns the changes of SSH access.
pub(super) fn changes(comparison: &mut Comparison) -> Vec<Change> {
    let mut access = SshAccess::new(comparison.policies);
    let rules = comparison.read(&mut access);
    let differences = compare(comparison.classes, &mut comparison.sets, &access, &rules);
    let states = states(&rules);
    let mut changes = Vec::new();
    for version in Version::BOTH {
        for difference in version.select(&differences) {
            let region = &difference.region;
            // A device that meets a posture may do what one without any may do, unless a rule with that posture matches first.
            let is_always = difference.states.contains(&None);
            let postures = states.iter().filter(|state| difference.states.contains(state) != is_always);
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
            let change = comparison.describe(&access, version, &Gain { region, cube });
            changes.push(Change { is_new_access: change.is_new_access && difference.is_looser, ..change });
        }
    }
    changes
}

/// Returns what each version gives and the other does not.
pub(super) fn compare(
    classes: &JointClasses,
    sets: &mut EndSets,
    access: &SshAccess,
    rules: &[Vec<Region<ItemSet>>; 2],
) -> [Vec<Difference>; 2] {
    let [old, new] = rules;
    let is_same = |(a, b): (&Region<ItemSet>, &Region<ItemSet>)| a.key() == b.key() && a.extent == b.extent;
    if old.len() == new.len() && old.iter().zip(new).all(is_same) {
        return [Vec::new(), Vec::new()];
    }
    let mut found = [Vec::new(), Vec::new()];
    for state in states(rules) {
        let decisions = Version::BOTH.map(|version| decisions(classes, sets, version.select(rules).as_slice(), state));
        for version in Version::BOTH {
            let (ours, theirs) = (version.select(&decisions), version.other().select(&decisions));
            let gains = subtract(classes, sets, ours, theirs, Attribution::Largest);
            for gain in gains {
                let region = gain.to_region(sets);
                let is_looser = is_looser(classes, sets, access, &region, theirs);
                version.select_mut(&mut found).push(Difference { region, states: vec![state], is_looser });
            }
        }
    }
    found.map(unite_states)
}

/// Returns no posture, and each posture that a rule requires.
pub(super) fn states(rules: &[Vec<Region<ItemSet>>; 2]) -> Vec<State> {
    let postures: BTreeSet<PostureId> = rules.iter().flatten().flat_map(|rule| rule.postures.iter().copied()).collect();
    [None].into_iter().chain(postures.into_iter().map(Some)).collect()
}

/// Returns what the rules give in a state, each part by the rule that decides.
fn decisions(
    classes: &JointClasses,
    sets: &mut EndSets,
    rules: &[Region<ItemSet>],
    state: State,
) -> Vec<Region<ItemSet>> {
    let matching = rules
        .iter()
        .filter(|rule| rule.postures.is_empty() || state.is_some_and(|state| rule.postures.contains(&state)));
    let rules: Vec<Region<ItemSet>> = matching.map(|rule| Region { postures: Vec::new(), ..rule.clone() }).collect();
    let parts = subtract(classes, sets, &rules, &[], Attribution::First);
    parts.iter().map(|part| part.to_region(sets)).collect()
}

/// Returns whether some of a region is not given by others on terms that are no stricter.
fn is_looser(
    classes: &JointClasses,
    sets: &EndSets,
    access: &SshAccess,
    region: &Region<ItemSet>,
    others: &[Region<ItemSet>],
) -> bool {
    let Some(terms) = access.terms.get(region.channel) else { return true };
    let is_enough = |other: &&Region<ItemSet>| {
        access.terms.get(other.channel).is_some_and(|other| other.are_no_stricter_than(terms))
    };
    let others = others.iter().filter(is_enough);
    let others: Vec<Region<ItemSet>> =
        others.map(|other| Region { channel: region.channel, ..other.clone() }).collect();
    !subtract(classes, sets, std::slice::from_ref(region), &others, Attribution::Largest).is_empty()
}

/// Joins equal differences of several states.
fn unite_states(differences: Vec<Difference>) -> Vec<Difference> {
    let mut places = HashMap::new();
    let mut place_of = Vec::new();
    for Difference { region, .. } in &differences {
        let next = places.len();
        place_of.push(*places.entry((region.rule, region.key(), &region.extent)).or_insert(next));
    }
    let mut united: Vec<Difference> = Vec::new();
    for (difference, place) in differences.into_iter().zip(place_of) {
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
