//! The two ends of a question, and whether the selectors of a rule name them.

use policy_core::access::Side;
use policy_core::model::Selector;

use crate::query::query_end::QueryEnd;
use crate::query::query_world::QueryWorld;
use crate::query::subject::is_own_devices;

/// Both ends of a connection.
#[derive(Clone, Copy)]
pub(super) struct QueryEnds<'a, 'p> {
    pub(super) source: &'a QueryEnd<'p>,
    pub(super) destination: &'a QueryEnd<'p>,
    /// True if both are devices of one user.
    pub(super) is_own: bool,
}

impl<'a, 'p> QueryEnds<'a, 'p> {
    /// Returns the end at one side.
    pub(super) fn end(&self, side: Side) -> &'a QueryEnd<'p> {
        if side == Side::Source { self.source } else { self.destination }
    }

    /// Returns whether a selector of a rule certainly names the end.
    pub(super) fn is_named(&self, world: &QueryWorld, selector: &Selector, side: Side) -> bool {
        side == Side::Destination && self.is_own && is_own_devices(selector)
            || world.id(selector).is_some_and(|id| self.end(side).selectors.certain.binary_search(&id).is_ok())
    }

    /// Returns whether a selector of a rule may name the end, depending on unknown facts.
    pub(super) fn may_be_named(&self, world: &QueryWorld, selector: &Selector, side: Side) -> bool {
        side == Side::Destination && is_own_devices(selector)
            || world.id(selector).is_some_and(|id| self.end(side).selectors.possible.binary_search(&id).is_ok())
    }
}
