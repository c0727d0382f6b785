//! The ways in which a test may be read, where it is not known how Tailscale reads it.
//!
//! - A group as the source is one representative member. It is not known what this member can do beside what the group
//!   can. Public policies deny a group what one of its members can reach by another rule, and Tailscale takes them.
//! - A tag as the source matches `*` over IPv4 only, if one owner's log is right.
//!
//! What a test expects holds for certain if it does in every reading, and fails for certain if it does in none.

use crate::access::{Denotation, SelectorId, SelectorIndex, Tailnet};
use crate::model::{Role, Selector, SelectorKind};

/// How the source of a test is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reading<'p> {
    /// As who or what it is, with everything that it can do.
    #[default]
    Itself,
    /// As any member of this group: with what the group can do, and every member.
    MemberOf(&'p str),
    /// As itself, but not as part of `*`.
    WithoutWildcard,
}

impl Reading<'_> {
    /// Returns whether a source that names the end names it in this reading, too.
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
            // The source of the rule that a policy without rules has.
            _ => true,
        });
        ids
    }
}

/// Returns the other way to read a source on the way to a destination, if there is one.
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
