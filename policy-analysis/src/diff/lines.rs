//! Changes, told in words.

use crate::diff::diff_world::{DiffWorld, PostureId, Region, Scope};
use crate::diff::extent::Extent;
use crate::diff::gain::{Gain, Order, gains};
use crate::diff::joint_policy::Version;
use crate::diff::part::ClassSet;
use crate::diff::posture::Postures;
use crate::diff::words::Namer;
use crate::diff::{Area, Change, Direction, Relation};

/// Tells of changes in the words of the policy that gives what the other does not.
pub(super) struct Describer<'w> {
    world: &'w DiffWorld<'w>,
    postures: &'w Postures,
    words: [SideWords<'w>; 2],
}

struct SideWords<'w> {
    side: Version,
    sources: Namer<'w>,
    destinations: Namer<'w>,
}

impl<'w> Describer<'w> {
    pub(super) fn new(world: &'w DiffWorld<'w>, postures: &'w Postures) -> Self {
        let words = [Version::Old, Version::New].map(|side| SideWords {
            side,
            sources: Namer::of_sources(world, side),
            destinations: Namer::of_destinations(world, side),
        });
        Describer { world, postures, words }
    }

    /// What differs between the regions of the two policies, the old one's first. `told` adds what is given, which is a
    /// part of a region's extent.
    pub(super) fn changes<E: Extent>(
        &self,
        area: Area,
        [old, new]: &[Vec<Region<E>>; 2],
        told: impl Fn(Change, &Region<E>, &E) -> Change,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (side, ours, theirs) in [(Version::New, new, old), (Version::Old, old, new)] {
            for gain in gains(self.world, ours, theirs, Order::LargestFirst) {
                let Some(region) = ours.get(gain.region) else { continue };
                changes.push(told(self.change(side, area, region, &gain), region, &gain.extent));
            }
        }
        changes
    }

    /// All of a region, when one of some postures is met and unless one of others is.
    pub(super) fn whole<E: Clone>(
        &self,
        side: Version,
        area: Area,
        region: &Region<E>,
        (when, unless): (Vec<PostureId>, Vec<PostureId>),
    ) -> Change {
        let gain = Gain {
            region: 0,
            from: ClassSet::ALL,
            to: ClassSet::ALL,
            relation: if region.is_own { Relation::Own } else { Relation::Any },
            extent: region.extent.clone(),
            when,
            unless,
        };
        self.change(side, area, region, &gain)
    }

    fn change<E>(&self, side: Version, area: Area, region: &Region<E>, gain: &Gain<E>) -> Change {
        let [old, new] = &self.words;
        let words = if side == old.side { old } else { new };
        let from = self.world.sources.classes(region.from);
        let to = self.world.destinations.classes(region.to);
        let own = self.world.space.permits.selectors.own_devices();
        let is_self = !region.dst.is_empty() && region.dst.iter().all(|&id| Some(id) == own);
        let whole = |classes| if region.is_whole { None } else { Some(classes) };
        let ignored = if area == Area::Ownership { self.world.admins.as_slice() } else { &[] };
        if self.world.scope == Scope::Devices {
            let names = |words: &Namer, part: &ClassSet, whole| words.names(part.classes(whole));
            return Change {
                sources: names(&words.sources, &gain.from, from),
                destinations: match region.dst.is_empty() {
                    true => Vec::new(),
                    false => names(&words.destinations, &gain.to, to),
                },
                ..self.bare(side, area, region, gain)
            };
        }
        let destinations = match is_self {
            true => words.destinations.own(self.world, gain.from.classes(from), gain.to.classes(to)),
            false => words.destinations.terms(whole(to), &gain.to, &region.dst, &[]),
        };
        Change {
            sources: words.sources.terms(whole(from), &gain.from, &region.src, ignored),
            destinations,
            ..self.bare(side, area, region, gain)
        }
    }

    fn bare<E>(&self, side: Version, area: Area, region: &Region<E>, gain: &Gain<E>) -> Change {
        let direction = if side == Version::New { Direction::Gained } else { Direction::Lost };
        Change {
            relation: gain.relation,
            when: self.postures.names(side, &gain.when),
            unless: self.postures.names(side, &gain.unless),
            ..Change::of_all(area, direction, String::new(), region.rule)
        }
    }
}
