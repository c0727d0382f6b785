//! The users, devices, routes and declarations of a policy and its facts, indexed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::access::address_space::{FAMILIES, FOUR_VIA_SIX, TAILNET};
use crate::access::bit_set::BitSet;
use crate::access::declarations::Declarations;
use crate::access::denotation::{Denotation, domain_of, has_role, login_key};
use crate::access::endpoint::{Endpoint, Principal, Reach};
use crate::access::interval::{IntervalTree, coalesce, covers, overlap, single};
use crate::access::{ip_set, sorted};
use crate::model::{AddressRange, Device, Dialect, Prefix, Role, Selector};

/// A device by its index in the facts.
pub type DeviceId = usize;
/// A user by their index in [`Tailnet::users`].
pub type UserId = usize;

/// The facts and the declarations of a policy, indexed.
#[derive(Debug)]
pub struct Tailnet<'p> {
    /// The control server. It determines what some selectors stand for.
    pub dialect: Dialect,
    /// The devices, in the order of the facts.
    pub devices: Vec<Node<'p>>,
    /// The users, in the order of the facts, followed by owners of devices that the facts do not
    /// list as users.
    pub users: Vec<Person<'p>>,
    /// The users by login, as [`Tailnet::login_key`] writes it.
    pub(super) by_login: HashMap<String, UserId>,
    pub(super) tags: HashMap<String, Rc<[DeviceId]>>,
    pub(super) tagged: Rc<[DeviceId]>,
    pub(super) members: Rc<[DeviceId]>,
    pub(super) everyone: Rc<[DeviceId]>,
    /// The groups, hosts and IP sets of the policy.
    pub declarations: Declarations<'p>,
    /// The devices by their own addresses.
    pub addresses: IntervalTree<DeviceId>,
    /// True if there are devices, and the addresses of all of them are known.
    pub(super) has_all_addresses: bool,
    /// The devices by their approved subnet routes.
    pub routers: IntervalTree<DeviceId>,
    /// The devices with approved exit routes.
    pub exit_nodes: Vec<DeviceId>,
    /// The approved subnet routes of all devices, each once.
    pub routes: Vec<Prefix>,
}

/// A device.
#[derive(Debug)]
pub struct Node<'p> {
    /// The facts about it.
    pub fact: &'p Device,
    /// Its owner, unless it is tagged.
    pub user: Option<UserId>,
    /// Its own addresses, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// Its approved routes, exit routes excluded.
    pub routes: Vec<Prefix>,
    /// The routes that it is the primary router for.
    pub primary_routes: Vec<Prefix>,
    /// Its approved exit routes.
    pub exit_routes: Vec<Prefix>,
}

/// A user.
#[derive(Debug)]
pub struct Person<'p> {
    /// Their login.
    pub email: &'p str,
    /// Their role, if it is known.
    pub role: Option<Role>,
    /// Their devices, tagged ones excluded.
    pub devices: Rc<[DeviceId]>,
}

/// A selector resolved to the devices of the facts.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// `*`
    Everything,
    /// `autogroup:danger-all`
    AnyAddress,
    /// These devices.
    Devices(Rc<[DeviceId]>),
    /// Addresses, whether or not a device has them.
    Addresses(Vec<AddressRange>),
    /// `autogroup:self`
    OwnDevices,
    /// `autogroup:internet`
    Internet,
}

