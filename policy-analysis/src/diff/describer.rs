use crate::diff::change::{Area, Change, Direction};
use crate::diff::comparison::{Comparison, ReadRules};
use crate::diff::cube::Gain;
use crate::diff::extent::Extent;
use crate::diff::item::Channel;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::namer::Namer;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::version::Version;
use policy_core::access::Families;
use policy_core::proof::{Class, ClassId};

/// Describes gains in words of the policy that gives them.
pub(super) struct Describer<'w> {
    classes: &'w JointClasses<'w>,
    namers: [EndNamers<'w>; 2],
}

/// The namers of one version
struct EndNamers<'w> {
    sources: Namer<'w>,
    destinations: Namer<'w>,
}

impl<'w> Describer<'w> {
    pub(super) fn new(classes: &'w JointClasses<'w>) -> Self {
        let namers = Version::BOTH.map(|version| EndNamers {
            sources: Namer::of_sources(classes, version),
            destinations: Namer::of_destinations(classes, version),
        });
        Describer { classes, namers }
    }

    /// Returns the gains and losses of one kind of rules.
    pub(super) fn changes<E: Extent>(
        &self,
        comparison: &mut Comparison,
        area: Area,
        rules: ReadRules<E>,
        describe: fn(&Comparison, &Gain<E>) -> String,
    ) -> Vec<Change> {
        let regions = comparison.read(rules);
        let mut changes = Vec::new();
        for version in Version::BOTH {
            let (ours, theirs) = (version.select(&regions), version.other().select(&regions));
            for gain in subtract(comparison, ours, theirs, Attribution::Largest) {
                changes.push(self.change(comparison, version, area, describe(comparison, &gain), &gain));
            }
        }
        changes
    }

    /// Returns the sources with an address of a family that some destination has.
    fn senders(
        &self,
        sources: impl Iterator<Item = ClassId>,
        destinations: impl Iterator<Item = ClassId>,
    ) -> impl Iterator<Item = ClassId> {
        let space = &self.classes.space;
        let families = families(&space.destinations, destinations);
        sources.filter(move |&id| space.sources.get(id).is_some_and(|class| class.families.intersects(families)))
    }

    /// Returns the destinations with an address of a family that some source has.
    fn receivers(
        &self,
        sources: impl Iterator<Item = ClassId>,
        destinations: impl Iterator<Item = ClassId>,
    ) -> impl Iterator<Item = ClassId> {
        let space = &self.classes.space;
        let families = families(&space.sources, sources);
        destinations
            .filter(move |&id| space.destinations.get(id).is_some_and(|class| class.families.intersects(families)))
    }

    /// Describes a gain of one version, which the other version does not give. `what` is what the
    /// sources gain.
    pub(super) fn change<E>(
        &self,
        comparison: &Comparison,
        version: Version,
        area: Area,
        what: String,
        gain: &Gain<E>,
    ) -> Change {
        let (region, cube) = (gain.region, &gain.cube);
        let namers = version.select(&self.namers);
        let sources = comparison.sets.sources.classes(region.sources);
        let destinations = comparison.sets.destinations.classes(region.destinations);
        let own_devices = self.classes.space.rules.selectors.own_devices();
        let is_self = region.dst.iter().all(|&id| Some(id) == own_devices);
        let source_terms = if self.classes.scope == Scope::Devices {
            namers.sources.class_names(self.senders(cube.sources.iter(sources), cube.destinations.iter(destinations)))
        } else {
            let ignored = if area == Area::Ownership { self.classes.admins.as_slice() } else { &[] };
            let universe = (!region.is_whole).then_some(sources);
            namers.sources.terms(universe, &cube.sources, &region.src, ignored)
        };
        let destination_terms = if region.dst.is_empty() {
            Vec::new()
        } else if self.classes.scope == Scope::Devices {
            let receivers = self.receivers(cube.sources.iter(sources), cube.destinations.iter(destinations));
            namers.destinations.class_names(receivers)
        } else if is_self {
            let users = cube.sources.iter(sources);
            vec![namers.destinations.self_term(self.classes, users, cube.destinations.iter(destinations))]
        } else {
            let universe = (!region.is_whole).then_some(destinations);
            namers.destinations.terms(universe, &cube.destinations, &region.dst, &[])
        };
        let via = match comparison.channels.get(region.channel) {
            Some(Channel::Routers(tags)) => tags.iter().cloned().collect(),
            _ => Vec::new(),
        };
        let direction = if version == Version::New { Direction::Gained } else { Direction::Lost };
        Change {
            sources: source_terms,
            destinations: destination_terms,
            relation: cube.relation,
            when: comparison.postures.names(version, &cube.when),
            unless: comparison.postures.names(version, &cube.unless),
            via,
            ..Change::new(area, direction, what, region.rule)
        }
    }
}

/// Returns the families of the addresses of some classes.
fn families(classes: &[Class], ids: impl Iterator<Item = ClassId>) -> Families {
    let families = ids.filter_map(|id| classes.get(id)).map(|class| class.families);
    families.fold(Families::default(), Families::with)
}
