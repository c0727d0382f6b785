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
    /// The end that opens the connection.
    Source,
    /// The end that is connected to.
    Destination,
}

/// The unknown facts about an address, each with the text that names the address in the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unknowns<'p> {
    /// The device that has the address, if any device has it.
    pub device: Option<&'p str>,
    /// The route: whether a subnet router leads to the address.
    pub route: Option<&'p str>,
}

/// A kind of fact that may be unknown about an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownFact {
    /// The role of its user.
    Role,
    /// The groups of the identity provider that its user is in.
    SyncedGroups,
    /// The domain of the login of its user.
    Login,
    /// The tailnet of its user, who may be a user of another tailnet that a device is shared with.
    Sharing,
    /// Its addresses.
    Addresses,
    /// The device that has its address, if only the address is known.
    Device,
    /// The route to its address, if any subnet router has one.
    Route,
    /// The user, if only a group of the user is known.
    User,
    /// The user of another tailnet that it belongs to.
    SharedUser,
    /// The addresses of a service. No fact lists them.
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
    /// Returns the facts that are unknown about a device or a service as such. The unknown facts
    /// about an address depend on the facts given.
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

    /// Returns the facts that are unknown about an endpoint of which only a group, a role or a
    /// domain is known, if the question is about everyone with that group, role or domain. "Any
    /// other member" is in no group that a selector names.
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

    /// Returns whether it is a service. A service has some addresses of the tailnet.
    pub(super) fn is_service(&self) -> bool {
        matches!(self.who, Principal::Service(_))
    }

    /// Returns whether it is a device of this tailnet without listed addresses.
    pub(super) fn lacks_addresses(&self) -> bool {
        let is_own = matches!(self.who, Principal::User { .. } | Principal::Member { .. } | Principal::Tagged(_));
        is_own && self.addresses.is_empty()
    }

    /// Returns whether it is the address of some device, while the facts do not say which.
    pub fn is_unknown_device(&self, tailnet: &Tailnet) -> bool {
        let mut addresses = self.addresses.iter().map(|&address| single(address));
        self.who == Principal::Unknown && addresses.any(|address| tailnet.may_be_a_devices(address))
    }
}

/// The selectors that depend on each kind of fact.
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

    /// Removes the selectors of users that cannot name a user of another tailnet.
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
            // A service may have any address that a device of unknown address may have.
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

/// The rules that depend on each kind of fact, by source and by destination.
#[derive(Debug)]
pub struct UnknownIndex([[BitSet; 2]; UnknownFact::COUNT]);

impl UnknownIndex {
    /// Indexes rules by these selectors. `rules_with` finds the rules that have any of some
    /// selectors at each end.
    pub fn new(
        tailnet: &Tailnet,
        selectors: &SelectorIndex,
        rules_with: impl Fn(&[SelectorId]) -> [BitSet; 2],
    ) -> Self {
        UnknownIndex(UnknownSelectors::new(tailnet, selectors).0.map(|ids| rules_with(&ids)))
    }

    /// Adds the rules that an endpoint may match on one side because of unknown facts.
    pub fn add_to(&self, rules: &mut BitSet, facts: &[UnknownFact], side: Side) {
        for [by_source, by_destination] in facts.iter().filter_map(|fact| self.0.get(fact.index())) {
            rules.add_all(if side == Side::Source { by_source } else { by_destination });
        }
    }
}
