//! Packet filters: which rules concern which device, and with which destinations.
//!
//! Devices that a destination stands for have its rules in common, so rules are kept by destination, and each device
//! knows whose it is: ten thousand rules for ten thousand devices are no more than the two lists.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::compile::app;
use crate::compile::rule::{CompiledRule, CompiledRules, ProtocolPart, ResolutionId, ViaId};
use crate::compile::source_sets::{FilterAddressId, SourceSetId, SourceSets};
use policy_core::access::bit_set::BitSet;
use policy_core::access::interval::{FilterAddress, INTERNET};
use policy_core::access::tailnet::{DeviceId, Resolution, Tailnet, UserId};
use policy_core::model::{App, PortRange, Protocol};

/// A rule of a packet filter by number, in the order of their first appearance in the policy. Network rules with
/// the same sources and protocol are one, on every device. `acl-ar01` `acl-at06`
pub(super) type FilterRuleId = u32;

/// What the devices' rules with one number have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilterRule<'p> {
    pub(super) sources: SourceSetId,
    pub(super) kind: FilterRuleKind<'p>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FilterRuleKind<'p> {
    Network(Option<Protocol>),
    App(&'p App),
    /// A capability that another one brings, the other way round
    Companion(&'static str),
}

/// Devices with the same rules, by number.
pub(super) type GroupId = usize;

/// The rules of some devices.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Network rules with their ports. Which address they lead to, each device's [`Membership`] says.
    pub(super) network: Vec<(FilterRuleId, PortRange)>,
    pub(super) app: Vec<FilterRuleId>,
}

/// That a device has the rules of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) group: GroupId,
    pub(super) opens: Opens,
}

/// Where network rules lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Opens {
    /// The device's own addresses
    Own,
    /// Something that the policy names
    FilterAddress(FilterAddressId),
}

/// The packet filters of all devices.
#[derive(Debug)]
pub(super) struct Filters<'p> {
    pub(super) slots: Vec<FilterRule<'p>>,
    pub(super) groups: Vec<Group>,
    pub(super) of_devices: Vec<Vec<Membership>>,
}

/// What makes a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum GroupKey {
    /// The devices that a destination concerns, of those that `via` names if there is one
    Destination(ResolutionId, Option<ViaId>),
    /// The devices with an address of their own in such a list
    Among(Vec<ResolutionId>),
    /// A user's devices
    User(UserId),
}

/// Filters that are being made.
pub(super) struct Compiler<'c, 'p> {
    pub(super) tailnet: &'c Tailnet<'p>,
    pub(super) rules: &'c CompiledRules<'p>,
    pub(super) sources: &'c mut SourceSets,
    filters: Filters<'p>,
    network_slots: HashMap<(SourceSetId, Option<Protocol>), FilterRuleId>,
    groups: HashMap<GroupKey, GroupId>,
}

/// The filter of each device.
pub(super) fn filters<'p>(tailnet: &Tailnet<'p>, rules: &CompiledRules<'p>, sources: &mut SourceSets) -> Filters<'p> {
    let of_devices = vec![Vec::new(); tailnet.devices.len()];
    let filters = Filters { slots: Vec::new(), groups: Vec::new(), of_devices };
    let mut compiler =
        Compiler { tailnet, rules, sources, filters, network_slots: HashMap::new(), groups: HashMap::new() };
    for rule in &rules.list {
        for part in &rule.parts {
            compiler.network(rule, part);
        }
        app::compile(&mut compiler, rule);
    }
    compiler.filters
}

