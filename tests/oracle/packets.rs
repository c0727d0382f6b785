//! All packets that can be sent between the devices of a world.

use std::collections::BTreeMap;
use std::net::IpAddr;

use policy_oracle::network::{End, Network};

/// Addresses outside the tailnet. Some of them appear in every case.
const BEYOND: [&str; 17] = [
    "8.8.8.8",
    "2606:4700::1",
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.5",
    "10.0.0.9",
    "10.9.0.5",
    "192.168.0.1",
    "198.51.100.1",
    "203.0.113.7",
    "203.0.113.100",
    "203.0.113.200",
    "2001:db8::7",
    "2001:db8::9",
    "2001:db8:8000::1",
    "fd7a:115c:a1e0:b1a:0:7:a00:2",
    "fd7a:115c:a1e0:b1a:0:7:a00:9",
];

/// Returns addresses outside the tailnet.
pub(crate) fn beyond() -> Vec<IpAddr> {
    BEYOND.iter().map(|address| address.parse().unwrap()).collect()
}

/// A pair of ends, with the packets that pass from one to the other.
pub(crate) type Flow = (End, End, u16);

/// Returns every pair of ends of the same family between which a packet can be sent, with the
/// packets that pass. Packets from a user of another tailnet to their own devices do not pass
/// through this tailnet.
pub(crate) fn flows(network: &Network) -> Vec<Flow> {
    let beyond = beyond();
    let mut addresses: Vec<IpAddr> = network.own().iter().map(|end| end.address).collect();
    addresses.extend(&beyond);
    let mut flows = Vec::new();
    for from in network.sources(&beyond) {
        // A service cannot send.
        if network.devices[from.device].service.is_some() {
            continue;
        }
        for &address in addresses.iter().filter(|address| address.is_ipv4() == from.address.is_ipv4()) {
            let destinations = network.destinations(from.device, address).into_iter();
            let is_elsewhere = |to: &End| {
                let [from, to] = [from.device, to.device].map(|device| &network.devices[device]);
                from.is_shared && from.login == to.login
            };
            for to in destinations.filter(|to| !is_elsewhere(to)) {
                flows.push((from, to, network.open(from, to)));
            }
        }
    }
    flows
}

/// Returns the packets that pass from each address of a device, or behind it, to each address.
pub(crate) fn open(network: &Network) -> BTreeMap<(IpAddr, usize, IpAddr), u16> {
    let mut open = BTreeMap::new();
    for (from, to, packets) in flows(network) {
        *open.entry((from.address, from.device, to.address)).or_default() |= packets;
    }
    open
}
