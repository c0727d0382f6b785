use crate::diff::change::Relation;
use crate::diff::class_set::ClassSet;
use crate::diff::cube::Cube;
use crate::diff::extent::Extent;
use crate::diff::interner::number_distinct;
use crate::diff::region::PostureId;
use policy_core::proof::ClassId;

/// A dimension of cubes that can be united along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Sources,
    Destinations,
    Extent,
    When,
    Relation,
}

/// The order decides which of several possible results is found.
const DIMENSIONS: [Dimension; 5] =
    [Dimension::Sources, Dimension::Destinations, Dimension::Extent, Dimension::When, Dimension::Relation];

/// All dimensions of a cube but one, which is `None`.
#[derive(PartialEq, Eq, Hash)]
struct Key<'c, E> {
    sources: Option<&'c ClassSet>,
    destinations: Option<&'c ClassSet>,
    extent: Option<&'c E>,
    when: Option<&'c [PostureId]>,
    relation: Option<Relation>,
    unless: &'c [PostureId],
}

/// Unites the cubes of one region into fewer cubes, by joining cubes that differ in one dimension
/// only. `sources` and `destinations` are those of the region.
pub(super) fn unite<E: Extent>(mut cubes: Vec<Cube<E>>, sources: &[ClassId], destinations: &[ClassId]) -> Vec<Cube<E>> {
    loop {
        let before = cubes.len();
        if before < 2 {
            return cubes;
        }
        for dimension in DIMENSIONS {
            cubes = unite_along(dimension, cubes, sources, destinations);
        }
        if cubes.len() == before {
            return cubes;
        }
    }
}

fn unite_along<E: Extent>(
    dimension: Dimension,
    cubes: Vec<Cube<E>>,
    sources: &[ClassId],
    destinations: &[ClassId],
) -> Vec<Cube<E>> {
    let places = number_distinct(cubes.iter().map(|cube| key_without(dimension, cube)));
    let mut united: Vec<Cube<E>> = Vec::new();
    for (cube, place) in cubes.into_iter().zip(places) {
        let Some(first) = united.get_mut(place) else {
            united.push(cube);
            continue;
        };
        match dimension {
            Dimension::Sources => first.sources = first.sources.union(&cube.sources, sources),
            Dimension::Destinations => first.destinations = first.destinations.union(&cube.destinations, destinations),
            Dimension::Extent => first.extent = first.extent.union(&cube.extent),
            Dimension::When => first.when.extend(cube.when),
            Dimension::Relation => first.relation = Relation::Any,
        }
    }
    united
}

fn key_without<E>(dimension: Dimension, cube: &Cube<E>) -> Key<'_, E> {
    Key {
        sources: (dimension != Dimension::Sources).then_some(&cube.sources),
        destinations: (dimension != Dimension::Destinations).then_some(&cube.destinations),
        extent: (dimension != Dimension::Extent).then_some(&cube.extent),
        when: (dimension != Dimension::When).then_some(&cube.when),
        relation: (dimension != Dimension::Relation).then_some(cube.relation),
        unless: &cube.unless,
    }
}
