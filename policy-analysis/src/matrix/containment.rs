//! Which selectors of the rules have all of an end: everything that it stands for, now and later.

use std::collections::HashMap;

use policy_core::access::{
    Denotation, Endpoint, Node, Principal, SelectorId, SelectorIndex, TAILNET, Tailnet, coalesce, sorted,
};
use policy_core::model::{AddressRange, Role, Selector};

/// The selectors of a policy's rules, and how to find those that include all of something.
pub(super) struct Containment<'a, 'p> {
    tailnet: &'a Tailnet<'p>,
    selectors: &'a SelectorIndex<'p>,
    /// The addresses of those that name addresses, coalesced.
    addresses: HashMap<SelectorId, Vec<AddressRange>>,
    /// The addresses that `*` stands for as a source.
    tailnet_addresses: Vec<AddressRange>,
}

impl<'a, 'p> Containment<'a, 'p> {
    pub(super) fn new(
        tailnet: &'a Tailnet<'p>,
        selectors: &'a SelectorIndex<'p>,
        all: impl IntoIterator<Item = &'p Selector>,
    ) -> Self {
        let mut addresses: HashMap<SelectorId, Vec<AddressRange>> = HashMap::new();
        for selector in all {
            if let Some(id) = selectors.id(&selector.text).filter(|id| !addresses.contains_key(id)) {
                addresses.insert(id, coalesce(tailnet.literal(selector)));
            }
        }
        let routes = tailnet.routes.iter().map(|route| route.range());
        Containment {
            tailnet,
            selectors,
            addresses,
            tailnet_addresses: coalesce(TAILNET.into_iter().chain(routes).collect()),
        }
    }

    /// Returns the selectors that as a source include all of `selector`.
    pub(super) fn of_source(&self, selector: &'p Selector) -> Vec<SelectorId> {
        let mut ids = match Points::of(self.tailnet, selector) {
            Points::Each(points) => {
                intersection(points.iter().map(|point| self.selectors.of_source(self.tailnet, point)))
            }
            Points::Addresses(ranges) => {
                let mut ids = self.of_addresses(&ranges);
                if !ranges.is_empty() && ranges.iter().all(|&range| has(&self.tailnet_addresses, range)) {
                    ids.extend(self.selectors.id("*"));
                }
                ids.extend(self.selectors.id("autogroup:danger-all"));
                ids
            }
        };
        ids.extend(self.selectors.id(&selector.text));
        sorted::sort(ids)
    }

    /// Returns the selectors other than `autogroup:self` that as a destination include all of `selector`.
    pub(super) fn of_destination(&self, selector: &'p Selector) -> Vec<SelectorId> {
        let mut ids = match Points::of(self.tailnet, selector) {
            Points::Each(points) => intersection(points.iter().map(|point| self.selectors.of_destination(point))),
            Points::Addresses(ranges) => {
                let mut ids = self.of_addresses(&ranges);
                ids.extend(self.of_anything_else());
                ids
            }
        };
        ids.extend(self.selectors.id(&selector.text));
        sorted::sort(ids)
    }

    /// Returns the selectors that as a destination include what no other selector names.
    pub(super) fn of_anything_else(&self) -> Vec<SelectorId> {
        self.selectors.of_destination(&Endpoint::default())
    }

    /// Returns the selectors that name a device as a source, and as a destination.
    pub(super) fn of_device(&self, node: &Node<'p>) -> [Vec<SelectorId>; 2] {
        let who = self.tailnet.principal(node);
        let device = Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who) };
        [self.selectors.of_source(self.tailnet, &device), self.selectors.of_destination(&device)]
    }

    /// Returns the selectors that name addresses, including all of these.
    fn of_addresses(&self, ranges: &[AddressRange]) -> Vec<SelectorId> {
        let Some(first) = ranges.first() else { return Vec::new() };
        let somewhere = Endpoint { addresses: vec![first.first], ..Endpoint::default() };
        let mut ids = self.selectors.of_destination(&somewhere);
        ids.retain(|id| {
            self.addresses.get(id).is_some_and(|addresses| ranges.iter().all(|&range| has(addresses, range)))
        });
        ids
    }
}

/// What a selector stands for, in the parts that rules can tell apart.
enum Points<'p> {
    /// Each of these endpoints, each of which has no more names than the selector gives it.
    Each(Vec<Endpoint<'p>>),
    /// These addresses.
    Addresses(Vec<AddressRange>),
}

impl<'p> Points<'p> {
    fn of(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Self {
        let member = |domain, role, group| Principal::Member { domain, role, group };
        let who = match tailnet.denote(selector) {
            Denotation::Users([]) => member(None, Role::Member, None),
            Denotation::Users(logins) => {
                let users = logins.iter().map(|login| Endpoint::new(user(tailnet, &login.text)));
                return Points::Each(users.collect());
            }
            Denotation::Domain(domain) => member(Some(domain), Role::Member, None),
            Denotation::SyncedGroup(group) => member(None, Role::Member, Some(group)),
            Denotation::Role(role) => member(None, role, None),
            Denotation::Tag(tag) => Principal::Tagged(vec![tag]),
            Denotation::Tagged => Principal::Tagged(Vec::new()),
            Denotation::Shared => Principal::Shared,
            Denotation::Service(name) => Principal::Service(name),
            Denotation::External(name) => Principal::External(name),
            Denotation::Internet | Denotation::Addresses(_) => {
                return Points::Addresses(coalesce(tailnet.literal(selector)));
            }
            Denotation::Everything | Denotation::AnyAddress | Denotation::OwnDevices | Denotation::Nothing => {
                Principal::Unknown
            }
        };
        Points::Each(vec![Endpoint::new(who)])
    }
}

fn user<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Principal<'p> {
    let known = tailnet.user(login).and_then(|user| tailnet.users.get(user));
    Principal::User { login, role: known.and_then(|user| user.role) }
}

/// Returns what is in every one of the lists, each of which is sorted.
fn intersection(mut lists: impl Iterator<Item = Vec<SelectorId>>) -> Vec<SelectorId> {
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |common, list| sorted::intersection(&common, &list))
}

/// Whether coalesced ranges have all of another.
fn has(coalesced: &[AddressRange], range: AddressRange) -> bool {
    let before = coalesced.partition_point(|own| own.first <= range.first);
    before.checked_sub(1).and_then(|last| coalesced.get(last)).is_some_and(|own| range.last <= own.last)
}
