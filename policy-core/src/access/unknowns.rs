//! Facts about an endpoint that are unknown, and the selectors that may or may not name it because of that.

use crate::access::bit_set::BitSet;
use crate::access::denotation::Denotation;
use crate::access::endpoint::{Endpoint, Principal};
use crate::access::interval::single;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::Tailnet;
use crate::access::{ip_set, sorted};
use crate::model::Role;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where it comes from.
    Source,
    /// Where it leads.
    Destination,
}

/// What the facts do not say about an address, by the word that the policy has for the address.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unknowns<'p> {
    /// Which device has it, if some device has.
    pub device: Option<&'p str>,
    /// Whether a subnet router leads to it.
    pub route: Option<&'p str>,
}

/// A sort of fact that may be unknown about an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownFact {
    /// The role of its user.
    Role,
    /// The groups of the identity provider that its user is in.
    SyncedGroups,
    /// The domain of the login of its user.
    Login,
    /// Whether its user is one of another tailnet, with whom a device is shared.
    Sharing,
    /// Its addresses.
    Addresses,
    /// Which device it is, of which only an address is known.
    Device,
    /// Whether a subnet router leads to its address.
    Route,
}

impl UnknownFact {
    const COUNT: usize = 7;

    fn index(self) -> usize {
        match self {
            UnknownFact::Role => 0,
            UnknownFact::SyncedGroups => 1,
            UnknownFact::Addresses => 2,
            UnknownFact::Device => 3,
            UnknownFact::Route => 4,
            UnknownFact::Login => 5,
            UnknownFact::Sharing => 6,
        }
    }
}

impl Endpoint<'_> {
    /// Returns what is unknown about a device as such. What is unknown about an address depends on the facts.
    pub fn unknown_facts(&self) -> Vec<UnknownFact> {
        let mut unknown = Vec::new();
        if let Principal::User { role, .. } = self.who {
            unknown.push(UnknownFact::SyncedGroups);
            unknown.extend(role.is_none().then_some(UnknownFact::Role));
        }
        if self.lacks_addresses() {
            unknown.push(UnknownFact::Addresses);
        }
        unknown
    }

    /// Returns whether it is a device of this tailnet without a known address.
    pub(super) fn lacks_addresses(&self) -> bool {
        let is_own = matches!(self.who, Principal::User { .. } | Principal::Member { .. } | Principal::Tagged(_));
        is_own && self.addresses.is_empty()
    }

    /// Returns whether it is an address that some device has, while the facts do not say which.
    pub fn is_unknown_device(&self, tailnet: &Tailnet) -> bool {
        let mut addresses = self.addresses.iter().map(|&address| single(address));
        self.who == Principal::Unknown && addresses.any(|address| tailnet.may_be_a_devices(address))
    }
}

/// The selectors that depend on each sort of fact.
#[derive(Debug, Default)]
pub struct UnknownSelectors([Vec<SelectorId>; UnknownFact::COUNT]);

impl UnknownSelectors {
    /// Sorts the selectors of an index by the facts that they depend on.
    pub fn new(tailnet: &Tailnet, selectors: &SelectorIndex) -> Self {
        let mut dependent = UnknownSelectors::default();
        for (id, &denotation) in selectors.denotations.iter().enumerate() {
            for fact in dependencies(tailnet, denotation) {
                if let Some(list) = dependent.0.get_mut(fact.index()) {
                    list.push(id);
                }
            }
        }
        dependent
    }

    /// Returns the selectors that depend on one of these facts, in order.
    pub fn dependent_on(&self, facts: &[UnknownFact]) -> Vec<SelectorId> {
        sorted::sort(facts.iter().filter_map(|fact| self.0.get(fact.index())).flatten().copied().collect())
    }
}

/// Returns the facts that decide whether a selector names an endpoint.
fn dependencies(tailnet: &Tailnet, denotation: Denotation) -> &'static [UnknownFact] {
    match denotation {
        Denotation::Everything => &[UnknownFact::Route],
        Denotation::SyncedGroup(_) => &[UnknownFact::SyncedGroups, UnknownFact::Device],
        Denotation::Role(Role::Member) => &[UnknownFact::Sharing, UnknownFact::Device],
        Denotation::Role(_) => &[UnknownFact::Role, UnknownFact::Device],
        Denotation::Domain(_) => &[UnknownFact::Login, UnknownFact::Device],
        Denotation::Shared => &[UnknownFact::Sharing, UnknownFact::Device],
        Denotation::Users(_) | Denotation::Tag(_) | Denotation::Tagged | Denotation::Service(_) => {
            &[UnknownFact::Device]
        }
        Denotation::Addresses(_) => {
            let ranges = ip_set::named_addresses(&tailnet.declarations, denotation);
            if ranges.into_iter().any(|range| tailnet.may_be_a_devices(range)) {
                &[UnknownFact::Addresses]
            } else {
                &[]
            }
        }
        Denotation::AnyAddress
        | Denotation::External(_)
        | Denotation::Internet
        | Denotation::OwnDevices
        | Denotation::Nothing => &[],
    }
}

/// The rules that depend on each sort of fact, by their sources and by their destinations.
#[derive(Debug)]
pub struct UnknownIndex([[BitSet; 2]; UnknownFact::COUNT]);

impl UnknownIndex {
    /// Indexes rules with these selectors. `rules_with` finds those that have one of some selectors at each end.
    pub fn new(
        tailnet: &Tailnet,
        selectors: &SelectorIndex,
        rules_with: impl Fn(&[SelectorId]) -> [BitSet; 2],
    ) -> Self {
        UnknownIndex(UnknownSelectors::new(tailnet, selectors).0.map(|ids| rules_with(&ids)))
    }

    /// Adds to the rules that an endpoint is one side of those that it may be one side of.
    pub fn add_to(&self, rules: &mut BitSet, facts: &[UnknownFact], side: Side) {
        for [by_source, by_destination] in facts.iter().filter_map(|fact| self.0.get(fact.index())) {
            rules.add_all(if side == Side::Source { by_source } else { by_destination });
        }
    }
}
