//! The cubes that remain of one region after others are subtracted.

use std::collections::BTreeMap;

use crate::diff::change::Relation;
use crate::diff::class_set::ClassSet;
use crate::diff::cube::Cube;
use crate::diff::extent::Extent;
use crate::diff::overlap_index::Overlap;
use crate::diff::region::{PostureId, Region};
use crate::diff::union::unite;
use policy_core::access::sorted;
use policy_core::proof::{AccessClasses, ClassId};

/// A region that is subtracted from another one.
pub(super) struct Subtrahend<'w, E> {
    pub(super) region: &'w Region<E>,
    pub(super) is_theirs: bool,
    /// True if it requires postures that the minuend does not require. It gives the same access,
    /// but not to every device.
    pub(super) is_conditional: bool,
    pub(super) sources: End<'w>,
    pub(super) destinations: End<'w>,
}

/// One end of a subtrahend.
#[derive(Clone, Copy, Debug)]
pub(super) struct End<'w> {
    /// Its relation to the classes of the minuend
    pub(super) overlap: Overlap,
    pub(super) classes: &'w [ClassId],
}

/// An end of a region along which its classes are split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Sources,
    Destinations,
}

/// A part of the minuend, and the subtrahends that cover all its classes.
struct Cell<'s, E> {
    sources: ClassSet,
    destinations: ClassSet,
    subtrahends: Vec<&'s Subtrahend<'s, E>>,
}

/// A region from which others are subtracted.
pub(super) struct Minuend<'w, E> {
    pub(super) space: &'w AccessClasses<'w>,
    pub(super) same_user: bool,
    pub(super) extent: E,
    pub(super) sources: &'w [ClassId],
    pub(super) destinations: &'w [ClassId],
}

