//! Which rules may be about somebody of whom not all is known.

use crate::access::bit_set::BitSet;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::Tailnet;
use crate::model::{Autogroup, Selector, SelectorKind};
use crate::testing::test_endpoint::Unknowns;

/// One side of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Source,
    Destination,
}

/// By what is not known of somebody, the rules that may name them: as a source, and as a destination.
#[derive(Debug)]
pub struct UnknownIndex {
    roles: [BitSet; 2],
    groups: [BitSet; 2],
    addresses: [BitSet; 2],
    names: [BitSet; 2],
    routes: [BitSet; 2],
}

impl UnknownIndex {
    /// Of rules with these selectors; `with` finds those that have one of some of them at each of their ends.
    pub fn new<'p>(
        tailnet: &Tailnet,
        all: impl IntoIterator<Item = &'p Selector>,
        selectors: &SelectorIndex,
        with: impl Fn(&[SelectorId]) -> [BitSet; 2],
    ) -> Self {
        let [mut roles, mut groups, mut addresses, mut names, mut routes]: [Vec<SelectorId>; 5] = Default::default();
        let mut seen = BitSet::new(selectors.len());
        for selector in all {
            let Some(id) = selectors.id(&selector.text).filter(|&id| !seen.contains(id)) else { continue };
            seen.insert(id);
            match selector.kind {
                SelectorKind::SyncedGroup => groups.push(id),
                SelectorKind::Wildcard => routes.push(id),
                SelectorKind::Autogroup(Some(autogroup)) if autogroup.is_role() && autogroup != Autogroup::Member => {
                    roles.push(id);
                }
                _ if is_address(tailnet, selector) => addresses.push(id),
                _ => {}
            }
            if is_name(selector.kind) {
                names.push(id);
            }
        }
        let [roles, groups, addresses, names, routes] = [roles, groups, addresses, names, routes].map(|ids| with(&ids));
        UnknownIndex { roles, groups, addresses, names, routes }
    }

    /// Adds to the rules that somebody is one side of those that they may be one side of.
    pub fn add_to(&self, rules: &mut BitSet, gaps: Unknowns, side: Side) {
        let gaps = [
            (gaps.role, &self.roles),
            (gaps.groups, &self.groups),
            (gaps.addresses, &self.addresses),
            (gaps.names, &self.names),
            (gaps.route, &self.routes),
        ];
        for (_, [as_source, as_destination]) in gaps.into_iter().filter(|(is_gap, _)| *is_gap) {
            rules.add_all(if side == Side::Source { as_source } else { as_destination });
        }
    }
}

/// Whether it names addresses of which some device may have one.
fn is_address(tailnet: &Tailnet, selector: &Selector) -> bool {
    tailnet.literal(selector).into_iter().any(|range| tailnet.may_be_a_devices(range))
}

/// Whether it is about who somebody is, rather than about where they are.
fn is_name(kind: SelectorKind) -> bool {
    use SelectorKind as Kind;
    matches!(
        kind,
        Kind::User
            | Kind::Domain
            | Kind::Group
            | Kind::SyncedGroup
            | Kind::Tag
            | Kind::Service
            | Kind::Autogroup(Some(_))
    )
}
