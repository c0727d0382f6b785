//! Which routes of its peers a device may send to.

use std::collections::HashMap;

use crate::model::Prefix;

use super::bits::Bits;
use super::block::{Block, RangeIndex, overlap};
use super::filter::Filters;
use super::peers::sources_of;
use super::rule::Rules;
use super::sources::{SourceId, Sources, devices_among};
use super::tailnet::{DeviceId, Meaning, Tailnet};

/// Of each device, the peers whose routes it is shown, and these routes.
pub(super) type PeerRoutes = Vec<Vec<(DeviceId, Vec<Prefix>)>>;

/// What routes are decided by.
pub(super) struct Routing<'c, 'p> {
    pub(super) tailnet: &'c Tailnet<'p>,
    pub(super) rules: &'c Rules<'p>,
    pub(super) sources: &'c Sources,
    pub(super) filters: &'c Filters<'p>,
    /// The devices behind each set of sources.
    pub(super) behind: &'c [Bits],
    pub(super) peers: &'c [Bits],
}

/// The routes of peers.
///
/// A subnet route is shown at its elected router, or at the one that `via` steers the device to, if the device may go
/// there or may get packets from there; an exit route, if the exit node lets the device out. `routes-e3-ha-secondary-no-route-in-allowedips`
/// `via-grant-v37` `routes-ea1-exitnode-field-basic`
pub(super) fn peer_routes(routing: &Routing) -> PeerRoutes {
    let Routing { tailnet, peers, .. } = *routing;
    let size = tailnet.devices.len();
    let mut shown: PeerRoutes = vec![Vec::new(); size];
    if tailnet.devices.iter().all(|node| node.routes.is_empty() && node.exit_routes.is_empty()) {
        return shown;
    }
    let hearing = routing.hearing();
    let steered = routing.steered();
    let route_ids: HashMap<Prefix, usize> = tailnet.routes.iter().enumerate().map(|(id, &route)| (route, id)).collect();
    for (router, node) in tailnet.devices.iter().enumerate() {
        let Some(seen_by) = peers.get(router) else { continue };
        let mut show = |viewer: DeviceId, route: Prefix| {
            let Some(list) = shown.get_mut(viewer) else { return };
            match list.last_mut() {
                Some((last, routes)) if *last == router => routes.push(route),
                _ => list.push((router, vec![route])),
            }
        };
        for &route in &node.routes {
            let is_elected = node.elected.contains(&route);
            let steered = steered.get(&(router, route));
            if !is_elected && steered.is_none() {
                continue;
            }
            let admitted = routing.admitted(router, |block| block.overlaps(route.range()));
            let heard = route_ids.get(&route).and_then(|&id| hearing.get(id));
            for viewer in seen_by.iter() {
                // Routers of one route that are peers know which of them is elected, whatever they may reach. `via-grant-v38`
                let shares = tailnet.devices.get(viewer).is_some_and(|node| node.routes.contains(&route));
                let reaches = admitted.contains(viewer) || heard.is_some_and(|heard| heard.contains(viewer));
                if (reaches || shares) && (is_elected || steered.is_some_and(|steered| steered.contains(viewer))) {
                    show(viewer, route);
                }
            }
        }
        if !node.exit_routes.is_empty() {
            let admitted = routing.admitted(router, |block| matches!(block, Block::Any | Block::Span(_)));
            for viewer in seen_by.iter().filter(|&viewer| admitted.contains(viewer)) {
                node.exit_routes.iter().for_each(|&route| show(viewer, route));
            }
        }
    }
    shown
}

impl Routing<'_, '_> {
    /// The devices that a device's filter lets go to some destination.
    fn admitted(&self, device: DeviceId, is_destination: impl Fn(Block) -> bool) -> Bits {
        let mut admitted = Bits::new(self.tailnet.devices.len());
        let entries = self.filters.of_devices.get(device).map_or(&[][..], |filter| &filter.network);
        let mut last = None;
        for entry in entries {
            if last == Some(entry.slot) || !is_destination(self.sources.block_of(entry.block)) {
                continue;
            }
            last = Some(entry.slot);
            let behind = self.filters.slots.get(entry.slot as usize).and_then(|slot| self.behind.get(slot.sources));
            behind.into_iter().for_each(|behind| admitted.add_all(behind));
        }
        admitted
    }

