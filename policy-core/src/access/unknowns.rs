//! Facts about an endpoint that are unknown, and the selectors that may or may not name it because of that.

use crate::access::bit_set::BitSet;
use crate::access::denotation::Denotation;
use crate::access::endpoint::{Endpoint, Principal};
use crate::access::interval::single;
use crate::access::own_domains::OwnDomains;
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
    /// Which user it is, of whom only a group is known.
    User,
    /// Which user of another tailnet it is.
    SharedUser,
    /// The addresses of a service. No fact says them.
    ServiceAddresses,
}

impl UnknownFact {
    const COUNT: usize = 10;

    fn index(self) -> usize {
        match self {
            UnknownFact::Role => 0,
            UnknownFact::SyncedGroups => 1,
            UnknownFact::Addresses => 2,
            UnknownFact::Device => 3,
            UnknownFact::Route => 4,
            UnknownFact::Login => 5,
            UnknownFact::Sharing => 6,
            UnknownFact::User => 7,
            UnknownFact::ServiceAddresses => 8,
            UnknownFact::SharedUser => 9,
        }
    }
}

impl Endpoint<'_> {
    /// Returns what is unknown about a device or a service as such. What is unknown about an address depends on the facts.
    pub fn unknown_facts(&self) -> Vec<UnknownFact> {
        let mut unknown = Vec::new();
        if let Principal::User { role, .. } = self.who {
            unknown.push(UnknownFact::SyncedGroups);
            unknown.extend(role.is_none().then_some(UnknownFact::Role));
        }
        if self.lacks_addresses() {
            unknown.push(UnknownFact::Addresses);
        }
        unknown.extend(self.is_service().then_some(UnknownFact::ServiceAddresses));
        unknown
    }

    /// Returns what is unknown about somebody of whom only a group, a role or a domain is known, if the question is about
    /// everyone of whom that is known. "Any other member" is in no group that a selector names.
    pub fn unknown_facts_of_anyone(&self) -> &'static [UnknownFact] {
        match self.who {
            Principal::Member { group: Some(_), .. } => {
                &[UnknownFact::User, UnknownFact::Role, UnknownFact::SyncedGroups, UnknownFact::Login]
            }
            Principal::Member { group: None, domain: None, role: Role::Member } => &[],
            Principal::Member { .. } => &[UnknownFact::SyncedGroups],
            Principal::Shared => &[UnknownFact::SharedUser],
            _ => &[],
        }
    }

    /// Returns whether it is a service, which has some addresses of the tailnet.
    pub(super) fn is_service(&self) -> bool {
        matches!(self.who, Principal::Service(_))
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

    /// Keeps of the selectors of users those that may name one of another tailnet.
    pub fn keep_shared(&mut self, tailnet: &Tailnet, selectors: &SelectorIndex, domains: &OwnDomains) {
        let may_name = |id: &SelectorId| {
            let denotation = selectors.denotations.get(*id);
            denotation.is_some_and(|&denotation| domains.may_name_shared(tailnet, denotation))
        };
        self.0.get_mut(UnknownFact::SharedUser.index()).into_iter().for_each(|ids| ids.retain(may_name));
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
        Denotation::Role(_) => &[UnknownFact::Role, UnknownFact::Sharing, UnknownFact::Device],
        Denotation::Domain(_) => &[UnknownFact::Login, UnknownFact::Device],
        Denotation::Shared => &[UnknownFact::Sharing, UnknownFact::Device],
        Denotation::Users(_) => &[UnknownFact::User, UnknownFact::SharedUser, UnknownFact::Device],
        Denotation::Tag(_) | Denotation::Tagged | Denotation::Service(_) => &[UnknownFact::Device],
        Denotation::Addresses(_) => {
            let ranges = ip_set::named_addresses(&tailnet.declarations, denotation);
            // What a device of unknown address may have, a service may have, too.
            if ranges.iter().any(|&range| tailnet.may_be_a_devices(range)) {
                &[UnknownFact::Addresses, UnknownFact::ServiceAddresses]
            } else if ranges.iter().any(|&range| tailnet.may_be_a_services(range)) {
                &[UnknownFact::ServiceAddresses]
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
