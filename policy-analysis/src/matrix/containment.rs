//! Finds the selectors of the rules that include all of an end, now and later, and those that may
//! include all of it, depending on unknown facts.

use std::collections::HashMap;

use crate::query::{Carriers, is_beyond_tailnet};
use policy_core::access::{
    AccessRule, Denotation, Endpoint, Families, Family, Node, OwnDomains, Principal, SelectorId, SelectorIndex,
    TAILNET, Tailnet, UnknownFact, UnknownSelectors, coalesce, sorted,
};
use policy_core::model::{AddressRange, Policy, Role, Selector};

/// A row or column of the matrix, and the selectors of rules that name it.
#[derive(Clone, Debug)]
pub(super) struct EndNames {
    /// The selectors that include all of it, in order, each with the families of addresses that it
    /// includes.
    pub(super) certain: Vec<(SelectorId, Families)>,
    /// Unknown facts about it. Selectors that depend on one of them may include all of it.
    pub(super) unknown: Vec<UnknownFact>,
    /// The families of its addresses.
    pub(super) families: Families,
    /// True if a part of it is reached without a router.
    pub(super) is_within_tailnet: bool,
    /// True if a part of it is behind routers, where `via` applies.
    pub(super) is_behind_router: bool,
    /// The routers that carry packets to the part behind routers, if devices are known.
    pub(super) carriers: Option<Carriers>,
}

impl EndNames {
    /// Returns whether packets that a rule allows arrive.
    pub(super) fn is_carried(&self, tailnet: &Tailnet, selectors: &SelectorIndex, rule: &AccessRule) -> bool {
        let is_carried = |carriers: &Carriers| {
            let named: Vec<SelectorId> = self.certain.iter().map(|(id, _)| *id).collect();
            carriers.carry(tailnet, selectors, rule, &named)
        };
        self.is_within_tailnet && rule.via().is_empty()
            || self.is_behind_router && self.carriers.as_ref().is_none_or(is_carried)
    }
}

/// The selectors of a policy's rules, with methods to find those that include all of something.
pub(super) struct Containment<'a, 'p> {
    tailnet: &'a Tailnet<'p>,
    selectors: &'a SelectorIndex<'p>,
    /// The addresses of selectors that name addresses, coalesced.
    addresses: HashMap<SelectorId, Vec<AddressRange>>,
    /// The addresses that `*` stands for as a source.
    tailnet_addresses: Vec<AddressRange>,
    own_domains: OwnDomains,
}

