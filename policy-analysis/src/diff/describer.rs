use crate::diff::change::{Area, Change, Direction};
use crate::diff::class_set::ClassSet;
use crate::diff::class_sets::EndSets;
use crate::diff::cube::Gain;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::namer::Namer;
use crate::diff::posture::Postures;
use crate::diff::version::Version;

/// Describes gains in words of the policy that gives them.
pub(super) struct Describer<'w> {
    classes: &'w JointClasses<'w>,
    postures: &'w Postures,
    /// By version, for sources and for destinations
    namers: [(Namer<'w>, Namer<'w>); 2],
}

impl<'w> Describer<'w> {
    pub(super) fn new(classes: &'w JointClasses<'w>, postures: &'w Postures) -> Self {
        let namers = Version::BOTH
            .map(|version| (Namer::of_sources(classes, version), Namer::of_destinations(classes, version)));
        Describer { classes, postures, namers }
    }

    /// Describes who gains what `version` gives and the other version does not, and on which conditions. `what` and `via`
    /// are left empty.
    pub(super) fn change<E>(&self, sets: &EndSets, version: Version, area: Area, gain: &Gain<E>) -> Change {
        let (region, cube) = (gain.region, &gain.cube);
        let (source_namer, destination_namer) = version.select(&self.namers);
        let sources = sets.sources.classes(region.sources);
        let destinations = sets.destinations.classes(region.destinations);
        let (sources, destinations) = if self.classes.scope == Scope::Devices {
            let names = |namer: &Namer, set: &ClassSet, universe| namer.class_names(set.iter(universe));
            let destinations = if region.dst.is_empty() {
                Vec::new()
            } else {
                names(destination_namer, &cube.destinations, destinations)
            };
            (names(source_namer, &cube.sources, sources), destinations)
        } else {
            let [source_universe, destination_universe] =
                [sources, destinations].map(|classes| (!region.is_whole).then_some(classes));
            let ignored = if area == Area::Ownership { self.classes.admins.as_slice() } else { &[] };
            let own_devices = self.classes.space.permits.selectors.own_devices();
            let is_self = !region.dst.is_empty() && region.dst.iter().all(|&id| Some(id) == own_devices);
            let destination_terms = if is_self {
                let users = cube.sources.iter(sources);
                vec![destination_namer.self_term(self.classes, users, cube.destinations.iter(destinations))]
            } else {
                destination_namer.terms(destination_universe, &cube.destinations, &region.dst, &[])
            };
            (source_namer.terms(source_universe, &cube.sources, &region.src, ignored), destination_terms)
        };
        let direction = if version == Version::New { Direction::Gained } else { Direction::Lost };
        Change {
            sources,
            destinations,
            relation: cube.relation,
            when: self.postures.names(version, &cube.when),
            unless: self.postures.names(version, &cube.unless),
            ..Change::new(area, direction, String::new(), region.rule)
        }
    }
}
