//! The selectors of addresses that a device of the tailnet may have.

use policy_core::access::{Denotation, Families, Family, SelectorId, SelectorIndex, Tailnet, ip_set};
use policy_core::model::AddressRange;

/// The selectors that name addresses of the tailnet, in order, each with the families of these
/// addresses.
#[derive(Debug, Default)]
pub(super) struct TailnetSelectors(Vec<(SelectorId, Families)>);

impl TailnetSelectors {
    pub(super) fn new(tailnet: &Tailnet, selectors: &SelectorIndex) -> TailnetSelectors {
        let mut found = Vec::new();
        for (id, &denotation) in selectors.denotations.iter().enumerate() {
            if matches!(denotation, Denotation::Addresses(_)) {
                let ranges = ip_set::named_addresses(&tailnet.declarations, denotation).into_iter();
                let ranges: Vec<AddressRange> = ranges.filter(|&range| Tailnet::is_in_tailnet(range)).collect();
                found.extend((!ranges.is_empty()).then(|| (id, Families::of_ranges(&ranges))));
            }
        }
        TailnetSelectors(found)
    }

    /// Returns whether a selector may name an address of this family. Selectors that name no
    /// addresses always may.
    pub(super) fn may_name(&self, id: SelectorId, family: Family) -> bool {
        match self.0.binary_search_by_key(&id, |(id, _)| *id).ok().and_then(|place| self.0.get(place)) {
            Some((_, families)) => families.contains(family),
            None => true,
        }
    }
}
