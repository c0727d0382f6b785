//! Peers: which devices see each other.

use crate::compile::filter::{Filters, headscale_ranges};
use crate::compile::rule::CompiledRules;
use policy_core::access::{BitSet, DeviceId, Resolution, Tailnet};
use policy_core::model::{AddressRange, Dialect, Prefix};

/// Returns, for each group of rules, the devices that the rules let in. `behind` has the devices
/// behind each set of sources.
pub(super) fn admitted(size: usize, filters: &Filters, behind: &[BitSet]) -> Vec<BitSet> {
    let groups = filters.groups.iter().map(|group| {
        let mut admitted = BitSet::new(size);
        let sources = filters.sources_of(group).into_iter();
        sources.filter_map(|id| behind.get(id)).for_each(|devices| admitted.add_all(devices));
        admitted
    });
    groups.collect()
}

/// Returns the peers of each device. Two devices see each other if the filter of one has the other
/// among its sources, by an address or by an approved subnet route. `acl-t01`
/// `routes-f11-subnet-to-subnet-bidirectional`
pub(super) fn peers(tailnet: &Tailnet, rules: &CompiledRules, filters: &Filters, admitted: &[BitSet]) -> Vec<BitSet> {
    let size = tailnet.devices.len();
    let mut peers: Vec<BitSet> = vec![BitSet::new(size); size];
    for (memberships, peers) in filters.of_devices.iter().zip(&mut peers) {
        let seen = memberships.iter().filter(|membership| membership.makes_peers);
        let groups = seen.filter_map(|membership| admitted.get(membership.group));
        groups.for_each(|devices| peers.add_all(devices));
    }
    if tailnet.dialect == Dialect::Headscale {
        routers_as_sources(tailnet, rules, &mut peers);
    }
    for (device, seen) in peers.clone().iter().enumerate() {
        for other in seen.iter() {
            if let Some(peers) = peers.get_mut(other) {
                peers.insert(device);
            }
        }
    }
    // A grant with `via` and only `app` is in no filter, but still makes peers. Only one held-out
    // case shows which. This assumes that its sources see the routers that would carry the same
    // grant with `ip`. headscale ignores such a grant.
    let is_tailscale = tailnet.dialect == Dialect::Tailscale;
    for rule in rules.list.iter().filter(|rule| is_tailscale && rule.app.is_some() && rule.parts.is_empty()) {
        let Some(routers) = rules.routers(rule) else { continue };
        let origins = tailnet.devices_of(rules.resolutions_of(&rule.src));
        let carriers =
            rule.dst.iter().filter_map(|&id| rules.resolutions.get(id)).flat_map(|dst| carriers(tailnet, dst));
        for router in carriers.filter(|&router| routers.contains(router)) {
            for (a, b) in origins.iter().flat_map(|origin| [(router, origin), (origin, router)]) {
                if let Some(peers) = peers.get_mut(a) {
                    peers.insert(b);
                }
            }
        }
    }
    for (device, peers) in peers.iter_mut().enumerate() {
        peers.remove(device);
    }
    peers
}

/// Adds the peers of routers that are named in a grant's `via` and are sources of the same grant.
/// Such a router sees all devices behind the destination. headscale makes two devices peers if the
/// rules of either allow access to the other, and a router's rules are about the whole destination.
fn routers_as_sources(tailnet: &Tailnet, rules: &CompiledRules, peers: &mut [BitSet]) {
    for rule in rules.list.iter().filter(|rule| !rule.parts.is_empty()) {
        let Some(routers) = rules.routers(rule) else { continue };
        let mut sources = tailnet.devices_of(rules.resolutions_of(&rule.src));
        let ranges = rules.resolutions_of(&rule.src).flat_map(headscale_ranges);
        ranges.flat_map(|range| tailnet.routers.overlapping(range)).for_each(|device| sources.insert(device));
        for destination in rules.resolutions_of(&rule.dst) {
            let ranges = headscale_ranges(destination);
            let is_internet = |range: &AddressRange| {
                [Prefix::ALL_IPV4, Prefix::ALL_IPV6].into_iter().any(|all| range.contains(all.range()))
            };
            let exits = matches!(destination, Resolution::Internet) || ranges.iter().any(is_internet);
            let exit_nodes = tailnet.exit_nodes.iter().copied().filter(|_| exits);
            let behind = |&range| tailnet.addresses.overlapping(range).chain(tailnet.routers.overlapping(range));
            let behind: Vec<DeviceId> = ranges.iter().flat_map(behind).chain(exit_nodes).collect();
            let carriers = carriers(tailnet, destination).into_iter();
            for router in carriers.filter(|&router| routers.contains(router) && sources.contains(router)) {
                if let Some(peers) = peers.get_mut(router) {
                    behind.iter().for_each(|&device| peers.insert(device));
                }
            }
        }
    }
}

/// Returns the routers that carry packets to a destination.
fn carriers(tailnet: &Tailnet, destination: &Resolution) -> Vec<DeviceId> {
    match destination {
        Resolution::Addresses(ranges) => ranges.iter().flat_map(|&range| tailnet.routers.overlapping(range)).collect(),
        Resolution::Internet => tailnet.exit_nodes.clone(),
        _ => Vec::new(),
    }
}
