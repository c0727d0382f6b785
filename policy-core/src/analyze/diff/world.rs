//! What two policies together can tell apart, and what a rule of either is about in it.

use std::collections::HashMap;
use std::rc::Rc;

use crate::analyze::{ClassId, Space};
use crate::eval::selectors::SelectorId;
use crate::model::{Origin, Selector};

use super::joint::{Joint, Side};

/// A posture by number; see [`super::posture`].
pub(super) type PostureId = usize;
/// A set of classes by its place among [`Sets`].
pub(super) type SetId = usize;

/// Sets of classes, each once.
#[derive(Debug, Default)]
pub(super) struct Sets {
    lists: Vec<Rc<[ClassId]>>,
    by_list: HashMap<Rc<[ClassId]>, SetId>,
    by_selectors: HashMap<Vec<SelectorId>, SetId>,
}

impl Sets {
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
    /// The words that the rule has for its sources and destinations.
    pub(super) src: Vec<SelectorId>,
    pub(super) dst: Vec<SelectorId>,
}

#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) joint: &'a Joint,
    pub(super) space: Space<'a>,
    pub(super) sources: Sets,
    pub(super) destinations: Sets,
}

impl<'a> World<'a> {
    pub(super) fn new(joint: &'a Joint) -> Self {
        let space = Space::with(&joint.policy, &joint.selectors);
        World { joint, space, sources: Sets::default(), destinations: Sets::default() }
    }

    /// The numbers of selectors of one of the policies.
    pub(super) fn ids<'s>(&self, side: Side, list: impl IntoIterator<Item = &'s Selector>) -> Vec<SelectorId> {
        let ids = list.into_iter().filter_map(|selector| self.id(side, &selector.text));
        let mut ids: Vec<SelectorId> = ids.collect();
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(*id));
        ids
    }

    pub(super) fn id(&self, side: Side, word: &str) -> Option<SelectorId> {
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
            regions.push(Region { from, to, is_own, extent, postures, channel, rule, src, dst });
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
