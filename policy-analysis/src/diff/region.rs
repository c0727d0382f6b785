use crate::diff::class_sets::SetId;
use policy_core::access::SelectorId;
use policy_core::source::Origin;

/// The number of a posture. See [`super::posture::Postures`].
pub(super) type PostureId = usize;

/// Access that a rule, or a part of one, gives: all of `extent` from each source to each
/// destination.
#[derive(Clone, Debug)]
pub(super) struct Region<E> {
    pub(super) sources: SetId,
    pub(super) destinations: SetId,
    /// True if source and destination must be devices of the same user. `destinations` then has the
    /// devices of all sources.
    pub(super) same_user: bool,
    pub(super) extent: E,
    /// The device must meet one of these postures, if there are any. Sorted.
    pub(super) postures: Vec<PostureId>,
    /// How access is given: the routers of a `via`, or the terms of an SSH rule. Regions of
    /// different channels have no access in common.
    pub(super) channel: usize,
    pub(super) rule: Origin,
    /// True if the region has every class that `src` and `dst` name.
    pub(super) is_whole: bool,
    /// The sources of the rule.
    pub(super) src: Vec<SelectorId>,
    /// The rule's destinations. Empty for rules without destinations, such as node attributes.
    pub(super) dst: Vec<SelectorId>,
}

/// All dimensions of a region but its extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RegionKey<'r> {
    sources: SetId,
    destinations: SetId,
    same_user: bool,
    postures: &'r [PostureId],
    channel: usize,
}

impl<E> Region<E> {
    pub(super) fn key(&self) -> RegionKey<'_> {
        RegionKey {
            sources: self.sources,
            destinations: self.destinations,
            same_user: self.same_user,
            postures: &self.postures,
            channel: self.channel,
        }
    }
}