impl<E: Extent> Minuend<'_, E> {
    /// Returns what the subtrahends leave, in disjoint cubes.
    pub(super) fn remainder(&self, subtrahends: &[Subtrahend<E>]) -> Vec<Cube<E>> {
        let subtrahends: Vec<&Subtrahend<E>> = subtrahends.iter().collect();
        if self.same_user { self.same_user_remainder(&subtrahends) } else { self.direct_remainder(subtrahends) }
    }

    /// Returns the remainder of a region that is not restricted to devices of the same user. It is
    /// split along the axis that gives fewer cubes.
    fn direct_remainder(&self, subtrahends: Vec<&Subtrahend<E>>) -> Vec<Cube<E>> {
        let (covering, mut others): (Vec<&Subtrahend<E>>, Vec<&Subtrahend<E>>) =
            subtrahends.into_iter().partition(|subtrahend| {
                subtrahend.sources.overlap == Overlap::Covers
                    && subtrahend.destinations.overlap == Overlap::Covers
                    && !subtrahend.region.same_user
                    && !subtrahend.is_conditional
            });
        let extent =
            covering.iter().fold(self.extent.clone(), |rest, covering| rest.not_given_by(&covering.region.extent));
        if extent.is_empty() {
            return Vec::new();
        }
        others.retain(|subtrahend| subtrahend.region.extent.gives_any_of(&extent));
        let by_source = self.subtract_in_cells(self.cells(&others, Axis::Sources), &extent);
        if by_source.len() < 2 {
            return by_source;
        }
        let by_destination = self.subtract_in_cells(self.cells(&others, Axis::Destinations), &extent);
        let cost = |cubes: &[Cube<E>]| {
            let ends = cubes.iter().flat_map(|cube| [&cube.sources, &cube.destinations]);
            (cubes.len(), ends.filter(|set| **set != ClassSet::ALL).count())
        };
        if cost(&by_source) < cost(&by_destination) { by_source } else { by_destination }
    }

    /// Splits the minuend into cells by the subtrahends that cover them, first along one axis, then
    /// along the other.
    fn cells<'s>(&self, subtrahends: &[&'s Subtrahend<'s, E>], first: Axis) -> Vec<Cell<'s, E>> {
        let mut cells = Vec::new();
        let second = if first == Axis::Sources { Axis::Destinations } else { Axis::Sources };
        for (subtrahends, along_first) in self.split(subtrahends, first) {
            for (subtrahends, along_second) in self.split(&subtrahends, second) {
                let (sources, destinations) = match first {
                    Axis::Sources => (along_first.clone(), along_second),
                    Axis::Destinations => (along_second, along_first.clone()),
                };
                cells.push(Cell { sources, destinations, subtrahends });
            }
        }
        cells
    }

    /// Splits the minuend's classes along one axis by the subtrahends that cover them.
    fn split<'s>(
        &self,
        subtrahends: &[&'s Subtrahend<'s, E>],
        axis: Axis,
    ) -> Vec<(Vec<&'s Subtrahend<'s, E>>, ClassSet)> {
        let universe = if axis == Axis::Sources { self.sources } else { self.destinations };
        let mut covering = Vec::new();
        let mut partial = Vec::new();
        let mut partial_by_class: BTreeMap<ClassId, Vec<usize>> = BTreeMap::new();
        for &subtrahend in subtrahends {
            let end = if axis == Axis::Sources { &subtrahend.sources } else { &subtrahend.destinations };
            if end.overlap == Overlap::Covers {
                covering.push(subtrahend);
                continue;
            }
            for class in sorted::intersection(universe, end.classes) {
                partial_by_class.entry(class).or_default().push(partial.len());
            }
            partial.push(subtrahend);
        }
        let rest = ClassSet::all_except(universe, partial_by_class.keys().copied().collect());
        let mut classes_by_partial: BTreeMap<Vec<usize>, Vec<ClassId>> = BTreeMap::new();
        for (class, numbers) in partial_by_class {
            classes_by_partial.entry(numbers).or_default().push(class);
        }
        let mut parts = Vec::new();
        if rest.iter(universe).next().is_some() {
            parts.push((covering.clone(), rest));
        }
        for (numbers, classes) in classes_by_partial {
            let mut subtrahends = covering.clone();
            subtrahends.extend(numbers.into_iter().filter_map(|number| partial.get(number).copied()));
            parts.push((subtrahends, ClassSet::only(universe, classes)));
        }
        parts
    }

    /// Subtracts from `extent` in each cell. Returns as few cubes as possible.
    fn subtract_in_cells(&self, cells: Vec<Cell<E>>, extent: &E) -> Vec<Cube<E>> {
        let mut cubes = Vec::new();
        for cell in cells {
            let (same_user, direct): (Vec<&Subtrahend<E>>, Vec<&Subtrahend<E>>) =
                cell.subtrahends.into_iter().partition(|subtrahend| subtrahend.region.same_user);
            let mut push = |relation, extent: E, unless| {
                if !extent.is_empty() && self.has_pair(&cell.sources, &cell.destinations, relation) {
                    cubes.push(cube(cell.sources.clone(), cell.destinations.clone(), relation, extent, unless));
                }
            };
            let mut same_user_extents = same_user.iter().map(|subtrahend| &subtrahend.region.extent);
            let same_user_extent = same_user_extents
                .next()
                .map(|first| same_user_extents.fold(first.clone(), |all, extent| all.union(extent)));
            let same_user_extent =
                same_user_extent.filter(|_| self.has_pair(&cell.sources, &cell.destinations, Relation::Own));
            for (rest, unless) in subtract_extents(extent, &direct) {
                let Some(same_user_extent) = &same_user_extent else {
                    push(Relation::Any, rest, unless);
                    continue;
                };
                push(Relation::Any, rest.not_given_by(same_user_extent), unless.clone());
                let rest = rest.given_by(same_user_extent);
                for (rest, more) in subtract_extents(&rest, &same_user) {
                    push(Relation::Own, rest, sorted::union(&unless, &more));
                }
                push(Relation::Others, rest, unless);
            }
        }
        // A cube that cannot contain devices of the same user is merged with the cubes of different
        // users.
        let is_other = |cube: &Cube<E>| !self.has_pair(&cube.sources, &cube.destinations, Relation::Own);
        let has_others = cubes.iter().any(|cube| cube.relation == Relation::Others);
        if has_others {
            for cube in cubes.iter_mut().filter(|cube| cube.relation == Relation::Any && is_other(cube)) {
                cube.relation = Relation::Others;
            }
        }
        cubes = unite(cubes, self.sources, self.destinations);
        if has_others {
            for cube in cubes.iter_mut().filter(|cube| cube.relation == Relation::Others && is_other(cube)) {
                cube.relation = Relation::Any;
            }
        }
        cubes
    }

    /// Returns whether a source and a destination of these sets may have this relation.
    fn has_pair(&self, sources: &ClassSet, destinations: &ClassSet, relation: Relation) -> bool {
        let has_own = |source: ClassId| {
            let own = self.space.same_user.get(source);
            own.is_some_and(|own| own.iter().any(|&class| destinations.contains(class, self.destinations)))
        };
        let has_other = |source: ClassId| {
            destinations
                .iter(self.destinations)
                .any(|destination| self.space.may_be_different_users(source, destination))
        };
        sources.iter(self.sources).any(|source| match relation {
            Relation::Any => has_other(source) || has_own(source),
            Relation::Own => has_own(source),
            Relation::Others => has_other(source),
        })
    }

    /// Returns the destinations of the minuend that are devices of users of a source.
    fn own_devices(&self, source: ClassId) -> Vec<ClassId> {
        self.space.same_user.get(source).map_or(Vec::new(), |own| sorted::intersection(own, self.destinations))
    }

    /// Returns the remainder of a region between devices of the same user.
    fn same_user_remainder(&self, subtrahends: &[&Subtrahend<E>]) -> Vec<Cube<E>> {
        // For each remaining extent, the sources, each with the destinations where it remains.
        let mut pairs_by_rest: BTreeMap<Rest<E>, Vec<(ClassId, Vec<ClassId>)>> = BTreeMap::new();
        for (subtrahends, sources) in self.split(subtrahends, Axis::Sources) {
            for source in sources.iter(self.sources) {
                for destination in self.own_devices(source) {
                    let mut covering = subtrahends.clone();
                    covering.retain(|subtrahend| sorted::contains(subtrahend.destinations.classes, destination));
                    for rest in subtract_extents(&self.extent, &covering) {
                        let pairs = pairs_by_rest.entry(rest).or_default();
                        match pairs.last_mut() {
                            Some((last, destinations)) if *last == source => destinations.push(destination),
                            _ => pairs.push((source, vec![destination])),
                        }
                    }
                }
            }
        }
        let mut cubes = Vec::new();
        for ((extent, unless), pairs) in pairs_by_rest {
            let mut push = |sources: Vec<ClassId>, destinations| {
                let sources = ClassSet::only(self.sources, sorted::sort(sources));
                cubes.push(cube(sources, destinations, Relation::Own, extent.clone(), unless.clone()));
            };
            let mut whole = Vec::new();
            let mut parts: BTreeMap<Vec<ClassId>, Vec<ClassId>> = BTreeMap::new();
            for (source, destinations) in pairs {
                if destinations == self.own_devices(source) {
                    whole.push(source);
                } else {
                    parts.entry(destinations).or_default().push(source);
                }
            }
            if !whole.is_empty() {
                // A source without devices reaches no own devices, so it fits into any cube.
                whole.extend(self.sources.iter().filter(|&&source| self.own_devices(source).is_empty()));
                push(whole, ClassSet::ALL);
            }
            for (destinations, sources) in parts {
                push(sources, ClassSet::only(self.destinations, destinations));
            }
        }
        cubes
    }
}

