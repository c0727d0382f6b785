//! The routes of peers that a device may send packets to.

use std::collections::{BTreeSet, HashMap};

use crate::compile::filter::Filters;
use crate::compile::filter_rule::FilterTarget;
use crate::compile::rule::{CompiledRule, CompiledRules};
use crate::compile::source_sets::{FilterAddressId, SourceSetId, SourceSets};
use policy_core::access::{BitSet, DeviceId, FilterAddress, IntervalTree, Resolution, Tailnet, overlap, sorted};
use policy_core::model::Prefix;

/// A route of a router, and the devices that get it.
#[derive(Debug)]
pub(super) struct OfferedRoute {
    pub(super) router: DeviceId,
    pub(super) route: Prefix,
    /// A set for each route is much smaller than a list of routes for each device.
    pub(super) viewers: BitSet,
}

/// The data that decides which routes a device gets.
pub(super) struct Routing<'c, 'p> {
    pub(super) tailnet: &'c Tailnet<'p>,
    pub(super) rules: &'c CompiledRules<'p>,
    pub(super) sources: &'c SourceSets,
    pub(super) filters: &'c Filters<'p>,
    /// The devices that each group of rules lets in.
    pub(super) admitted: &'c [BitSet],
    pub(super) peers: &'c [BitSet],
}

/// Returns the routes that devices get from their peers, router by router.
///
/// A device gets a subnet route if it may exchange packets with it in either direction. It gets it
/// from the primary router, or from the router that `via` selects for the device. It gets an exit
/// route if the exit node's filter lets it through. `routes-e3-ha-secondary-no-route-in-allowedips`
/// `via-grant-v37` `routes-ea1-exitnode-field-basic`
pub(super) fn offered(routing: &Routing) -> Vec<OfferedRoute> {
    let Routing { tailnet, peers, .. } = *routing;
    let mut offered = Vec::new();
    if tailnet.devices.iter().all(|node| node.routes.is_empty() && node.exit_routes.is_empty()) {
        return offered;
    }
    let route_ids: HashMap<Prefix, usize> = tailnet.routes.iter().enumerate().map(|(id, &route)| (route, id)).collect();
    let interested = routing.interested(&route_ids);
    let steered = routing.steered();
    for (router, node) in tailnet.devices.iter().enumerate() {
        let Some(seen_by) = peers.get(router) else { continue };
        for &route in &node.routes {
            let is_primary = node.primary_routes.contains(&route);
            let steered = steered.get(&(router, route));
            if !is_primary && steered.is_none() {
                continue;
            }
            let mut viewers = routing.admitted_to(router, |address| address.overlaps(route.range()));
            let interested = route_ids.get(&route).and_then(|&id| interested.get(id));
            interested.into_iter().for_each(|interested| viewers.add_all(interested));
            viewers.keep_all(seen_by);
            if let (false, Some(steered)) = (is_primary, steered) {
                viewers.keep_all(steered);
            }
            offered.push(OfferedRoute { router, route, viewers });
        }
        if !node.exit_routes.is_empty() {
            let mut viewers =
                routing.admitted_to(router, |address| matches!(address, FilterAddress::Any | FilterAddress::Span(_)));
            viewers.keep_all(seen_by);
            let offer = |&route| OfferedRoute { router, route, viewers: viewers.clone() };
            offered.extend(node.exit_routes.iter().map(offer));
        }
    }
    offered
}

impl Routing<'_, '_> {
    /// Returns the devices that a device's filter admits to a matching destination.
    fn admitted_to(&self, device: DeviceId, is_destination: impl Fn(FilterAddress) -> bool) -> BitSet {
        let mut admitted = BitSet::new(self.tailnet.devices.len());
        let is_destination = |address: FilterAddressId| is_destination(self.sources.address_of(address));
        for membership in self.filters.of_devices.get(device).into_iter().flatten() {
            let leads_there = match membership.target {
                FilterTarget::Own => self.sources.own(device).iter().any(|&address| is_destination(address)),
                FilterTarget::Address(address) => is_destination(address),
            };
            if let (true, Some(devices)) = (leads_there, self.admitted.get(membership.group)) {
                admitted.add_all(devices);
            }
        }
        admitted
    }

    /// Returns, for each route, the devices that get it regardless of their access: devices whose
    /// filters have sources in it, and its routers, which know which of them is the primary one.
    /// `via-grant-v38`
    fn interested(&self, route_ids: &HashMap<Prefix, usize>) -> Vec<BitSet> {
        let (devices, routes) = (&self.tailnet.devices, &self.tailnet.routes);
        let index = IntervalTree::new(routes.iter().enumerate().map(|(id, route)| (route.range(), id)).collect());
        let mut of_sets: Vec<Option<BitSet>> = vec![None; self.sources.len()];
        let of_groups: Vec<BitSet> = self
            .filters
            .groups
            .iter()
            .map(|group| {
                let mut heard = BitSet::new(routes.len());
                for set in self.filters.sources_of(group) {
                    let Some(of_set) = of_sets.get_mut(set) else { continue };
                    heard.add_all(of_set.get_or_insert_with(|| self.routes_among(&index, set)));
                }
                heard
            })
            .collect();
        let mut interested = vec![BitSet::new(devices.len()); routes.len()];
        for (device, memberships) in self.filters.of_devices.iter().enumerate() {
            let mut heard = BitSet::new(routes.len());
            let of_groups = memberships.iter().filter_map(|membership| of_groups.get(membership.group));
            of_groups.for_each(|of_group| heard.add_all(of_group));
            let own = devices.get(device).into_iter().flat_map(|node| &node.routes);
            own.filter_map(|route| route_ids.get(route)).for_each(|&route| heard.insert(route));
            for route in heard.iter() {
                if let Some(interested) = interested.get_mut(route) {
                    interested.insert(device);
                }
            }
        }
        interested
    }