    /// For each route the devices whose filters have sources in it.
    fn hearing(&self) -> Vec<Bits> {
        let routes = &self.tailnet.routes;
        let index = RangeIndex::new(routes.iter().enumerate().map(|(id, route)| (route.range(), id)).collect());
        let mut of_sets: Vec<Option<Bits>> = vec![None; self.sources.len()];
        let mut hearing = vec![Bits::new(self.tailnet.devices.len()); routes.len()];
        for device in 0..self.tailnet.devices.len() {
            let mut heard = Bits::new(routes.len());
            for set in sources_of(self.filters, device) {
                let Some(of_set) = of_sets.get_mut(set) else { continue };
                heard.add_all(of_set.get_or_insert_with(|| self.routes_among(&index, set)));
            }
            for route in heard.iter() {
                if let Some(hearing) = hearing.get_mut(route) {
                    hearing.insert(device);
                }
            }
        }
        hearing
    }

    fn routes_among(&self, index: &RangeIndex<usize>, set: SourceId) -> Bits {
        let mut among = Bits::new(self.tailnet.routes.len());
        for block in self.sources.blocks(set) {
            match block.range() {
                Some(range) => index.overlapping(range).for_each(|route| among.insert(route)),
                None => (0..self.tailnet.routes.len()).for_each(|route| among.insert(route)),
            }
        }
        among
    }

    /// The devices that `via` sends to a router for a route.
    ///
    /// Of several routers of one grant it is the elected one; if none of them is, the first of the facts, which no
    /// capture shows. Where a grant without `via` allows the same, election decides. `via-grant-v45`
    fn steered(&self) -> HashMap<(DeviceId, Prefix), Bits> {
        let (tailnet, meanings) = (self.tailnet, &self.rules.meanings);
        let mut steered: HashMap<(DeviceId, Prefix), Bits> = HashMap::new();
        for rule in &self.rules.list {
            let Some(routers) = &rule.via else { continue };
            if rule.parts.is_empty() {
                continue;
            }
            let ranges = rule.dst.iter().filter_map(|&id| match meanings.get(id) {
                Some(Meaning::Addresses(ranges)) => Some(ranges.as_slice()),
                _ => None,
            });
            let ranges: Vec<_> = ranges.flatten().copied().collect();
            let mut chosen: HashMap<Prefix, (bool, DeviceId)> = HashMap::new();
            for router in routers.iter() {
                let Some(node) = tailnet.devices.get(router) else { continue };
                for &route in &node.routes {
                    if ranges.iter().any(|&range| overlap(range, route.range())) {
                        let elected = node.elected.contains(&route);
                        let choice = chosen.entry(route).or_insert((elected, router));
                        if elected && !choice.0 {
                            *choice = (true, router);
                        }
                    }
                }
            }
            let origins = devices_among(&rule.src, meanings, tailnet);
            for (route, (_, router)) in chosen {
                let plain = self.plainly_allowed(route);
                let viewers = steered.entry((router, route)).or_insert_with(|| Bits::new(tailnet.devices.len()));
                origins.iter().filter(|&viewer| !plain.contains(viewer)).for_each(|viewer| viewers.insert(viewer));
            }
        }
        steered
    }

    /// The devices that some rule without `via` lets go to a route.
    fn plainly_allowed(&self, route: Prefix) -> Bits {
        let meanings = &self.rules.meanings;
        let covers = |id: usize| match meanings.get(id) {
            Some(Meaning::Everything | Meaning::AnyAddress) => true,
            Some(Meaning::Addresses(ranges)) => ranges.iter().any(|&range| overlap(range, route.range())),
            _ => false,
        };
        let mut allowed = Bits::new(self.tailnet.devices.len());
        for rule in self.rules.list.iter().filter(|rule| rule.via.is_none()) {
            let mut destinations = rule.parts.iter().flat_map(|part| &part.destinations);
            if destinations.any(|&(id, _)| covers(id)) {
                allowed.add_all(&devices_among(&rule.src, meanings, self.tailnet));
            }
        }
        allowed
    }
}