impl<'a, 'p> Containment<'a, 'p> {
    pub(super) fn new(
        policy: &Policy,
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
            own_domains: OwnDomains::new(policy, selectors.distinct.iter().copied()),
        }
    }

    /// Returns the selectors that depend on unknown facts.
    pub(super) fn unknown_selectors(&self) -> UnknownSelectors {
        let mut unknown = UnknownSelectors::new(self.tailnet, self.selectors);
        unknown.keep_shared(self.tailnet, self.selectors, &self.own_domains);
        unknown
    }

    /// Returns the row of a selector.
    pub(super) fn of_source(&self, selector: &'p Selector) -> EndNames {
        let mut end = self.of(
            selector,
            |point| self.selectors.of_source(self.tailnet, point),
            |ranges| {
                let mut ids = self.of_addresses(ranges);
                if !ranges.is_empty() && ranges.iter().all(|&range| has(&self.tailnet_addresses, range)) {
                    ids.extend(self.selectors.id("*"));
                }
                ids.extend(self.selectors.id("autogroup:danger-all"));
                ids
            },
        );
        if let Denotation::Users(logins) = self.tailnet.denote(selector) {
            if logins.iter().any(|login| self.own_domains.may_be_shared(self.tailnet, &login.text)) {
                end.unknown.push(UnknownFact::Sharing);
            }
            if !logins.iter().all(|login| self.own_domains.is_of_member(self.tailnet, &login.text)) {
                let is_of_members =
                    |id: SelectorId| matches!(self.selectors.denotations.get(id), Some(Denotation::Role(Role::Member)));
                end.certain.retain(|&(id, _)| !is_of_members(id));
            }
        }
        end
    }

    /// Returns the column of a selector other than `autogroup:self`.
    pub(super) fn of_destination(&self, selector: &'p Selector) -> EndNames {
        self.of(
            selector,
            |point| self.selectors.of_destination(point),
            |ranges| {
                let mut ids = self.of_addresses(ranges);
                ids.extend(self.selectors.of_destination(&Endpoint::default()));
                ids
            },
        )
    }

    fn of(
        &self,
        selector: &'p Selector,
        of_point: impl Fn(&Endpoint) -> Vec<SelectorId>,
        of_ranges: impl Fn(&[AddressRange]) -> Vec<SelectorId>,
    ) -> EndNames {
        let mut end = match Points::of(self.tailnet, selector) {
            Points::Each(points) => self.of_points(&points, of_point),
            Points::Addresses(ranges) => {
                let ids = of_ranges(&ranges);
                let families = Families::of_ranges(&ranges);
                let is_beyond = |range: &AddressRange| is_beyond_tailnet(range.first) && is_beyond_tailnet(range.last);
                let beyond: Vec<AddressRange> = ranges.iter().copied().filter(is_beyond).collect();
                let may_be_devices = ranges.iter().any(|&range| self.tailnet.may_be_a_devices(range));
                EndNames {
                    certain: ids.into_iter().map(|id| (id, families)).collect(),
                    unknown: may_be_devices.then_some(UnknownFact::Device).into_iter().collect(),
                    families,
                    is_within_tailnet: beyond.len() < ranges.len() || ranges.is_empty(),
                    is_behind_router: !beyond.is_empty(),
                    carriers: (!self.tailnet.devices.is_empty()).then(|| Carriers::to(self.tailnet, &beyond)),
                }
            }
        };
        end.certain.extend(self.selectors.id(&selector.text).map(|id| (id, end.families)));
        end.certain.sort_unstable();
        end.certain.dedup_by_key(|(id, _)| *id);
        end
    }

    fn of_points<'e>(&self, points: &[Endpoint<'e>], of_point: impl Fn(&Endpoint) -> Vec<SelectorId>) -> EndNames {
        let mut certain: Vec<(SelectorId, Families)> = Vec::new();
        let mut families = Families::default();
        for family in Family::BOTH {
            let of_family = |point: &Endpoint<'e>| {
                point.by_address().into_iter().find(|address| address.families().contains(family))
            };
            let addresses: Vec<Endpoint> = points.iter().filter_map(of_family).collect();
            if addresses.len() < points.len() {
                continue;
            }
            families = families.with(family.into());
            for id in intersection(addresses.iter().map(&of_point)) {
                match certain.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, families)) => *families = families.with(family.into()),
                    None => certain.push((id, family.into())),
                }
            }
        }
        certain.sort_unstable();
        let unknown_facts = |point: &Endpoint| [&point.unknown_facts(), point.unknown_facts_of_anyone()].concat();
        let mut unknown = points.first().map(unknown_facts).unwrap_or_default();
        unknown.retain(|fact| points.iter().all(|point| unknown_facts(point).contains(fact)));
        EndNames { certain, unknown, families, is_within_tailnet: true, is_behind_router: false, carriers: None }
    }

    /// Returns the column of everything that is in no other column.
    pub(super) fn of_anything_else(&self) -> EndNames {
        let ids = self.selectors.of_destination(&Endpoint::default());
        EndNames {
            certain: ids.into_iter().map(|id| (id, Families::BOTH)).collect(),
            unknown: Vec::new(),
            families: Families::BOTH,
            is_within_tailnet: true,
            is_behind_router: false,
            carriers: None,
        }
    }

    /// Returns the row and the column of a device.
    pub(super) fn of_device(&self, node: &Node<'p>) -> [EndNames; 2] {
        let who = self.tailnet.principal(node);
        let device = [Endpoint { addresses: node.addresses.clone(), ..Endpoint::new(who) }];
        [
            self.of_points(&device, |point| self.selectors.of_source(self.tailnet, point)),
            self.of_points(&device, |point| self.selectors.of_destination(point)),
        ]
    }

    /// Returns the selectors of addresses that include all of these ranges.
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

/// The parts of a selector that rules can distinguish.
enum Points<'p> {
    /// Endpoints. Each has only the names that the selector implies
    Each(Vec<Endpoint<'p>>),
    /// Addresses
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
                let ranges = coalesce(tailnet.literal(selector));
                // An address of a known device stands for that device.
                if let [range] = ranges.as_slice()
                    && range.first == range.last
                    && let Some(id) = tailnet.addresses.overlapping(*range).next()
                    && let Some(node) = tailnet.devices.get(id)
                {
                    let device = Endpoint::new(tailnet.principal(node));
                    return Points::Each(vec![Endpoint { addresses: vec![range.first], ..device }]);
                }
                return Points::Addresses(ranges);
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

/// Returns the elements that all lists have. Each list is sorted.
fn intersection(mut lists: impl Iterator<Item = Vec<SelectorId>>) -> Vec<SelectorId> {
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |common, list| sorted::intersection(&common, &list))
}

/// Returns whether coalesced ranges contain all of another range.
fn has(coalesced: &[AddressRange], range: AddressRange) -> bool {
    let before = coalesced.partition_point(|own| own.first <= range.first);
    before.checked_sub(1).and_then(|last| coalesced.get(last)).is_some_and(|own| range.last <= own.last)
}
