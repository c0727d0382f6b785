//! Which selectors of the rules have all of an end: whoever or whatever it stands for, now and later.

use std::collections::HashMap;
use std::net::IpAddr;

use policy_core::access::endpoint::{Endpoint, Principal};
use policy_core::access::interval::{TAILNET, joined};
use policy_core::access::selector_index::{SelectorId, SelectorIndex};
use policy_core::access::tailnet::Tailnet;
use policy_core::model::{AddressRange, Autogroup, Device, Role, Selector, SelectorKind};

/// The selectors of a policy's rules, and how to look for those that have all of something.
pub(super) struct Containment<'a, 'p> {
    tailnet: &'a Tailnet<'p>,
    selectors: &'a SelectorIndex<'p>,
    /// The addresses of those that name addresses, without gaps between ranges that touch.
    addresses: HashMap<SelectorId, Vec<AddressRange>>,
    /// The addresses that `*` has as a source.
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
                addresses.insert(id, joined(tailnet.literal(selector)));
            }
        }
        let routes = tailnet.routes.iter().map(|route| route.range());
        Containment {
            tailnet,
            selectors,
            addresses,
            tailnet_addresses: joined(TAILNET.into_iter().chain(routes).collect()),
        }
    }

    /// Those that as a source have all of it.
    pub(super) fn of_source(&self, selector: &'p Selector) -> Vec<SelectorId> {
        let mut ids = match selector.kind {
            SelectorKind::Wildcard => self.id_of("autogroup:danger-all"),
            _ => match Points::of(self.tailnet, selector) {
                Points::Each(points) => {
                    intersection(points.iter().map(|point| self.selectors.of_source(self.tailnet, point)))
                }
                Points::Addresses(ranges) => {
                    let mut ids = self.of_addresses(&ranges);
                    if !ranges.is_empty() && ranges.iter().all(|&range| has(&self.tailnet_addresses, range)) {
                        ids.extend(self.id_of("*"));
                    }
                    ids.extend(self.id_of("autogroup:danger-all"));
                    ids
                }
            },
        };
        ids.extend(self.selectors.id(&selector.text));
        sorted(ids)
    }

    /// Those that as a destination have all of it, `autogroup:self` apart.
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
        sorted(ids)
    }

    /// Those that as a destination have what no other selector names.
    pub(super) fn of_anything_else(&self) -> Vec<SelectorId> {
        self.selectors.of_destination(&Endpoint::default())
    }

    /// Those that name a device as a source, and as a destination.
    pub(super) fn of_device(&self, device: &'p Device, user: Option<(&'p str, Option<Role>)>) -> [Vec<SelectorId>; 2] {
        let who = match user {
            Some((login, role)) => Principal::User { login, role },
            None if device.tags.is_empty() => Principal::Unknown,
            None => Principal::Tagged(device.tags.iter().map(|tag| tag.text.as_str()).collect()),
        };
        let addresses = device.ipv4.map(IpAddr::from).into_iter().chain(device.ipv6.map(IpAddr::from)).collect();
        let identity = Endpoint { who, addresses, is_routed: false };
        [self.selectors.of_source(self.tailnet, &identity), self.selectors.of_destination(&identity)]
    }

    /// Those that name addresses, all of these among them.
    fn of_addresses(&self, ranges: &[AddressRange]) -> Vec<SelectorId> {
        let Some(first) = ranges.first() else { return Vec::new() };
        let somewhere = Endpoint { addresses: vec![first.first], ..Endpoint::default() };
        let mut ids = self.selectors.of_destination(&somewhere);
        ids.retain(|id| {
            self.addresses.get(id).is_some_and(|addresses| ranges.iter().all(|&range| has(addresses, range)))
        });
        ids
    }

    fn id_of(&self, text: &str) -> Vec<SelectorId> {
        self.selectors.id(text).into_iter().collect()
    }
}

/// What a selector stands for, in the parts that rules can tell apart.
enum Points<'p> {
    /// Each of these, if rules name nobody by more than the selector does
    Each(Vec<Endpoint<'p>>),
    Addresses(Vec<AddressRange>),
}

impl<'p> Points<'p> {
    fn of(tailnet: &Tailnet<'p>, selector: &'p Selector) -> Self {
        let one = |who| Points::Each(vec![Endpoint { who, ..Endpoint::default() }]);
        let member = |domain, role, group| Principal::Member { domain, role, group };
        match selector.kind {
            SelectorKind::User => one(user(tailnet, &selector.text)),
            SelectorKind::Group => {
                let members = tailnet.groups.get(selector.text.as_str()).into_iter().flat_map(|group| &group.members);
                let members: Vec<_> = members
                    .map(|member| Endpoint { who: user(tailnet, &member.text), ..Endpoint::default() })
                    .collect();
                if members.is_empty() { one(member(None, Role::Member, None)) } else { Points::Each(members) }
            }
            SelectorKind::SyncedGroup => one(member(None, Role::Member, Some(selector.text.as_str()))),
            SelectorKind::Domain => one(member(selector.domain(), Role::Member, None)),
            SelectorKind::Tag => one(Principal::Tagged(vec![selector.text.as_str()])),
            SelectorKind::Service => one(Principal::Service(&selector.text)),
            SelectorKind::External => one(Principal::External(&selector.text)),
            SelectorKind::Autogroup(Some(autogroup)) => match autogroup {
                Autogroup::Member => one(member(None, Role::Member, None)),
                Autogroup::Owner => one(member(None, Role::Owner, None)),
                Autogroup::Admin => one(member(None, Role::Admin, None)),
                Autogroup::ItAdmin => one(member(None, Role::ItAdmin, None)),
                Autogroup::NetworkAdmin => one(member(None, Role::NetworkAdmin, None)),
                Autogroup::BillingAdmin => one(member(None, Role::BillingAdmin, None)),
                Autogroup::Auditor => one(member(None, Role::Auditor, None)),
                Autogroup::Tagged => one(Principal::Tagged(Vec::new())),
                Autogroup::Shared => one(Principal::Shared),
                Autogroup::Internet => Points::Addresses(tailnet.literal(selector)),
                Autogroup::SelfDevices | Autogroup::DangerAll | Autogroup::Nonroot => one(Principal::Unknown),
            },
            SelectorKind::Address(_)
            | SelectorKind::Prefix(_)
            | SelectorKind::Range(_)
            | SelectorKind::Host
            | SelectorKind::IpSet => Points::Addresses(joined(tailnet.literal(selector))),
            SelectorKind::Wildcard
            | SelectorKind::Autogroup(None)
            | SelectorKind::Posture
            | SelectorKind::LocalPart
            | SelectorKind::Unknown => one(Principal::Unknown),
        }
    }
}

fn user<'p>(tailnet: &Tailnet<'p>, login: &'p str) -> Principal<'p> {
    let known = tailnet.user(login).and_then(|user| tailnet.users.get(user));
    Principal::User { login, role: known.and_then(|user| user.role) }
}

/// What is in every one of the lists, each of which is sorted.
fn intersection(mut lists: impl Iterator<Item = Vec<SelectorId>>) -> Vec<SelectorId> {
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |mut common, list| {
        common.retain(|id| list.binary_search(id).is_ok());
        common
    })
}

fn sorted(mut ids: Vec<SelectorId>) -> Vec<SelectorId> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Whether joined ranges have all of another.
fn has(joined: &[AddressRange], range: AddressRange) -> bool {
    let before = joined.partition_point(|own| own.first <= range.first);
    before.checked_sub(1).and_then(|last| joined.get(last)).is_some_and(|own| range.last <= own.last)
}
