//! What two policies together can tell apart, and what a rule of either is about in it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::diff::Relation;
use crate::diff::gain::Gain;
use crate::diff::joint_policy::{JointPolicy, Version};
use crate::diff::part::{common, without};
use policy_core::access::selector_index::SelectorId;
use policy_core::model::Selector;
use policy_core::proof::classes::{AccessClasses, ClassId};
use policy_core::source::Origin;

/// A posture by number; see [`super::posture`].
pub(super) type PostureId = usize;
/// A set of classes by its place among [`ClassSets`].
pub(super) type SetId = usize;

/// ClassSets of classes, each once.
#[derive(Debug, Default)]
pub(super) struct ClassSets {
    lists: Vec<Rc<[ClassId]>>,
    by_list: HashMap<Rc<[ClassId]>, SetId>,
    by_selectors: HashMap<Vec<SelectorId>, SetId>,
}

impl ClassSets {
    pub(super) fn classes(&self, set: SetId) -> &[ClassId] {
        self.lists.get(set).map_or(&[], |list| list)
    }

    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    pub(super) fn number(&mut self, list: Vec<ClassId>) -> SetId {
        let list: Rc<[ClassId]> = list.into();
        *self.by_list.entry(list).or_insert_with_key(|list| {
            self.lists.push(list.clone());
            self.lists.len() - 1
        })
    }
}

/// What a rule, or a part of one, gives: to all its sources, at all its destinations, all of an extent.
#[derive(Clone, Debug)]
pub(super) struct Region<E> {
    pub(super) from: SetId,
    pub(super) to: SetId,
    /// Whether it is between devices of one user only; `to` then has all of theirs.
    pub(super) is_own: bool,
    pub(super) extent: E,
    /// One of them must be met, if there are any. In order.
    pub(super) postures: Vec<PostureId>,
    /// What is given in different channels is never the same.
    pub(super) channel: usize,
    pub(super) rule: Origin,
    /// Whether it is about all that the words of its rule name.
    pub(super) is_whole: bool,
    /// The words that the rule has for its sources and destinations.
    pub(super) src: Vec<SelectorId>,
    pub(super) dst: Vec<SelectorId>,
}

/// Whom two policies are compared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Everybody,
    /// The devices of the facts
    Devices,
}

/// One world for two policies.
#[derive(Debug)]
pub(super) struct DiffWorld<'a> {
    pub(super) joint: &'a JointPolicy,
    pub(super) scope: Scope,
    pub(super) space: AccessClasses<'a>,
    pub(super) sources: ClassSets,
    pub(super) destinations: ClassSets,
    /// The classes of sources whom every tag and every approval is open to anyway.
    pub(super) admins: Vec<ClassId>,
}

impl<'a> DiffWorld<'a> {
    /// Of all that both policies can tell apart, or of the devices of the facts.
    pub(super) fn new(joint: &'a JointPolicy, scope: Scope) -> Self {
        let space = match scope {
            Scope::Everybody => AccessClasses::with(&joint.policy, &joint.selectors),
            Scope::Devices => AccessClasses::of_devices(&joint.policy, &joint.selectors),
        };
        let admins = space.permits.selectors.id("autogroup:admin").into_iter().collect::<Vec<SelectorId>>();
        let admins = space.sources_among(&admins);
        DiffWorld { joint, scope, space, sources: ClassSets::default(), destinations: ClassSets::default(), admins }
    }

