use std::collections::{BTreeSet, HashSet};

use crate::diff::class_sets::EndSets;
use crate::diff::endings::Endings;
use crate::diff::interner::Interner;
use crate::diff::item::{Channel, Item};
use crate::diff::item_set::ItemSet;
use crate::diff::joint_classes::JointClasses;
use crate::diff::posture::Postures;
use crate::diff::region::{PostureId, Region};
use crate::diff::rule::Rule;
use crate::diff::version::Version;
use policy_core::access::{SelectorId, posture};
use policy_core::model::{Policy, Selector};
use policy_core::source::Origin;

/// Reads the rules of one kind from one version.
pub(super) type ReadRules<E> = fn(&mut Comparison, Version) -> Vec<Rule<E>>;

/// The data that the comparison of two policies refers to by number, and methods to read their
/// rules.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) policies: [&'a Policy; 2],
    pub(super) classes: &'a JointClasses<'a>,
    pub(super) postures: &'a Postures,
    pub(super) sets: EndSets,
    pub(super) items: Interner<Item>,
    /// The first one is that of any router.
    pub(super) channels: Interner<Channel>,
    pub(super) endings: Endings,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(policies: [&'a Policy; 2], classes: &'a JointClasses<'a>, postures: &'a Postures) -> Self {
        let mut channels = Interner::default();
        channels.intern(Channel::Routers(BTreeSet::new()));
        Comparison {
            policies,
            classes,
            postures,
            sets: EndSets::default(),
            items: Interner::default(),
            channels,
            endings: Endings::new(policies),
        }
    }

    pub(super) fn policy(&self, version: Version) -> &'a Policy {
        let &policy = version.select(&self.policies);
        policy
    }

    /// Returns the distinct selectors of a list, in its order.
    pub(super) fn selectors<'s>(
        &self,
        version: Version,
        list: impl IntoIterator<Item = &'s Selector>,
    ) -> Vec<SelectorId> {
        let mut seen = HashSet::new();
        let ids = list.into_iter().filter_map(|selector| self.selector(version, &selector.text));
        ids.filter(|&id| seen.insert(id)).collect()
    }

    pub(super) fn selector(&self, version: Version, text: &str) -> Option<SelectorId> {
        self.classes.space.rules.selectors.id(self.classes.joint.name(version, text))
    }

    /// Returns the postures that a rule with this `srcPosture` requires.
    pub(super) fn required_postures(&self, version: Version, src_posture: &[Selector]) -> Vec<PostureId> {
        self.postures.ids(version, posture::required(self.policy(version), src_posture))
    }

    /// Returns a rule without destinations and postures.
    pub(super) fn rule<E>(&self, version: Version, src: &[Selector], extent: E, origin: Origin) -> Rule<E> {
        let src = self.selectors(version, src);
        Rule { src, sources: None, dst: None, extent, postures: Vec::new(), channel: 0, origin }
    }

    /// Returns a rule without destinations and postures that gives items.
    pub(super) fn item_rule(
        &mut self,
        version: Version,
        src: &[Selector],
        items: impl IntoIterator<Item = Item>,
        origin: Origin,
    ) -> Rule<ItemSet> {
        let items = items.into_iter().map(|item| self.items.intern(item)).collect();
        self.rule(version, src, items, origin)
    }

    /// Returns the regions of the rules of both versions.
    pub(super) fn read<E: Clone>(&mut self, rules: ReadRules<E>) -> [Vec<Region<E>>; 2] {
        Version::BOTH.map(|version| {
            let mut regions = Vec::new();
            for rule in rules(self, version) {
                self.add_regions(rule, &mut regions);
            }
            regions
        })
    }

    /// Adds the regions of a rule: one between devices of the same user, for `autogroup:self`, and
    /// one to the other destinations. Regions without sources or destinations are left out.
    fn add_regions<E: Clone>(&mut self, rule: Rule<E>, regions: &mut Vec<Region<E>>) {
        let space = &self.classes.space;
        let named = self.sets.sources.intern_named(&rule.src, |src| space.sources_named_by(src));
        let sources = rule.sources.map_or(named, |sources| self.sets.sources.intern(sources));
        let source_classes = self.sets.sources.classes(sources);
        let is_whole = source_classes.len() == self.sets.sources.classes(named).len();
        let own_devices = space.rules.selectors.own_devices();
        let mut ends = Vec::new();
        if let Some(dst) = rule.dst {
            let (own, direct): (Vec<SelectorId>, Vec<SelectorId>) =
                dst.into_iter().partition(|&id| Some(id) == own_devices);
            if !own.is_empty() {
                let devices = self.classes.devices_of_users(source_classes.iter().copied());
                ends.push((true, self.sets.destinations.intern(devices), own));
            }
            let destinations = self.sets.destinations.intern_named(&direct, |dst| space.destinations_named_by(dst));
            ends.push((false, destinations, direct));
        } else {
            ends.push((false, self.sets.destinations.intern((0..space.destinations.len()).collect()), Vec::new()));
        }
        for (same_user, destinations, dst) in ends {
            if source_classes.is_empty() || self.sets.destinations.classes(destinations).is_empty() {
                continue;
            }
            regions.push(Region {
                sources,
                destinations,
                same_user,
                extent: rule.extent.clone(),
                postures: rule.postures.clone(),
                channel: rule.channel,
                rule: rule.origin,
                is_whole,
                src: rule.src.clone(),
                dst,
            });
        }
    }
}
