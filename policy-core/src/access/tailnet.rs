//! Who and what there is: the facts, and what the policy declares, by name.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::access::approval;
use crate::access::bit_set::BitSet;
use crate::access::interval::{FAMILIES, INTERNET, IntervalTree, overlap, single};
use crate::access::ip_set;
use crate::model::{
    AddressRange, Autogroup, Device, Group, HostAddress, IpSet, Policy, Prefix, Role, Selector, SelectorKind,
};

/// A device by its place among the facts.
pub type DeviceId = usize;
/// A user by their place among [`Tailnet::users`].
pub type UserId = usize;

/// The facts and the declarations of a policy, indexed.
#[derive(Debug)]
pub struct Tailnet<'p> {
    /// The devices, in the order of the facts.
    pub devices: Vec<Node<'p>>,
    /// The users, in the order of the facts; after them owners of devices that the facts do not list.
    pub users: Vec<Person<'p>>,
    pub by_login: HashMap<String, UserId>,
    tags: HashMap<String, Rc<[DeviceId]>>,
    tagged: Rc<[DeviceId]>,
    members: Rc<[DeviceId]>,
    everyone: Rc<[DeviceId]>,
    pub groups: HashMap<&'p str, &'p Group>,
    pub hosts: HashMap<&'p str, HostAddress>,
    pub ip_sets: HashMap<&'p str, &'p IpSet>,
    /// The devices by their own addresses.
    pub addresses: IntervalTree<DeviceId>,
    /// Whether there are devices, and of each its addresses are known.
    has_all_addresses: bool,
    /// The devices by their approved subnet routes.
    pub routers: IntervalTree<DeviceId>,
    /// Those with approved exit routes.
    pub exit_nodes: Vec<DeviceId>,
    /// The approved subnet routes of all devices, each once.
    pub routes: Vec<Prefix>,
}

/// A device.
#[derive(Debug)]
pub struct Node<'p> {
    /// What the facts say of it.
    pub fact: &'p Device,
    /// Whose it is; nobody's if it is tagged.
    pub user: Option<UserId>,
    /// Its own addresses, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// Its approved subnet routes: those beyond exit routes.
    pub routes: Vec<Prefix>,
    /// Those of them for which it is the elected router.
    pub elected: Vec<Prefix>,
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
    /// Their devices, none of which is tagged.
    pub devices: Rc<[DeviceId]>,
}

/// What a selector stands for in a tailnet.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// `*`
    Everything,
    /// `autogroup:danger-all`
    AnyAddress,
    /// These devices
    Devices(Rc<[DeviceId]>),
    /// Addresses, whether or not a device has them
    Addresses(Vec<AddressRange>),
    /// `autogroup:self`
    OwnDevices,
    /// `autogroup:internet`
    Internet,
}

