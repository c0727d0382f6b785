use crate::diff::region::PostureId;
use policy_core::access::SelectorId;
use policy_core::proof::ClassId;
use policy_core::source::Origin;

/// A rule of either version, or an entry that gives something to sources.
#[derive(Clone, Debug)]
pub(super) struct Rule<E> {
    pub(super) src: Vec<SelectorId>,
    /// The sources, if they differ from those of `src`. Sorted.
    pub(super) sources: Option<Vec<ClassId>>,
    /// The destinations, or `None` for rules without destinations, such as node attributes.
    pub(super) dst: Option<Vec<SelectorId>>,
    pub(super) extent: E,
    pub(super) postures: Vec<PostureId>,
    pub(super) channel: usize,
    pub(super) origin: Origin,
}
