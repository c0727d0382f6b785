//! The selectors of addresses that a device of the tailnet may have.

use policy_core::access::{Denotation, SelectorId, SelectorIndex, TAILNET, Tailnet, coalesce, ip_set};
use policy_core::model::AddressRange;

use crate::query::families::{Families, any_overlaps};

/// For each selector that names addresses of the tailnet, the families of which it has all of them.
#[derive(Debug, Default)]
pub(crate) struct TailnetSelectors(
    /// In order.
    Vec<TailnetSelector>,
);

#[derive(Debug)]
struct TailnetSelector {
    id: SelectorId,
    /// The families of which it has every address that a device may have.
    all: Families,
    /// The families of which it has some address that a device may have.
    some: Families,
}

impl TailnetSelectors {
    pub(crate) fn new(tailnet: &Tailnet, selectors: &SelectorIndex) -> TailnetSelectors {
        let mut found = Vec::new();
        for (id, &denotation) in selectors.denotations.iter().enumerate() {
            if !matches!(denotation, Denotation::Addresses(_)) {
                continue;
            }
            let ranges = coalesce(ip_set::named_addresses(&tailnet.declarations, denotation));
            let within: Vec<AddressRange> = TAILNET.into_iter().filter(|&range| any_overlaps(&ranges, range)).collect();
            if within.is_empty() {
                continue;
            }
            let has = |all: AddressRange| ranges.iter().any(|own| own.first <= all.first && all.last <= own.last);
            let has_all =
                |families: Families| TAILNET.into_iter().filter(|range| Families::of(range.first) == families).all(has);
            let all =
                Families::EACH.into_iter().filter(|&family| has_all(family)).fold(Families::default(), Families::or);
            found.push(TailnetSelector { id, all, some: Families::of_ranges(&within) });
        }
        TailnetSelectors(found)
    }

    /// Whether there are none, so that no selector tells the addresses of a device apart.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what names an address of this family, whichever it is, of what else names the device.
    pub(crate) fn certain(&self, named: &[SelectorId], family: Families) -> Vec<SelectorId> {
        let all_of_family = self.0.iter().filter(|one| one.all.contains(family)).map(|one| one.id);
        let others = named.iter().copied().filter(|&id| self.find(id).is_none());
        let mut ids: Vec<SelectorId> = others.chain(all_of_family).collect();
        ids.sort_unstable();
        ids
    }

    /// Whether a selector may name an address of this family. All that name no addresses may.
    pub(super) fn may_name(&self, id: SelectorId, family: Families) -> bool {
        self.find(id).is_none_or(|one| !one.some.and(family).is_empty())
    }

    fn find(&self, id: SelectorId) -> Option<&TailnetSelector> {
        let place = self.0.binary_search_by_key(&id, |one| one.id).ok()?;
        self.0.get(place)
    }
}
