//! Readings of a test: the ways in which Tailscale may interpret it, where that is unknown.
//!
//! - A group as the source is one representative member. It is unknown whether the other access of
//!   that member counts. Public policies deny a group access that one of its members has by another
//!   rule, and Tailscale accepts them.
//! - A tag as the source matches `*` over IPv4 only, if the log of one tailnet owner is right.
//!
//! The expectation of a test certainly holds if it does in every reading, and certainly fails if it
//! holds in none.

use crate::access::{Denotation, SelectorId, SelectorIndex, Tailnet};
use crate::model::{Role, Selector, SelectorKind};

/// A way to read the source of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reading<'p> {
    /// As the endpoint itself, with all its access.
    #[default]
    Itself,
    /// As any member of this group, with the access of the group and of every member.
    MemberOf(&'p str),
    /// As the endpoint itself, but not as part of `*`.
    WithoutWildcard,
}

impl Reading<'_> {
    /// Returns whether a source selector that names the end also names it in this reading.
    pub fn keeps(self, selector: &str, denotation: Denotation) -> bool {
        match self {
            Reading::Itself => true,
            Reading::MemberOf(group) => {
                selector == group
                    || matches!(
                        denotation,
                        Denotation::Everything | Denotation::AnyAddress | Denotation::Role(Role::Member)
                    )
            }
            Reading::WithoutWildcard => !matches!(denotation, Denotation::Everything),
        }
    }

    /// Keeps the selectors that name the end in this reading.
    pub(super) fn among(self, selectors: &SelectorIndex, mut ids: Vec<SelectorId>) -> Vec<SelectorId> {
        ids.retain(|&id| match (selectors.distinct.get(id), selectors.denotations.get(id)) {
            (Some(selector), Some(&denotation)) => self.keeps(&selector.text, denotation),
            // The source of the implicit rule of a policy without rules.
            _ => true,
        });
        ids
    }
}

/// Returns the other way to read a source in a test of a destination, if there is one.
pub fn other_reading<'p>(tailnet: &Tailnet, source: &'p Selector, destination: &Selector) -> Option<Reading<'p>> {
    let is_ipv6 = || {
        matches!(destination.kind, SelectorKind::Address(_) | SelectorKind::Host)
            && tailnet.literal(destination).iter().any(|range| range.first.is_ipv6())
    };
    match source.kind {
        SelectorKind::Group => Some(Reading::MemberOf(&source.text)),
        SelectorKind::Tag if is_ipv6() => Some(Reading::WithoutWildcard),
        _ => None,
    }
}