fn cube<E>(
    sources: ClassSet,
    destinations: ClassSet,
    relation: Relation,
    extent: E,
    unless: Vec<PostureId>,
) -> Cube<E> {
    Cube { sources, destinations, relation, extent, when: Vec::new(), unless }
}

/// The rest of an extent, and the postures with which the subtrahends still give it.
type Rest<E> = (E, Vec<PostureId>);

/// Returns the rest of an extent after the subtrahends, in disjoint parts.
fn subtract_extents<E: Extent>(extent: &E, subtrahends: &[&Subtrahend<E>]) -> Vec<Rest<E>> {
    let (conditional, certain): (Vec<&Subtrahend<E>>, Vec<&Subtrahend<E>>) =
        subtrahends.iter().partition(|subtrahend| subtrahend.is_conditional);
    let mut rest = extent.clone();
    for subtrahend in certain {
        rest = rest.not_given_by(&subtrahend.region.extent);
        if rest.is_empty() {
            return Vec::new();
        }
    }
    let mut parts = vec![(rest, Vec::new())];
    for region in conditional.into_iter().map(|subtrahend| subtrahend.region) {
        let mut next = Vec::new();
        for (extent, postures) in parts {
            let common = extent.given_by(&region.extent);
            let with_region = sorted::union(&postures, &region.postures);
            next.push((extent.not_given_by(&region.extent), postures));
            next.push((common, with_region));
        }
        next.retain(|(extent, _)| !extent.is_empty());
        parts = next;
    }
    parts
}
