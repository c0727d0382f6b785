use crate::diff::change::{Area, Change, Direction, Term};
use crate::diff::comparison::{Comparison, ReadRules};
use crate::diff::cube::Gain;
use crate::diff::extent::Extent;
use crate::diff::item::Channel;
use crate::diff::joint_classes::{JointClasses, Scope};
use crate::diff::namer::{Namer, device_terms};
use crate::diff::region::Region;
use crate::diff::subtract::{Attribution, subtract};
use crate::diff::traffic::parties;
use crate::diff::version::Version;
use policy_core::proof::{Class, ClassName};

/// Describes gains in words of the policy that gives them.
pub(super) struct Describer<'w> {
    classes: &'w JointClasses<'w>,
    namers: [EndNamers<'w>; 2],
}

/// The namers of one version, for sources and destinations.
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
        let dates = comparison.endings.dates(&regions);
        let mut reported = [Vec::new(), Vec::new()];
        let mut changes = self.gains(comparison, area, &regions, &mut reported, describe);
        for date in dates {
            let left = comparison.endings.remaining(date, &regions);
            // A part that ends by this day is no longer given, even if it was reported before.
            reported = comparison.endings.remaining(date, &reported);
            let later = self.gains(comparison, area, &left, &mut reported, describe);
            changes.extend(later.into_iter().map(|change| Change { after: Some(date), ..change }));
        }
        changes
    }

    /// Describes what each version gives and the other does not, except for the parts in
    /// `reported`. Adds the new parts to `reported`.
    fn gains<E: Extent>(
        &self,
        comparison: &mut Comparison,
        area: Area,
        regions: &[Vec<Region<E>>; 2],
        reported: &mut [Vec<Region<E>>; 2],
        describe: fn(&Comparison, &Gain<E>) -> String,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for version in Version::BOTH {
            let (ours, theirs) = (version.select(regions), version.other().select(regions));
            let reported = version.select_mut(reported);
            let theirs = [theirs.as_slice(), reported].concat();
            for gain in subtract(comparison, ours, &theirs, Attribution::Largest) {
                changes.extend(self.change(comparison, version, area, describe(comparison, &gain), &gain));
                reported.extend(gain.to_exact_region(&mut comparison.sets));
            }
        }
        changes
    }

    /// Returns terms for the devices and addresses of the facts that can send the traffic of a
    /// gain, and for those that can receive it. Without destinations, it returns the devices that
    /// get the gain.
    fn device_terms<E>(&self, comparison: &Comparison, gain: &Gain<E>) -> [Vec<Term>; 2] {
        let (region, cube, space) = (gain.region, &gain.cube, &self.classes.space);
        let sources = cube.sources.iter(comparison.sets.sources.classes(region.sources));
        let sources: Vec<&Class> = sources.filter_map(|id| space.sources.get(id)).collect();
        if region.dst.is_empty() {
            let names: Vec<&ClassName> = sources.into_iter().flat_map(|class| &class.names).collect();
            return [device_terms(&names), Vec::new()];
        }
        let destinations = cube.destinations.iter(comparison.sets.destinations.classes(region.destinations));
        let destinations = destinations.filter_map(|id| space.destinations.get(id)).collect();
        let via = routers(comparison, region);
        parties(&space.tailnet, sources, destinations, cube.relation, &via).map(|names| device_terms(&names))
    }

    /// Returns terms for the sources and the destinations of a gain, in words of the policy.
    fn terms<E>(&self, comparison: &Comparison, version: Version, area: Area, gain: &Gain<E>) -> [Vec<Term>; 2] {
        let (region, cube) = (gain.region, &gain.cube);
        let namers = version.select(&self.namers);
        let sources = comparison.sets.sources.classes(region.sources);
        let destinations = comparison.sets.destinations.classes(region.destinations);
        let own_devices = self.classes.space.rules.selectors.own_devices();
        let is_self = region.dst.iter().all(|&id| Some(id) == own_devices);
        let ignored = if area == Area::Ownership { self.classes.admins.as_slice() } else { &[] };
        let universe = (!region.is_whole).then_some(sources);
        let source_terms = namers.sources.terms(universe, &cube.sources, &region.src, ignored);
        let destination_terms = if region.dst.is_empty() {
            Vec::new()
        } else if is_self {
            let users = cube.sources.iter(sources);
            vec![namers.destinations.self_term(self.classes, users, cube.destinations.iter(destinations))]
        } else {
            let universe = (!region.is_whole).then_some(destinations);
            namers.destinations.terms(universe, &cube.destinations, &region.dst, &[])
        };
        [source_terms, destination_terms]
    }

    /// Describes a gain of one version, which the other version does not give. `what` is what the
    /// sources gain. Returns `None` if no device of the facts can send it to another one.
    pub(super) fn change<E>(
        &self,
        comparison: &Comparison,
        version: Version,
        area: Area,
        what: String,
        gain: &Gain<E>,
    ) -> Option<Change> {
        let (region, cube) = (gain.region, &gain.cube);
        let [sources, destinations] = match self.classes.scope {
            Scope::Devices => self.device_terms(comparison, gain),
            Scope::Everyone => self.terms(comparison, version, area, gain),
        };
        if sources.is_empty() && self.classes.scope == Scope::Devices {
            return None;
        }
        let via = routers(comparison, region).into_iter().map(str::to_owned).collect();
        let direction = if version == Version::New { Direction::Gained } else { Direction::Lost };
        Some(Change {
            sources,
            destinations,
            relation: cube.relation,
            when: comparison.postures.names(version, &cube.when),
            unless: comparison.postures.names(version, &cube.unless),
            via,
            until: comparison.endings.date(version, region.rule),
            ..Change::new(area, direction, what, region.rule)
        })
    }
}

/// Returns the tags of the routers that a region requires.
fn routers<'c, E>(comparison: &'c Comparison, region: &Region<E>) -> Vec<&'c str> {
    match comparison.channels.get(region.channel) {
        Some(Channel::Routers(tags)) => tags.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
