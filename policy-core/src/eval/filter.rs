//! Packet filters: which rules concern which device, and with which destinations.

use std::collections::HashMap;
use std::rc::Rc;

use crate::model::{App, PortRange, Protocol};

use super::app;
use super::bits::Bits;
use super::block::{Block, INTERNET};
use super::rule::{MeaningId, Part, Rule, Rules};
use super::sources::{BlockId, SourceId, Sources};
use super::tailnet::{DeviceId, Meaning, Tailnet};

/// A rule of a packet filter by number, in the order of their first appearance in the policy. Network rules with
/// the same sources and protocol are one, on every device. `acl-ar01` `acl-at06`
pub(super) type SlotId = u32;

/// What the devices' rules with one number have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'p> {
    pub(super) sources: SourceId,
    pub(super) kind: SlotKind<'p>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum SlotKind<'p> {
    Network(Option<Protocol>),
    App(&'p App),
    /// A capability that another one brings, the other way round
    Companion(&'static str),
}

/// Where a network rule lets its sources go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) slot: SlotId,
    pub(super) block: BlockId,
    pub(super) ports: PortRange,
}

/// The packet filter of one device.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// In the order of their slots.
    pub(super) network: Vec<Entry>,
    pub(super) app: Vec<SlotId>,
}

/// The packet filters of all devices.
#[derive(Debug)]
pub(super) struct Filters<'p> {
    pub(super) slots: Vec<Slot<'p>>,
    pub(super) of_devices: Vec<Filter>,
}

/// The devices that a destination concerns, each with what its filter has for it.
type Reach = Rc<[(DeviceId, BlockId)]>;

/// Filters that are being made.
pub(super) struct Compiler<'c, 'p> {
    pub(super) tailnet: &'c Tailnet<'p>,
    pub(super) rules: &'c Rules<'p>,
    pub(super) sources: &'c mut Sources,
    pub(super) filters: Filters<'p>,
    network_slots: HashMap<(SourceId, Option<Protocol>), SlotId>,
    /// What destinations concern, without and with `via`.
    reaches: [HashMap<MeaningId, Reach>; 2],
}

/// The filter of each device.
pub(super) fn filters<'p>(tailnet: &Tailnet<'p>, rules: &Rules<'p>, sources: &mut Sources) -> Filters<'p> {
    let of_devices = vec![Filter::default(); tailnet.devices.len()];
    let filters = Filters { slots: Vec::new(), of_devices };
    let mut compiler = Compiler {
        tailnet,
        rules,
        sources,
        filters,
        network_slots: HashMap::new(),
        reaches: [HashMap::new(), HashMap::new()],
    };
    for rule in &rules.list {
        for part in &rule.parts {
            compiler.network(rule, part);
        }
        app::compile(&mut compiler, rule);
    }
    let mut filters = compiler.filters;
    for filter in &mut filters.of_devices {
        filter.network.sort_by_key(|entry| entry.slot);
    }
    filters
}