impl Tailnet<'_> {
    /// Returns the user with that login. Tailscale ignores case in logins. headscale ignores an `@`
    /// at their end.
    pub fn user(&self, login: &str) -> Option<UserId> {
        self.by_login.get(&Self::login_key(self.dialect, login)).copied()
    }

    /// Returns the login in the facts that corresponds to a login in the policy. In headscale, a
    /// user's name also counts as a login.
    pub(super) fn identity<'s>(&'s self, login: &'s str) -> &'s str {
        let user = || self.user(login).and_then(|user| self.users.get(user));
        match self.dialect {
            Dialect::Tailscale => login,
            Dialect::Headscale => user().map_or(login, |user| user.email),
        }
    }

    /// Returns the key by which logins are compared.
    pub(super) fn login_key(dialect: Dialect, login: &str) -> String {
        match dialect {
            Dialect::Tailscale => login_key(login),
            Dialect::Headscale => login.strip_suffix('@').unwrap_or(login).to_owned(),
        }
    }

    /// Returns the key by which tags are compared. Tailscale stores tags in lower case.
    pub(super) fn tag_key(dialect: Dialect, tag: &str) -> String {
        match dialect {
            Dialect::Tailscale => tag.to_ascii_lowercase(),
            Dialect::Headscale => tag.to_owned(),
        }
    }

    /// Returns the devices with a tag.
    pub fn with_tag(&self, tag: &str) -> Rc<[DeviceId]> {
        self.tags.get(&Self::tag_key(self.dialect, tag)).cloned().unwrap_or_default()
    }

    /// Returns whether a device without listed addresses may have an address in the range.
    pub fn may_be_a_devices(&self, range: AddressRange) -> bool {
        !self.has_all_addresses && self.may_be_a_services(range)
    }

    /// Returns whether a service may have an address in the range. The facts do not list the
    /// addresses of services.
    pub fn may_be_a_services(&self, range: AddressRange) -> bool {
        let is_known = range.first == range.last && self.addresses.overlapping(range).next().is_some();
        !is_known && Tailnet::is_in_tailnet(range)
    }

    /// Returns whether a device or a service can have an address in the range: whether it overlaps
    /// the addresses of tailnets.
    pub fn is_in_tailnet(range: AddressRange) -> bool {
        !covers(FOUR_VIA_SIX, range) && FAMILIES.into_iter().any(|family| overlap(family, range))
    }

    /// Returns whether some approved route leads to an address in the range.
    pub fn is_routed(&self, range: AddressRange) -> bool {
        self.routers.overlapping(range).next().is_some()
    }

    /// Returns whether `*` names `endpoint` as a source. It names all devices, including shared
    /// ones, and addresses that approved routes lead to.
    pub(super) fn contains(&self, endpoint: &Endpoint) -> bool {
        endpoint.who.is_device()
            || endpoint.reach == Reach::SubnetRoute
            || TAILNET.into_iter().any(|range| endpoint.is_in(range))
            || endpoint.addresses.iter().any(|&address| self.is_routed(single(address)))
    }

    /// Returns every device.
    pub fn everyone(&self) -> Rc<[DeviceId]> {
        self.everyone.clone()
    }

    /// Returns the devices that any of the selectors resolves to, directly or by one of their own
    /// addresses. `autogroup:self` and `autogroup:internet` resolve to none.
    pub fn devices_of<'m>(&self, resolutions: impl IntoIterator<Item = &'m Resolution>) -> BitSet {
        let mut found = BitSet::new(self.devices.len());
        for resolution in resolutions {
            match resolution {
                Resolution::Everything | Resolution::AnyAddress => {
                    self.everyone.iter().for_each(|&device| found.insert(device))
                }
                Resolution::Devices(devices) => devices.iter().for_each(|&device| found.insert(device)),
                Resolution::Addresses(ranges) => {
                    let devices = ranges.iter().flat_map(|&range| self.addresses.overlapping(range));
                    devices.for_each(|device| found.insert(device));
                }
                Resolution::OwnDevices | Resolution::Internet => {}
            }
        }
        found
    }

    /// Resolves a selector to devices. The facts do not list the members of synced groups, the
    /// users that devices are shared with, or the hosts of services, so selectors of these kinds
    /// resolve to no device.
    ///
    /// headscale resolves all selectors to addresses: to the fewest prefixes that have those of the
    /// devices.
    pub fn resolve(&self, selector: &Selector) -> Resolution {
        match (self.dialect, self.resolve_devices(selector)) {
            (Dialect::Headscale, Resolution::Devices(devices)) => {
                let nodes = devices.iter().filter_map(|&device| self.devices.get(device));
                let addresses = nodes.flat_map(|node| node.addresses.iter().map(|&address| single(address))).collect();
                let prefixes = coalesce(addresses).into_iter().flat_map(AddressRange::prefixes);
                Resolution::Addresses(prefixes.map(Prefix::range).collect())
            }
            (_, resolution) => resolution,
        }
    }

    /// Returns whether the facts list every user that a selector names.
    pub fn is_resolved(&self, selector: &Selector) -> bool {
        match self.denote(selector) {
            Denotation::Users(logins) => logins.iter().all(|login| self.user(&login.text).is_some()),
            Denotation::Everything
            | Denotation::AnyAddress
            | Denotation::Domain(_)
            | Denotation::SyncedGroup(_)
            | Denotation::Role(_)
            | Denotation::Tag(_)
            | Denotation::Tagged
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::Addresses(_)
            | Denotation::Internet
            | Denotation::OwnDevices
            | Denotation::Nothing => true,
        }
    }

    fn resolve_devices(&self, selector: &Selector) -> Resolution {
        match self.denote(selector) {
            Denotation::Everything => Resolution::Everything,
            Denotation::AnyAddress => Resolution::AnyAddress,
            Denotation::Users(logins) => {
                let users = logins.iter().filter_map(|login| self.user(&login.text)).collect();
                self.devices_of_users(&sorted::sort(users))
            }
            Denotation::Domain(domain) => self.devices_of_users(
                &self.users_where(|user| domain_of(user.email).is_some_and(|own| own.eq_ignore_ascii_case(domain))),
            ),
            // Not collected user by user: the devices of all members are in the order of the facts.
            Denotation::Role(Role::Member) => Resolution::Devices(self.members.clone()),
            Denotation::Role(role) => self.devices_of_users(&self.users_where(|user| has_role(user.role, role))),
            Denotation::Tag(tag) => Resolution::Devices(self.with_tag(tag)),
            Denotation::Tagged => Resolution::Devices(self.tagged.clone()),
            Denotation::Addresses(_) => Resolution::Addresses(self.literal(selector)),
            Denotation::Internet => Resolution::Internet,
            Denotation::OwnDevices => Resolution::OwnDevices,
            Denotation::SyncedGroup(_)
            | Denotation::Shared
            | Denotation::Service(_)
            | Denotation::External(_)
            | Denotation::Nothing => Resolution::Devices(Rc::default()),
        }
    }

    fn users_where(&self, matches: impl Fn(&Person) -> bool) -> Vec<UserId> {
        self.users.iter().enumerate().filter(|(_, user)| matches(user)).map(|(id, _)| id).collect()
    }

    fn devices_of_users(&self, users: &[UserId]) -> Resolution {
        let users = users.iter().filter_map(|&user| self.users.get(user));
        Resolution::Devices(users.flat_map(|user| user.devices.iter().copied()).collect())
    }

    /// Returns the addresses that a selector names. See [`ip_set::named_addresses`].
    pub fn literal(&self, selector: &Selector) -> Vec<AddressRange> {
        ip_set::named_addresses(&self.declarations, self.denote(selector))
    }
}

impl<'p> Tailnet<'p> {
    /// Returns the principal of a device: its tags, or its owner.
    pub fn principal(&self, node: &Node<'p>) -> Principal<'p> {
        match node.user.and_then(|user| self.users.get(user)) {
            Some(owner) => Principal::User { login: owner.email, role: owner.role },
            None if node.fact.tags.is_empty() => Principal::Unknown,
            None => Principal::Tagged(node.fact.tags.iter().map(|tag| tag.text.as_str()).collect()),
        }
    }

    /// Returns what a selector stands for.
    pub fn denote<'s>(&self, selector: &'s Selector) -> Denotation<'s>
    where
        'p: 's,
    {
        Denotation::new(selector, &self.declarations)
    }
}