    fn routes_among(&self, index: &IntervalTree<usize>, set: SourceSetId) -> BitSet {
        let mut among = BitSet::new(self.tailnet.routes.len());
        for address in self.sources.addresses(set) {
            match address.range() {
                Some(range) => index.overlapping(range).for_each(|route| among.insert(route)),
                None => (0..self.tailnet.routes.len()).for_each(|route| among.insert(route)),
            }
        }
        among
    }

    /// Returns, for each router and route, the devices that `via` directs there.
    ///
    /// If a grant names several routers of a route, the primary one carries it. If none is primary,
    /// this assumes the first one in the facts. No capture shows that case. If a grant without
    /// `via` allows the same access, the primary router carries it. `via-grant-v45`
    fn steered(&self) -> HashMap<(DeviceId, Prefix), BitSet> {
        let tailnet = self.tailnet;
        let mut plain = PlainRules::new(self.rules, tailnet);
        let mut steered: HashMap<(DeviceId, Prefix), BitSet> = HashMap::new();
        for rule in self.rules.list.iter().filter(|rule| !rule.parts.is_empty()) {
            let Some(routers) = self.rules.routers(rule) else { continue };
            let mut chosen: HashMap<Prefix, (bool, DeviceId)> = HashMap::new();
            for router in routers.iter() {
                let Some(node) = tailnet.devices.get(router) else { continue };
                for &route in node.routes.iter().filter(|route| self.is_destination(rule, **route)) {
                    let is_primary = node.primary_routes.contains(&route);
                    let choice = chosen.entry(route).or_insert((is_primary, router));
                    if is_primary && !choice.0 {
                        *choice = (true, router);
                    }
                }
            }
            let origins = tailnet.devices_of(self.rules.resolutions_of(&rule.src));
            for (route, (_, router)) in chosen {
                let viewers = steered.entry((router, route)).or_insert_with(|| BitSet::new(tailnet.devices.len()));
                let plain = plain.origins(route);
                origins.iter().filter(|&viewer| !plain.contains(viewer)).for_each(|viewer| viewers.insert(viewer));
            }
        }
        steered
    }

    fn is_destination(&self, rule: &CompiledRule, route: Prefix) -> bool {
        let mut destinations = rule.dst.iter().filter_map(|&id| self.rules.resolutions.get(id));
        destinations.any(|resolution| match resolution {
            Resolution::Addresses(ranges) => ranges.iter().any(|&range| overlap(range, route.range())),
            _ => false,
        })
    }
}

/// Rules without `via`, looked up by route.
struct PlainRules<'c, 'p> {
    rules: &'c CompiledRules<'p>,
    tailnet: &'c Tailnet<'p>,
    by_destination: IntervalTree<usize>,
    /// Rules whose destination is everything.
    everywhere: Vec<usize>,
    /// The sources of the rules to each route, computed on first use.
    known: HashMap<Prefix, BitSet>,
}

impl<'c, 'p> PlainRules<'c, 'p> {
    fn new(rules: &'c CompiledRules<'p>, tailnet: &'c Tailnet<'p>) -> Self {
        let (mut ranges, mut everywhere) = (Vec::new(), Vec::new());
        for (id, rule) in rules.list.iter().enumerate().filter(|(_, rule)| rule.via.is_none()) {
            for &(destination, _) in rule.parts.iter().flat_map(|part| &part.destinations) {
                match rules.resolutions.get(destination) {
                    Some(Resolution::Everything | Resolution::AnyAddress) => everywhere.push(id),
                    Some(Resolution::Addresses(to)) => ranges.extend(to.iter().map(|&range| (range, id))),
                    _ => {}
                }
            }
        }
        everywhere.dedup();
        PlainRules { rules, tailnet, by_destination: IntervalTree::new(ranges), everywhere, known: HashMap::new() }
    }

    /// Returns the devices that a rule without `via` allows to reach a route.
    fn origins(&mut self, route: Prefix) -> &BitSet {
        let PlainRules { rules, tailnet, by_destination, everywhere, known } = self;
        known.entry(route).or_insert_with(|| {
            let leading: BTreeSet<usize> =
                by_destination.overlapping(route.range()).chain(everywhere.iter().copied()).collect();
            let leading = leading.iter().filter_map(|&id| rules.list.get(id));
            let sources = sorted::sort(leading.flat_map(|rule| rule.src.iter().copied()).collect());
            tailnet.devices_of(rules.resolutions_of(&sources))
        })
    }
}
