//! Packet filters: which rules concern which device, and with which destinations.
//!
//! Devices that match the same destination share its rules. So rules are stored by destination, and
//! each device lists its destinations. Ten thousand rules for ten thousand devices take no more
//! space than the two lists.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::compile::app;
use crate::compile::filter_rule::{
    FilterRule, FilterRuleId, FilterRuleKind, FilterTarget, Group, GroupId, GroupKey, Membership,
};
use crate::compile::rule::{CompiledRule, CompiledRules, ProtocolPart};
use crate::compile::source_sets::{SourceSetId, SourceSets};
use policy_core::access::{BitSet, DeviceId, FilterAddress, INTERNET, Resolution, TAILNET, Tailnet, sorted};
use policy_core::model::{AddressRange, Dialect, PortRange, Prefix, Protocol};

/// The packet filters of all devices.
#[derive(Debug)]
pub(super) struct Filters<'p> {
    pub(super) rules: Vec<FilterRule<'p>>,
    pub(super) groups: Vec<Group>,
    pub(super) of_devices: Vec<Vec<Membership>>,
    /// The destinations of app rules in headscale's form, by rule: a list for each selector.
    pub(super) app_targets: HashMap<FilterRuleId, Vec<Vec<Prefix>>>,
}

/// Filters under construction.
struct Compiler<'c, 'p> {
    tailnet: &'c Tailnet<'p>,
    rules: &'c CompiledRules<'p>,
    sources: &'c mut SourceSets,
    filters: Filters<'p>,
    network_rules: HashMap<(SourceSetId, Option<Protocol>), FilterRuleId>,
    groups: HashMap<GroupKey, GroupId>,
}

/// Compiles the filter of each device.
pub(super) fn filters<'p>(tailnet: &Tailnet<'p>, rules: &CompiledRules<'p>, sources: &mut SourceSets) -> Filters<'p> {
    let of_devices = vec![Vec::new(); tailnet.devices.len()];
    let filters = Filters { rules: Vec::new(), groups: Vec::new(), of_devices, app_targets: HashMap::new() };
    let mut compiler =
        Compiler { tailnet, rules, sources, filters, network_rules: HashMap::new(), groups: HashMap::new() };
    for rule in &rules.list {
        for part in &rule.parts {
            compiler.network(rule, part);
        }
        for (key, app_rule) in app::app_rules(tailnet, rules, compiler.sources, rule) {
            compiler.add_app_rule(key, app_rule);
        }
    }
    compiler.filters
}

impl<'p> Filters<'p> {
    /// Returns the app rules of a device, in the order of the policy.
    pub(super) fn app_of(&self, device: DeviceId) -> impl Iterator<Item = &FilterRule<'p>> {
        let mut ids: Vec<FilterRuleId> = self.of(device).flat_map(|(_, group)| group.app.iter().copied()).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.rules.get(id as usize))
    }

    /// Returns the sets of sources of app rules.
    pub(super) fn app_sources(&self) -> BTreeSet<SourceSetId> {
        let app = self.rules.iter().filter(|rule| !matches!(rule.kind, FilterRuleKind::Network(_)));
        app.map(|rule| rule.sources).collect()
    }

    /// Returns the network rules of a device, group by group.
    pub(super) fn of(&self, device: DeviceId) -> impl Iterator<Item = (FilterTarget, &Group)> {
        let memberships = self.of_devices.get(device).into_iter().flatten();
        memberships.filter_map(|membership| Some((membership.target, self.groups.get(membership.group)?)))
    }

    /// Returns the sets of sources of a group's rules, in order.
    pub(super) fn sources_of(&self, group: &Group) -> Vec<SourceSetId> {
        let ids = group.network.iter().map(|&(rule, _)| rule).chain(group.app.iter().copied());
        sorted::sort(ids.filter_map(|id| self.rules.get(id as usize)).map(|rule| rule.sources).collect())
    }
}