    /// The numbers of selectors of one of the policies.
    pub(super) fn ids<'s>(&self, side: Version, list: impl IntoIterator<Item = &'s Selector>) -> Vec<SelectorId> {
        let ids = list.into_iter().filter_map(|selector| self.id(side, &selector.text));
        let mut ids: Vec<SelectorId> = ids.collect();
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        ids
    }

    pub(super) fn id(&self, side: Version, word: &str) -> Option<SelectorId> {
        self.space.permits.selectors.id(self.joint.name(side, word))
    }

    /// The regions of a rule: to what it names, and between devices of one user.
    pub(super) fn regions<E: Clone>(
        &mut self,
        (src, dst): (Vec<SelectorId>, Vec<SelectorId>),
        (extent, postures, channel): (E, Vec<PostureId>, usize),
        rule: Origin,
    ) -> Vec<Region<E>> {
        let own = self.space.permits.selectors.own_devices();
        let direct: Vec<SelectorId> = dst.iter().copied().filter(|&id| Some(id) != own).collect();
        let from = self.source_set(&src);
        let mut regions = Vec::new();
        let mut push = |to, is_own, dst| {
            let (extent, postures, src) = (extent.clone(), postures.clone(), src.clone());
            regions.push(Region { from, to, is_own, extent, postures, channel, rule, is_whole: true, src, dst });
        };
        if direct.len() < dst.len() {
            let homes = self.sources.classes(from).iter().filter_map(|&class| self.space.own.get(class)).flatten();
            let mut homes: Vec<ClassId> = homes.copied().collect();
            homes.sort_unstable();
            homes.dedup();
            push(self.destinations.number(homes), true, own.into_iter().collect());
        }
        if !direct.is_empty() {
            push(self.destination_set(&direct), false, direct);
        }
        regions.retain(|region| {
            !self.sources.classes(region.from).is_empty() && !self.destinations.classes(region.to).is_empty()
        });
        regions
    }

    /// The region of what is given to somebody and leads nowhere.
    pub(super) fn one_sided<E>(&mut self, src: Vec<SelectorId>, extent: E, rule: Origin) -> Option<Region<E>> {
        let from = self.source_set(&src);
        let to = self.destinations.number((0..self.space.destinations.len()).collect());
        let is_empty = self.sources.classes(from).is_empty();
        let (is_own, postures, channel, is_whole, dst) = (false, Vec::new(), 0, true, Vec::new());
        (!is_empty).then_some(Region { from, to, is_own, extent, postures, channel, rule, is_whole, src, dst })
    }

    /// A region less some of its sources.
    pub(super) fn without<E>(&mut self, region: Region<E>, sources: &[ClassId]) -> Option<Region<E>> {
        let left = without(self.sources.classes(region.from), sources);
        self.with_sources(region, left)
    }

    /// A region with those of its sources only that a selector names.
    pub(super) fn narrowed<E>(&mut self, region: Region<E>, selector: SelectorId) -> Option<Region<E>> {
        let named = self.space.sources_among(&[selector]);
        let left = common(self.sources.classes(region.from), &named);
        self.with_sources(region, left)
    }

    fn with_sources<E>(&mut self, region: Region<E>, sources: Vec<ClassId>) -> Option<Region<E>> {
        let is_whole = region.is_whole && sources.len() == self.sources.classes(region.from).len();
        (!sources.is_empty()).then(|| Region { from: self.sources.number(sources), is_whole, ..region })
    }

    /// A piece of one of some regions as a region, in another channel.
    pub(super) fn piece<E: Clone>(
        &mut self,
        regions: &[Region<E>],
        gain: &Gain<E>,
        channel: usize,
    ) -> Option<Region<E>> {
        let region = regions.get(gain.region)?;
        let from: Vec<ClassId> = gain.from.classes(self.sources.classes(region.from)).collect();
        let to: Vec<ClassId> = gain.to.classes(self.destinations.classes(region.to)).collect();
        Some(Region {
            from: self.sources.number(from),
            to: self.destinations.number(to),
            is_own: gain.relation == Relation::Own,
            extent: gain.extent.clone(),
            channel,
            is_whole: false,
            ..region.clone()
        })
    }

    pub(super) fn source_set(&mut self, selectors: &[SelectorId]) -> SetId {
        if let Some(&set) = self.sources.by_selectors.get(selectors) {
            return set;
        }
        let set = self.sources.number(self.space.sources_among(selectors));
        self.sources.by_selectors.insert(selectors.to_vec(), set);
        set
    }

    fn destination_set(&mut self, selectors: &[SelectorId]) -> SetId {
        if let Some(&set) = self.destinations.by_selectors.get(selectors) {
            return set;
        }
        let set = self.destinations.number(self.space.destinations_among(selectors));
        self.destinations.by_selectors.insert(selectors.to_vec(), set);
        set
    }
}