impl<'p> Tailnet<'p> {
    /// Looks at all that the policy and its facts have.
    pub fn new(policy: &'p Policy) -> Self {
        let facts = &policy.facts;
        let mut users: Vec<(&'p str, Option<Role>, Vec<DeviceId>)> =
            facts.users.iter().map(|user| (user.email.as_str(), user.role, Vec::new())).collect();
        let mut by_login = HashMap::new();
        let mut by_name = HashMap::new();
        for (id, user) in facts.users.iter().enumerate() {
            by_login.entry(user.email.to_ascii_lowercase()).or_insert(id);
            by_name.entry(user.name.as_str()).or_insert(id);
        }
        let mut tags: HashMap<String, Vec<DeviceId>> = HashMap::new();
        let (mut tagged, mut members) = (Vec::new(), Vec::new());
        let mut devices = Vec::with_capacity(facts.devices.len());
        for (id, fact) in facts.devices.iter().enumerate() {
            let owner = fact.owner.as_ref().filter(|_| fact.tags.is_empty());
            let user = owner.map(|owner| {
                let known = by_name.get(owner.as_str()).or_else(|| by_login.get(&owner.to_ascii_lowercase())).copied();
                known.unwrap_or_else(|| {
                    by_login.insert(owner.to_ascii_lowercase(), users.len());
                    users.push((owner.as_str(), None, Vec::new()));
                    users.len() - 1
                })
            });
            if let Some((_, _, devices)) = user.and_then(|user| users.get_mut(user)) {
                devices.push(id);
                members.push(id);
            }
            for tag in &fact.tags {
                let devices = tags.entry(tag.text.to_ascii_lowercase()).or_default();
                if devices.last() != Some(&id) {
                    devices.push(id);
                }
            }
            if !fact.tags.is_empty() {
                tagged.push(id);
            }
            let addresses = fact.ipv4.map(IpAddr::from).into_iter().chain(fact.ipv6.map(IpAddr::from)).collect();
            let (routes, elected, exit_routes) = (Vec::new(), Vec::new(), Vec::new());
            devices.push(Node { fact, user, addresses, routes, elected, exit_routes });
        }
        let addresses = index(&devices, |node| node.addresses.iter().map(|&address| single(address)).collect());
        let mut tailnet = Tailnet {
            addresses,
            routers: IntervalTree::new(Vec::new()),
            exit_nodes: Vec::new(),
            everyone: (0..devices.len()).collect(),
            has_all_addresses: !devices.is_empty() && devices.iter().all(|node| !node.addresses.is_empty()),
            devices,
            users: users
                .into_iter()
                .map(|(email, role, devices)| Person { email, role, devices: devices.into() })
                .collect(),
            by_login,
            tags: tags.into_iter().map(|(tag, devices)| (tag, devices.into())).collect(),
            tagged: tagged.into(),
            members: members.into(),
            groups: policy.groups.iter().map(|group| (group.name.as_str(), group)).collect(),
            hosts: policy.hosts.iter().filter_map(|host| Some((host.name.as_str(), host.address?))).collect(),
            ip_sets: policy.ipsets.iter().map(|ip_set| (ip_set.name.as_str(), ip_set)).collect(),
            routes: Vec::new(),
        };
        tailnet.set_routes(policy);
        tailnet
    }

    /// Approvers are selectors, so routes come when all else is known.
    fn set_routes(&mut self, policy: &'p Policy) {
        let approved = approval::approved(policy, self);
        for (id, (node, approved)) in self.devices.iter_mut().zip(approved).enumerate() {
            (node.exit_routes, node.routes) = approved.into_iter().partition(|route| route.length == 0);
            if !node.exit_routes.is_empty() {
                self.exit_nodes.push(id);
            }
        }
        let elected = approval::elected(self);
        for (node, elected) in self.devices.iter_mut().zip(elected) {
            node.elected = elected;
        }
        self.routers = index(&self.devices, |node| node.routes.iter().map(|route| route.range()).collect());
        self.routes = self.devices.iter().flat_map(|node| node.routes.iter().copied()).collect();
        self.routes.sort_unstable_by_key(|route| (route.address, route.length));
        self.routes.dedup();
    }

    /// The user of that login, in any case of its letters.
    pub fn user(&self, login: &str) -> Option<UserId> {
        self.by_login.get(&login.to_ascii_lowercase()).copied()
    }

    /// The devices with a tag.
    pub fn with_tag(&self, tag: &str) -> Rc<[DeviceId]> {
        self.tags.get(&tag.to_ascii_lowercase()).cloned().unwrap_or_default()
    }

    /// Whether some device of which no address is known may have one of these.
    pub fn may_be_a_devices(&self, range: AddressRange) -> bool {
        let is_known = range.first == range.last && self.addresses.overlapping(range).next().is_some();
        !self.has_all_addresses && !is_known && FAMILIES.into_iter().any(|family| overlap(family, range))
    }

    /// Every device.
    pub fn everyone(&self) -> Rc<[DeviceId]> {
        self.everyone.clone()
    }

    /// Returns the devices that one of the meanings stands for, by what they are or by an address of their own.
    /// `autogroup:self` and `autogroup:internet` stand for none.
    pub fn devices_of<'m>(&self, meanings: impl IntoIterator<Item = &'m Resolution>) -> BitSet {
        let mut found = BitSet::new(self.devices.len());
        for meaning in meanings {
            match meaning {
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

    /// What a selector stands for. What is not known here (synced groups, shared devices, services) is nothing.
    pub fn meaning(&self, selector: &Selector) -> Resolution {
        match selector.kind {
            SelectorKind::Wildcard => Resolution::Everything,
            SelectorKind::User | SelectorKind::Domain | SelectorKind::Group => {
                Resolution::Devices(self.devices_of_users(&self.users_of(selector)))
            }
            SelectorKind::Tag => Resolution::Devices(self.with_tag(&selector.text)),
            SelectorKind::Autogroup(Some(autogroup)) => match autogroup {
                Autogroup::Member => Resolution::Devices(self.members.clone()),
                Autogroup::Tagged => Resolution::Devices(self.tagged.clone()),
                Autogroup::SelfDevices => Resolution::OwnDevices,
                Autogroup::Internet => Resolution::Internet,
                Autogroup::DangerAll => Resolution::AnyAddress,
                Autogroup::Shared | Autogroup::Nonroot => Resolution::Devices(Rc::default()),
                _ => Resolution::Devices(self.devices_of_users(&self.users_of(selector))),
            },
            SelectorKind::Address(_)
            | SelectorKind::Prefix(_)
            | SelectorKind::Range(_)
            | SelectorKind::Host
            | SelectorKind::IpSet => Resolution::Addresses(self.literal(selector)),
            SelectorKind::Autogroup(None)
            | SelectorKind::SyncedGroup
            | SelectorKind::Service
            | SelectorKind::Posture
            | SelectorKind::External
            | SelectorKind::LocalPart
            | SelectorKind::Unknown => Resolution::Devices(Rc::default()),
        }
    }

    /// The users that a selector of people stands for, in the order of the facts.
    pub fn users_of(&self, selector: &Selector) -> Vec<UserId> {
        let mut users: Vec<UserId> = match selector.kind {
            SelectorKind::User => self.user(&selector.text).into_iter().collect(),
            SelectorKind::Group => {
                let group = self.groups.get(selector.text.as_str());
                group
                    .into_iter()
                    .flat_map(|group| &group.members)
                    .filter_map(|member| self.user(&member.text))
                    .collect()
            }
            SelectorKind::Domain => {
                self.users_where(|user| user.email.rsplit_once('@').map(|(_, d)| d) == selector.domain())
            }
            SelectorKind::Autogroup(Some(autogroup)) => self.users_where(|user| has_role(user.role, autogroup)),
            _ => Vec::new(),
        };
        users.sort_unstable();
        users.dedup();
        users
    }

    fn users_where(&self, matches: impl Fn(&Person) -> bool) -> Vec<UserId> {
        self.users.iter().enumerate().filter(|(_, user)| matches(user)).map(|(id, _)| id).collect()
    }

    fn devices_of_users(&self, users: &[UserId]) -> Rc<[DeviceId]> {
        users.iter().filter_map(|&user| self.users.get(user)).flat_map(|user| user.devices.iter().copied()).collect()
    }

    /// The addresses that a selector names rather than belongs to.
    pub fn literal(&self, selector: &Selector) -> Vec<AddressRange> {
        match selector.kind {
            SelectorKind::Address(address) => vec![single(address)],
            SelectorKind::Prefix(prefix) => vec![prefix.range()],
            SelectorKind::Range(range) => vec![range],
            SelectorKind::Host => match self.hosts.get(selector.text.as_str()) {
                Some(HostAddress::Address(address)) => vec![single(*address)],
                Some(HostAddress::Prefix(prefix)) => vec![prefix.range()],
                None => Vec::new(),
            },
            SelectorKind::IpSet => ip_set::addresses(self, &selector.text),
            SelectorKind::Autogroup(Some(Autogroup::Internet)) => INTERNET.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// The devices by ranges of addresses.
fn index(devices: &[Node], ranges: impl Fn(&Node) -> Vec<AddressRange>) -> IntervalTree<DeviceId> {
    let each = devices.iter().enumerate();
    IntervalTree::new(each.flat_map(|(id, node)| ranges(node).into_iter().map(move |range| (range, id))).collect())
}

/// Whether a user is in an autogroup of roles. Everybody is a member, and the owner is an admin too.
/// `nodeattrs-target-a10-autogroup-admin` Whether the owner or admins have the lesser roles is not known; here they have not.
pub fn has_role(role: Option<Role>, autogroup: Autogroup) -> bool {
    match autogroup {
        Autogroup::Member => true,
        Autogroup::Owner => role == Some(Role::Owner),
        Autogroup::Admin => matches!(role, Some(Role::Owner | Role::Admin)),
        Autogroup::ItAdmin => role == Some(Role::ItAdmin),
        Autogroup::NetworkAdmin => role == Some(Role::NetworkAdmin),
        Autogroup::BillingAdmin => role == Some(Role::BillingAdmin),
        Autogroup::Auditor => role == Some(Role::Auditor),
        _ => false,
    }
}