impl<'p> Compiler<'_, 'p> {
    fn network(&mut self, rule: &CompiledRule<'p>, part: &ProtocolPart) {
        // A rule whose sources match nothing is left out. `acl-u10`
        let sources = match rule.via {
            None => self.sources.set_of_list(&rule.src, &self.rules.resolutions),
            Some(_) => self.sources.set_of_via(&rule.src, &self.rules.resolutions),
        };
        if self.sources.is_empty(sources) {
            return;
        }
        let id = self.network_rule(sources, part.protocol);
        for (destination, ports) in &part.destinations {
            match self.rules.resolutions.get(*destination) {
                Some(Resolution::OwnDevices) if rule.via.is_some() => {}
                Some(Resolution::OwnDevices) => self.own_devices(rule, part.protocol, ports),
                _ => self.allow(GroupKey::Destination(*destination, rule.via), id, ports),
            }
        }
    }

    fn allow(&mut self, key: GroupKey, rule: FilterRuleId, ports: &[PortRange]) {
        if let Some(group) = self.group(key) {
            group.network.extend(ports.iter().map(|&ports| (rule, ports)));
        }
    }

    /// Adds `autogroup:self`: each user's devices, reachable from those of their own devices that
    /// are sources. `acl-a04` `acl-s02` No capture shows what several devices of one user get. This
    /// assumes that each of them is reachable from all.
    fn own_devices(&mut self, rule: &CompiledRule<'p>, protocol: Option<Protocol>, ports: &[PortRange]) {
        let sets = self.sources.sets_of_users(&rule.src, &self.rules.resolutions, self.tailnet);
        for &(user, sources) in sets.iter() {
            let id = self.network_rule(sources, protocol);
            self.allow(GroupKey::User(user), id, ports);
        }
    }

    fn network_rule(&mut self, sources: SourceSetId, protocol: Option<Protocol>) -> FilterRuleId {
        if let Some(&id) = self.network_rules.get(&(sources, protocol)) {
            return id;
        }
        let id = self.add_rule(FilterRule { sources, kind: FilterRuleKind::Network(protocol) });
        self.network_rules.insert((sources, protocol), id);
        id
    }

    fn add_rule(&mut self, rule: FilterRule<'p>) -> FilterRuleId {
        self.filters.rules.push(rule);
        FilterRuleId::try_from(self.filters.rules.len() - 1).unwrap_or(FilterRuleId::MAX)
    }

    fn add_app_rule(&mut self, key: GroupKey, rule: FilterRule<'p>) {
        let id = self.add_rule(rule);
        if let (Dialect::Headscale, GroupKey::Among(list)) = (self.tailnet.dialect, &key) {
            let prefixes = |resolution: &Resolution| {
                headscale_ranges(resolution).into_iter().flat_map(AddressRange::prefixes).collect()
            };
            // headscale gives an implied capability to all sources together.
            let targets: Vec<Vec<Prefix>> = self.rules.resolutions_of(list).map(prefixes).collect();
            let targets = match rule.kind {
                FilterRuleKind::ImpliedCapability(_) => vec![targets.concat()],
                FilterRuleKind::App(_) | FilterRuleKind::Network(_) => targets,
            };
            self.filters.app_targets.insert(id, targets);
        }
        if let Some(group) = self.group(key) {
            group.app.push(id);
        }
    }

    /// Returns the group with this key, and looks up its devices if it is new.
    fn group(&mut self, key: GroupKey) -> Option<&mut Group> {
        let id = match self.groups.get(&key) {
            Some(&id) => id,
            None => {
                let id = self.filters.groups.len();
                self.filters.groups.push(Group::default());
                let members = self.members(&key);
                let by_exit_route = self.by_exit_route(&key, &members);
                for (device, target) in members.into_iter().chain(by_exit_route.iter().copied()) {
                    if let Some(memberships) = self.filters.of_devices.get_mut(device) {
                        let makes_peers = !by_exit_route.contains(&(device, target));
                        memberships.push(Membership { group: id, target, makes_peers });
                    }
                }
                self.groups.insert(key, id);
                id
            }
        };
        self.filters.groups.get_mut(id)
    }

    fn members(&mut self, key: &GroupKey) -> Vec<(DeviceId, FilterTarget)> {
        let (tailnet, rules) = (self.tailnet, self.rules);
        let own =
            |devices: &mut dyn Iterator<Item = DeviceId>| devices.map(|device| (device, FilterTarget::Own)).collect();
        match key {
            GroupKey::Destination(destination, None) => match rules.resolutions.get(*destination) {
                Some(resolution) => self.reached_on(resolution),
                None => Vec::new(),
            },
            GroupKey::Destination(destination, Some(via)) => {
                let (Some(resolution), Some(routers)) = (rules.resolutions.get(*destination), rules.vias.get(*via))
                else {
                    return Vec::new();
                };
                let written = match tailnet.dialect {
                    Dialect::Tailscale => FilterAddress::Addresses,
                    Dialect::Headscale => FilterAddress::Prefix,
                };
                let mut members = self.routers_of(resolution, written);
                members.retain(|&(device, _)| routers.contains(device));
                members
            }
            GroupKey::Among(list) => {
                let mut among = tailnet.devices_of(rules.resolutions_of(list));
                if tailnet.dialect == Dialect::Headscale {
                    let ranges = rules.resolutions_of(list).flat_map(headscale_ranges);
                    ranges.flat_map(|range| tailnet.routers.overlapping(range)).for_each(|device| among.insert(device));
                }
                own(&mut among.iter())
            }
            GroupKey::User(user) => {
                own(&mut tailnet.users.get(*user).into_iter().flat_map(|user| user.devices.iter().copied()))
            }
        }
    }

    /// Returns the devices that have the destination's addresses, or route to them.
    fn reached_on(&mut self, resolution: &Resolution) -> Vec<(DeviceId, FilterTarget)> {
        let tailnet = self.tailnet;
        match resolution {
            Resolution::Everything | Resolution::AnyAddress => {
                let any = FilterTarget::Address(self.sources.address(FilterAddress::Any));
                tailnet.everyone().iter().map(|&device| (device, any)).collect()
            }
            Resolution::Devices(devices) => devices.iter().map(|&device| (device, FilterTarget::Own)).collect(),
            Resolution::Addresses(ranges) => {
                let mut members = self.routers_of(resolution, FilterAddress::Addresses);
                for &range in ranges {
                    let address = FilterTarget::Address(self.sources.address(FilterAddress::Addresses(range)));
                    members.extend(tailnet.addresses.overlapping(range).map(|device| (device, address)));
                }
                // A device may have several addresses in a range, or be a router for it, too.
                let mut seen = HashSet::new();
                members.retain(|&member| seen.insert(member));
                members
            }
            Resolution::Internet => {
                let mut members = self.routers_of(resolution, FilterAddress::Addresses);
                if tailnet.dialect == Dialect::Headscale {
                    members.extend(self.reached_on(&Resolution::Addresses(headscale_ranges(resolution))));
                }
                members
            }
            Resolution::OwnDevices => Vec::new(),
        }
    }

    /// Returns the exit nodes that headscale also sends a rule about public addresses, without
    /// those in `members`.
    fn by_exit_route(&mut self, key: &GroupKey, members: &[(DeviceId, FilterTarget)]) -> Vec<(DeviceId, FilterTarget)> {
        let GroupKey::Destination(destination, None) = key else { return Vec::new() };
        let Some(Resolution::Addresses(ranges)) = self.rules.resolutions.get(*destination) else { return Vec::new() };
        if self.tailnet.dialect == Dialect::Tailscale {
            return Vec::new();
        }
        let mut found = Vec::new();
        for &range in ranges.iter().filter(|range| INTERNET.iter().any(|public| public.contains(**range))) {
            let address = FilterTarget::Address(self.sources.address(FilterAddress::Addresses(range)));
            let exit_nodes = self.tailnet.exit_nodes.iter().map(|&device| (device, address));
            found.extend(exit_nodes.filter(|member| !members.contains(member)));
        }
        found
    }

    /// Returns the routers of a destination. Only addresses and the internet are behind routers.
    /// `grant-i2` `via-grant-v14`
    fn routers_of(
        &mut self,
        resolution: &Resolution,
        written: fn(AddressRange) -> FilterAddress,
    ) -> Vec<(DeviceId, FilterTarget)> {
        let tailnet = self.tailnet;
        match resolution {
            Resolution::Addresses(ranges) => {
                let mut members = Vec::new();
                for &range in ranges {
                    let address = FilterTarget::Address(self.sources.address(written(range)));
                    let mut routers = BitSet::new(tailnet.devices.len());
                    tailnet.routers.overlapping(range).for_each(|device| routers.insert(device));
                    members.extend(routers.iter().map(|device| (device, address)));
                }
                members
            }
            Resolution::Internet => {
                let spans: Vec<FilterAddress> = match tailnet.dialect {
                    Dialect::Tailscale => INTERNET.map(FilterAddress::Span).to_vec(),
                    Dialect::Headscale => {
                        headscale_ranges(resolution).into_iter().map(FilterAddress::Addresses).collect()
                    }
                };
                let addresses: Vec<FilterTarget> =
                    spans.into_iter().map(|span| FilterTarget::Address(self.sources.address(span))).collect();
                let exit_nodes = tailnet.exit_nodes.iter();
                exit_nodes.flat_map(|&device| addresses.iter().map(move |&address| (device, address))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Returns the addresses of a destination, as headscale resolves it.
pub(super) fn headscale_ranges(resolution: &Resolution) -> Vec<AddressRange> {
    match resolution {
        Resolution::Everything => TAILNET.to_vec(),
        Resolution::AnyAddress => vec![Prefix::ALL_IPV4.range(), Prefix::ALL_IPV6.range()],
        Resolution::Addresses(ranges) => ranges.clone(),
        Resolution::Internet => INTERNET.into_iter().flat_map(AddressRange::prefixes).map(Prefix::range).collect(),
        Resolution::Devices(_) | Resolution::OwnDevices => Vec::new(),
    }
}