impl Filters<'_> {
    /// The app rules that a device has, in their order.
    pub(super) fn app_of(&self, device: DeviceId) -> impl Iterator<Item = FilterRuleId> {
        let mut slots: Vec<FilterRuleId> = self.of(device).flat_map(|(_, group)| group.app.iter().copied()).collect();
        slots.sort_unstable();
        slots.into_iter()
    }

    /// The sets of sources that app rules have.
    pub(super) fn app_sources(&self) -> BTreeSet<SourceSetId> {
        let app = self.slots.iter().filter(|slot| !matches!(slot.kind, FilterRuleKind::Network(_)));
        app.map(|slot| slot.sources).collect()
    }

    /// The rules that a device has, group by group.
    pub(super) fn of(&self, device: DeviceId) -> impl Iterator<Item = (Opens, &Group)> {
        let memberships = self.of_devices.get(device).into_iter().flatten();
        memberships.filter_map(|membership| Some((membership.opens, self.groups.get(membership.group)?)))
    }

    /// The sets of sources that a group's rules have, each once.
    pub(super) fn sources_of(&self, group: &Group) -> Vec<SourceSetId> {
        let slots = group.network.iter().map(|&(slot, _)| slot).chain(group.app.iter().copied());
        let mut sources: Vec<SourceSetId> =
            slots.filter_map(|slot| self.slots.get(slot as usize)).map(|slot| slot.sources).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

impl<'p> Compiler<'_, 'p> {
    fn network(&mut self, rule: &CompiledRule<'p>, part: &ProtocolPart) {
        // Of sources that stand for nothing nothing is left. `acl-u10`
        let sources = self.sources.of_list(&rule.src, &self.rules.meanings);
        if self.sources.is_empty(sources) {
            return;
        }
        let slot = self.network_slot(sources, part.protocol);
        for (destination, ports) in &part.destinations {
            match self.rules.meanings.get(*destination) {
                Some(Resolution::OwnDevices) if rule.via.is_some() => {}
                Some(Resolution::OwnDevices) => self.own_devices(rule, part.protocol, ports),
                _ => self.allow(GroupKey::Destination(*destination, rule.via), slot, ports),
            }
        }
    }

    fn allow(&mut self, key: GroupKey, slot: FilterRuleId, ports: &[PortRange]) {
        if let Some(group) = self.group(key) {
            group.network.extend(ports.iter().map(|&ports| (slot, ports)));
        }
    }

    /// `autogroup:self`: every user's devices, from those of their own that are sources. `acl-a04` `acl-s02`
    /// What several devices of one user get no capture shows; here each is reached by all.
    fn own_devices(&mut self, rule: &CompiledRule<'p>, protocol: Option<Protocol>, ports: &[PortRange]) {
        let sets = self.sources.of_users(&rule.src, &self.rules.meanings, self.tailnet);
        for &(user, sources) in sets.iter() {
            let slot = self.network_slot(sources, protocol);
            self.allow(GroupKey::User(user), slot, ports);
        }
    }

    fn network_slot(&mut self, sources: SourceSetId, protocol: Option<Protocol>) -> FilterRuleId {
        if let Some(&slot) = self.network_slots.get(&(sources, protocol)) {
            return slot;
        }
        let slot = self.new_slot(FilterRule { sources, kind: FilterRuleKind::Network(protocol) });
        self.network_slots.insert((sources, protocol), slot);
        slot
    }

    fn new_slot(&mut self, slot: FilterRule<'p>) -> FilterRuleId {
        self.filters.slots.push(slot);
        FilterRuleId::try_from(self.filters.slots.len() - 1).unwrap_or(FilterRuleId::MAX)
    }

    /// Gives a rule of its own to some devices.
    pub(super) fn grant(&mut self, key: GroupKey, slot: FilterRule<'p>) {
        let slot = self.new_slot(slot);
        if let Some(group) = self.group(key) {
            group.app.push(slot);
        }
    }

    /// The group of that key. Its devices are looked up when it is new.
    fn group(&mut self, key: GroupKey) -> Option<&mut Group> {
        let id = match self.groups.get(&key) {
            Some(&id) => id,
            None => {
                let id = self.filters.groups.len();
                self.filters.groups.push(Group::default());
                for (device, opens) in self.members(&key) {
                    if let Some(memberships) = self.filters.of_devices.get_mut(device) {
                        memberships.push(Membership { group: id, opens });
                    }
                }
                self.groups.insert(key, id);
                id
            }
        };
        self.filters.groups.get_mut(id)
    }

    fn members(&mut self, key: &GroupKey) -> Vec<(DeviceId, Opens)> {
        let (tailnet, rules) = (self.tailnet, self.rules);
        let own = |devices: &mut dyn Iterator<Item = DeviceId>| devices.map(|device| (device, Opens::Own)).collect();
        match key {
            GroupKey::Destination(destination, None) => match rules.meanings.get(*destination) {
                Some(meaning) => self.concerned(meaning),
                None => Vec::new(),
            },
            GroupKey::Destination(destination, Some(via)) => {
                let (Some(meaning), Some(routers)) = (rules.meanings.get(*destination), rules.vias.get(*via)) else {
                    return Vec::new();
                };
                let mut members = self.routers_of(meaning);
                members.retain(|&(device, _)| routers.contains(device));
                members
            }
            GroupKey::Among(list) => own(&mut tailnet.devices_of(rules.meanings_of(list)).iter()),
            GroupKey::User(user) => {
                own(&mut tailnet.users.get(*user).into_iter().flat_map(|user| user.devices.iter().copied()))
            }
        }
    }

    /// The devices that a destination concerns.
    fn concerned(&mut self, meaning: &Resolution) -> Vec<(DeviceId, Opens)> {
        let tailnet = self.tailnet;
        match meaning {
            Resolution::Everything | Resolution::AnyAddress => {
                let any = Opens::FilterAddress(self.sources.block(FilterAddress::Any));
                tailnet.everyone().iter().map(|&device| (device, any)).collect()
            }
            Resolution::Devices(devices) => devices.iter().map(|&device| (device, Opens::Own)).collect(),
            Resolution::Addresses(ranges) => {
                let mut members = self.routers_of(meaning);
                for &range in ranges {
                    let block = Opens::FilterAddress(self.sources.block(FilterAddress::Addresses(range)));
                    members.extend(tailnet.addresses.overlapping(range).map(|device| (device, block)));
                }
                // A device may have two addresses in a range, or serve it as well.
                let mut seen = HashSet::new();
                members.retain(|&member| seen.insert(member));
                members
            }
            Resolution::Internet => self.routers_of(meaning),
            Resolution::OwnDevices => Vec::new(),
        }
    }

    /// The devices through which one gets to a destination: behind routers are only addresses, and the internet.
    /// `grant-i2` `via-grant-v14`
    fn routers_of(&mut self, meaning: &Resolution) -> Vec<(DeviceId, Opens)> {
        let tailnet = self.tailnet;
        match meaning {
            Resolution::Addresses(ranges) => {
                let mut members = Vec::new();
                for &range in ranges {
                    let block = Opens::FilterAddress(self.sources.block(FilterAddress::Addresses(range)));
                    let mut routers = BitSet::new(tailnet.devices.len());
                    tailnet.routers.overlapping(range).for_each(|device| routers.insert(device));
                    members.extend(routers.iter().map(|device| (device, block)));
                }
                members
            }
            Resolution::Internet => {
                let blocks = INTERNET.map(|range| Opens::FilterAddress(self.sources.block(FilterAddress::Span(range))));
                tailnet.exit_nodes.iter().flat_map(|&device| blocks.map(|block| (device, block))).collect()
            }
            _ => Vec::new(),
        }
    }
}