impl<'p> Compiler<'_, 'p> {
    fn network(&mut self, rule: &Rule<'p>, part: &Part) {
        // Of sources that stand for nothing nothing is left. `acl-u10`
        let sources = self.sources.of_list(&rule.src, &self.rules.meanings);
        if self.sources.is_empty(sources) {
            return;
        }
        let slot = self.network_slot(sources, part.protocol);
        for (destination, ports) in &part.destinations {
            if let Some(Meaning::OwnDevices) = self.rules.meanings.get(*destination) {
                if rule.via.is_none() {
                    self.own_devices(rule, part.protocol, ports);
                }
                continue;
            }
            let reach = self.reach(*destination, rule.via.is_some());
            for &(device, block) in reach.iter() {
                if rule.via.as_ref().is_none_or(|routers| routers.contains(device)) {
                    self.allow(device, slot, block, ports);
                }
            }
        }
    }

    fn allow(&mut self, device: DeviceId, slot: SlotId, block: BlockId, ports: &[PortRange]) {
        if let Some(filter) = self.filters.of_devices.get_mut(device) {
            filter.network.extend(ports.iter().map(|&ports| Entry { slot, block, ports }));
        }
    }

    /// `autogroup:self`: every user's devices, from those of their own that are sources. `acl-a04` `acl-s02`
    /// What several devices of one user get no capture shows; here each is reached by all.
    fn own_devices(&mut self, rule: &Rule<'p>, protocol: Option<Protocol>, ports: &[PortRange]) {
        let tailnet = self.tailnet;
        let sets = self.sources.of_users(&rule.src, &self.rules.meanings, tailnet);
        for (user, &sources) in tailnet.users.iter().zip(sets.iter()) {
            if user.devices.is_empty() || self.sources.is_empty(sources) {
                continue;
            }
            let slot = self.network_slot(sources, protocol);
            for &device in user.devices.iter() {
                for &block in self.sources.own(device) {
                    if let Some(filter) = self.filters.of_devices.get_mut(device) {
                        filter.network.extend(ports.iter().map(|&ports| Entry { slot, block, ports }));
                    }
                }
            }
        }
    }

    fn network_slot(&mut self, sources: SourceId, protocol: Option<Protocol>) -> SlotId {
        if let Some(&slot) = self.network_slots.get(&(sources, protocol)) {
            return slot;
        }
        let slot = self.new_slot(Slot { sources, kind: SlotKind::Network(protocol) });
        self.network_slots.insert((sources, protocol), slot);
        slot
    }

    pub(super) fn new_slot(&mut self, slot: Slot<'p>) -> SlotId {
        self.filters.slots.push(slot);
        SlotId::try_from(self.filters.slots.len() - 1).unwrap_or(SlotId::MAX)
    }

    fn reach(&mut self, destination: MeaningId, via: bool) -> Reach {
        let known = self.reaches.get(usize::from(via)).and_then(|reaches| reaches.get(&destination));
        if let Some(reach) = known {
            return reach.clone();
        }
        let reach: Reach = self.look_up(destination, via).into();
        if let Some(reaches) = self.reaches.get_mut(usize::from(via)) {
            reaches.insert(destination, reach.clone());
        }
        reach
    }

    fn look_up(&mut self, destination: MeaningId, via: bool) -> Vec<(DeviceId, BlockId)> {
        let Some(meaning) = self.rules.meanings.get(destination) else { return Vec::new() };
        let tailnet = self.tailnet;
        match meaning {
            // Through routers go only addresses behind them, and the internet. `grant-i2` `via-grant-v14`
            Meaning::Everything | Meaning::AnyAddress | Meaning::Devices(_) if via => Vec::new(),
            Meaning::Everything | Meaning::AnyAddress => {
                let any = self.sources.block(Block::Any);
                tailnet.everyone().iter().map(|&device| (device, any)).collect()
            }
            Meaning::Devices(devices) => {
                let own = |device| self.sources.own(device).iter().map(move |&block| (device, block));
                devices.iter().flat_map(|&device| own(device)).collect()
            }
            Meaning::Addresses(ranges) => {
                let mut reach = Vec::new();
                for &range in ranges {
                    let block = self.sources.block(Block::Addresses(range));
                    let routers = tailnet.routers.overlapping(range);
                    let mut devices: Vec<DeviceId> = match via {
                        true => routers.collect(),
                        false => routers.chain(tailnet.addresses.overlapping(range)).collect(),
                    };
                    devices.sort_unstable();
                    devices.dedup();
                    reach.extend(devices.into_iter().map(|device| (device, block)));
                }
                reach
            }
            Meaning::Internet => {
                let blocks = INTERNET.map(|range| self.sources.block(Block::Span(range)));
                tailnet.exit_nodes.iter().flat_map(|&device| blocks.map(|block| (device, block))).collect()
            }
            Meaning::OwnDevices => Vec::new(),
        }
    }

    /// The devices that are a destination by an address of their own.
    pub(super) fn destinations(&self, rule: &Rule) -> Bits {
        super::sources::devices_among(&rule.dst, &self.rules.meanings, self.tailnet)
    }
}
