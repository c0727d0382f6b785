use std::collections::HashSet;

use crate::diff::class_sets::{EndSets, SetId};
use crate::diff::joint_classes::JointClasses;
use crate::diff::posture::Postures;
use crate::diff::region::{PostureId, Region};
use crate::diff::version::Version;
use policy_core::access::posture;
use policy_core::access::selector_index::SelectorId;
use policy_core::model::{Policy, Selector};
use policy_core::source::Origin;

/// Reads the rules of one version as regions of the classes of both.
#[derive(Debug)]
pub(super) struct RuleReader<'a> {
    pub(super) classes: &'a JointClasses<'a>,
    pub(super) postures: &'a Postures,
    pub(super) sets: &'a mut EndSets,
    pub(super) policy: &'a Policy,
    pub(super) version: Version,
}

/// A rule of either version. The fields are those of [`Region`].
#[derive(Clone, Debug)]
pub(super) struct Rule<E> {
    pub(super) src: Vec<SelectorId>,
    pub(super) dst: Vec<SelectorId>,
    pub(super) extent: E,
    pub(super) postures: Vec<PostureId>,
    pub(super) channel: usize,
    pub(super) origin: Origin,
}

impl RuleReader<'_> {
    /// Returns the distinct selectors of a list, in its order.
    pub(super) fn selectors<'s>(&self, list: impl IntoIterator<Item = &'s Selector>) -> Vec<SelectorId> {
        let mut seen = HashSet::new();
        let ids = list.into_iter().filter_map(|selector| self.selector(&selector.text));
        ids.filter(|&id| seen.insert(id)).collect()
    }

    pub(super) fn selector(&self, text: &str) -> Option<SelectorId> {
        self.classes.space.permits.selectors.id(self.classes.joint.name(self.version, text))
    }

    /// Returns the postures that a rule with this `srcPosture` requires.
    pub(super) fn required_postures(&self, src_posture: &[Selector]) -> Vec<PostureId> {
        self.postures.ids(self.version, posture::required(self.policy, src_posture))
    }

    /// Returns the regions of a rule: one between devices of the same user, for `autogroup:self`, and one to the other
    /// destinations. Regions without sources or destinations are left out.
    pub(super) fn regions<E: Clone>(&mut self, rule: &Rule<E>) -> Vec<Region<E>> {
        let own_devices = self.classes.space.permits.selectors.own_devices();
        let sources = self.source_set(&rule.src);
        let (own, direct): (Vec<SelectorId>, Vec<SelectorId>) =
            rule.dst.iter().partition(|&&id| Some(id) == own_devices);
        let mut regions = Vec::new();
        for (same_user, dst) in [(true, own), (false, direct)] {
            if dst.is_empty() || self.sets.sources.classes(sources).is_empty() {
                continue;
            }
            let classes = self.classes;
            let destinations = if same_user {
                let sources = self.sets.sources.classes(sources).iter().copied();
                self.sets.destinations.intern(classes.devices_of_users(sources))
            } else {
                self.sets.destinations.intern_named(&dst, |dst| classes.space.destinations_among(dst))
            };
            if self.sets.destinations.classes(destinations).is_empty() {
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
                is_whole: true,
                src: rule.src.clone(),
                dst,
            });
        }
        regions
    }

    /// Returns the region of an entry that has no destinations. `None` if it has no sources either.
    pub(super) fn sources_region<'s, E>(
        &mut self,
        sources: impl IntoIterator<Item = &'s Selector>,
        extent: E,
        rule: Origin,
    ) -> Option<Region<E>> {
        let src = self.selectors(sources);
        let sources = self.source_set(&src);
        if self.sets.sources.classes(sources).is_empty() {
            return None;
        }
        let destinations = self.sets.destinations.intern((0..self.classes.space.destinations.len()).collect());
        Some(Region {
            sources,
            destinations,
            same_user: false,
            extent,
            postures: Vec::new(),
            channel: 0,
            rule,
            is_whole: true,
            src,
            dst: Vec::new(),
        })
    }

    fn source_set(&mut self, selectors: &[SelectorId]) -> SetId {
        let classes = self.classes;
        self.sets.sources.intern_named(selectors, |selectors| classes.space.sources_among(selectors))
    }
}
