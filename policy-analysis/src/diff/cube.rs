use crate::diff::change::Relation;
use crate::diff::class_set::ClassSet;
use crate::diff::class_sets::EndSets;
use crate::diff::region::{PostureId, Region};

/// A part of a region, which is a range in each of its dimensions.
#[derive(Clone, Debug)]
pub(super) struct Cube<E> {
    /// Of the region's sources
    pub(super) sources: ClassSet,
    /// Of the region's destinations
    pub(super) destinations: ClassSet,
    pub(super) relation: Relation,
    pub(super) extent: E,
    /// The device must meet one of these postures, if there are any.
    pub(super) when: Vec<PostureId>,
    /// The device must meet none of these postures.
    pub(super) unless: Vec<PostureId>,
}

/// A part of a region that no region of the other version gives.
#[derive(Clone, Debug)]
pub(super) struct Gain<'r, E> {
    pub(super) region: &'r Region<E>,
    pub(super) cube: Cube<E>,
}

impl<E: Clone> Gain<'_, E> {
    /// Returns the part as a region of its own, without its posture conditions.
    pub(super) fn to_region(&self, sets: &mut EndSets) -> Region<E> {
        let (region, cube) = (self.region, &self.cube);
        let sources = cube.sources.iter(sets.sources.classes(region.sources)).collect();
        let destinations = cube.destinations.iter(sets.destinations.classes(region.destinations)).collect();
        Region {
            sources: sets.sources.intern(sources),
            destinations: sets.destinations.intern(destinations),
            same_user: cube.relation == Relation::Own,
            extent: cube.extent.clone(),
            is_whole: false,
            ..region.clone()
        }
    }

    /// Returns the part as a region of its own, if a region can have its conditions.
    pub(super) fn to_exact_region(&self, sets: &mut EndSets) -> Option<Region<E>> {
        let cube = &self.cube;
        let has_other_users = cube.relation == Relation::Others;
        (cube.unless.is_empty() && !has_other_users)
            .then(|| Region { postures: cube.when.clone(), ..self.to_region(sets) })
    }
}
