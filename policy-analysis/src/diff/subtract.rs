//! Subtracts the regions of one version from those of the other, in disjoint cubes.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::diff::class_sets::EndSets;
use crate::diff::comparison::Comparison;
use crate::diff::cube::{Cube, Gain};
use crate::diff::extent::Extent;
use crate::diff::overlap_index::{Overlap, OverlapIndex};
use crate::diff::region::{PostureId, Region, RegionKey};
use crate::diff::remainder::{End, Minuend, Subtrahend};
use crate::diff::union::unite;
use policy_core::proof::AccessClasses;

/// The region that a gain is attributed to if several regions give the access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribution {
    /// The largest region of the same channel
    Largest,
    /// The first region, regardless of its channel, because the first SSH rule that matches decides
    First,
}

/// Returns everything that `ours` give and `theirs` do not. No two gains have anything in common.
pub(super) fn subtract<'r, E: Extent>(
    comparison: &Comparison,
    ours: &'r [Region<E>],
    theirs: &[Region<E>],
    attribution: Attribution,
) -> Vec<Gain<'r, E>> {
    let (space, sets) = (&comparison.classes.space, &comparison.sets);
    // Most rules have a counterpart that gives most of the same. It differs in the extent, if at
    // all.
    let mut their_extents: HashMap<RegionKey, E> = HashMap::new();
    for region in theirs {
        let extent =
            their_extents.get(&region.key()).map_or(region.extent.clone(), |extent| extent.union(&region.extent));
        their_extents.insert(region.key(), extent);
    }
    let mut changed: Vec<Changed<E>> = Vec::new();
    for region in ours {
        let counterpart = their_extents.get(&region.key());
        let extent = counterpart.map_or(region.extent.clone(), |extent| region.extent.not_given_by(extent));
        if !extent.is_empty() {
            changed.push(Changed { number: theirs.len() + changed.len(), region, extent });
        }
    }
    if changed.is_empty() {
        return Vec::new();
    }
    let regions: Vec<&Region<E>> = theirs.iter().chain(changed.iter().map(|changed| changed.region)).collect();
    if attribution == Attribution::Largest {
        // Access without a posture condition comes first, because it is given with each posture,
        // too.
        changed.sort_by_cached_key(|Changed { region, .. }| {
            let sources = sets.sources.classes(region.sources).len() as u128;
            let destinations = sets.destinations.classes(region.destinations).len() as u128;
            let size = sources * destinations * u128::from(region.extent.size());
            (!region.postures.is_empty(), region.same_user, Reverse(size))
        });
    }
    let sources = regions.iter().map(|region| region.sources);
    let destinations = regions.iter().map(|region| region.destinations);
    let mut subtraction = Subtraction {
        space,
        sets,
        attribution,
        their_count: theirs.len(),
        has_gain: vec![false; regions.len()],
        by_source: OverlapIndex::new(&sets.sources, space.sources.len(), sources),
        by_destination: OverlapIndex::new(&sets.destinations, space.destinations.len(), destinations),
        regions,
    };
    let mut gains = Vec::new();
    for changed in changed {
        let region = changed.region;
        gains.extend(subtraction.remainder(changed).into_iter().map(|cube| Gain { region, cube }));
    }
    gains
}

/// A region that no single region of the other version covers.
struct Changed<'r, E> {
    /// Its number among the regions of the subtraction
    number: usize,
    region: &'r Region<E>,
    /// The part that its counterparts do not give
    extent: E,
}

struct Subtraction<'w, E> {
    space: &'w AccessClasses<'w>,
    sets: &'w EndSets,
    attribution: Attribution,
    /// Theirs, then ours
    regions: Vec<&'w Region<E>>,
    their_count: usize,
    /// By region, whether a gain is attributed to it.
    has_gain: Vec<bool>,
    by_source: OverlapIndex<'w>,
    by_destination: OverlapIndex<'w>,
}

impl<'w, E: Extent> Subtraction<'w, E> {
    /// Returns the part of our region that neither their regions nor our regions with a gain give.
    fn remainder(&mut self, changed: Changed<'w, E>) -> Vec<Cube<E>> {
        let Changed { number, region, extent } = changed;
        let subtrahends = self.subtrahends(number, region, &extent);
        let minuend = Minuend {
            space: self.space,
            extent,
            same_user: region.same_user,
            sources: self.sets.sources.classes(region.sources),
            destinations: self.sets.destinations.classes(region.destinations),
        };
        let mut cubes = Vec::new();
        // A device meets one posture and no other, or none if `None`.
        let states: Vec<Option<PostureId>> = match region.postures.as_slice() {
            [] => vec![None],
            postures => postures.iter().copied().map(Some).collect(),
        };
        for state in states {
            let subtrahends = subtrahends.iter().filter_map(|subtrahend| {
                let postures = &subtrahend.region.postures;
                let is_conditional = !postures.is_empty() && state.is_none_or(|state| !postures.contains(&state));
                let counts = !is_conditional || state.is_none() && subtrahend.is_theirs;
                counts.then_some(Subtrahend { is_conditional, ..*subtrahend })
            });
            let remainder = minuend.remainder(&subtrahends.collect::<Vec<_>>());
            cubes.extend(remainder.into_iter().map(|cube| Cube { when: state.into_iter().collect(), ..cube }));
        }
        if let Some(has_gain) = self.has_gain.get_mut(number) {
            *has_gain = !cubes.is_empty();
        }
        unite(cubes, minuend.sources, minuend.destinations)
    }

    /// Returns the regions that may have access in common with `extent` of `region`, in their
    /// order.
    fn subtrahends(&mut self, number: usize, region: &Region<E>, extent: &E) -> Vec<Subtrahend<'w, E>> {
        let is_by_source = self.by_source.estimate(region.sources) <= self.by_destination.estimate(region.destinations);
        let mut overlapping = if is_by_source {
            self.by_source.overlapping(region.sources)
        } else {
            self.by_destination.overlapping(region.destinations)
        };
        overlapping.sort_unstable_by_key(|(other, _)| *other);
        let mut subtrahends = Vec::new();
        for (other_number, overlap) in overlapping {
            let Some(&other) = self.regions.get(other_number) else { continue };
            let is_theirs = other_number < self.their_count;
            let counts = is_theirs || other_number != number && self.has_gain.get(other_number) == Some(&true);
            let is_same_channel = other.channel == region.channel || self.attribution == Attribution::First;
            if !counts || !is_same_channel || !other.extent.gives_any_of(extent) {
                continue;
            }
            let (sources, destinations) = if is_by_source {
                (overlap, self.by_destination.overlap(region.destinations, other.destinations))
            } else {
                (self.by_source.overlap(region.sources, other.sources), overlap)
            };
            if sources != Overlap::Disjoint && destinations != Overlap::Disjoint {
                let sources = End { overlap: sources, classes: self.sets.sources.classes(other.sources) };
                let classes = self.sets.destinations.classes(other.destinations);
                let destinations = End { overlap: destinations, classes };
                subtrahends.push(Subtrahend { region: other, is_theirs, is_conditional: false, sources, destinations });
            }
        }
        subtrahends
    }
}
