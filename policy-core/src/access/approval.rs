//! Decides which advertised routes are approved, and which of several routers is the primary one.

use std::collections::{HashMap, HashSet};

use crate::access::bit_set::BitSet;
use crate::access::interval::IntervalTree;
use crate::access::tailnet::{DeviceId, Tailnet};
use crate::model::{Device, Policy, Prefix, Selector};

/// Returns the approved routes of each device: those that the facts list, or if they list none,
/// those that `autoApprovers` approves.
///
/// A subnet route must be inside a key of `routes`, and the device must be one of the key's
/// approvers. An exit route is approved by `exitNode` only. `routes-d3-exact-prefix-approval`
/// `routes-ea6-routes-map-exit-basic`
pub fn approve(policy: &Policy, tailnet: &Tailnet) -> Vec<Vec<Prefix>> {
    let is_open = |device: &Device| device.approved.origin.is_none() && !device.routable.is_empty();
    let mut approvers = None;
    let devices = policy.facts.devices.iter().enumerate();
    devices
        .map(|(id, device)| {
            let mut routes: Vec<Prefix> = if is_open(device) {
                let approvers = approvers.get_or_insert_with(|| Approvers::new(policy, tailnet));
                let advertised = device.routable.iter().map(|network| network.prefix.masked());
                advertised.filter(|&route| approvers.approve(id, route)).collect()
            } else {
                device.approved.iter().map(|network| network.prefix.masked()).collect()
            };
            let mut seen = HashSet::new();
            routes.retain(|&route| seen.insert(route));
            routes
        })
        .collect()
}

/// `autoApprovers`, with the devices of each entry.
struct Approvers {
    keys: IntervalTree<(Prefix, usize)>,
    /// The devices that each key approves.
    devices: Vec<BitSet>,
    exit_nodes: BitSet,
}

impl Approvers {
    fn new(policy: &Policy, tailnet: &Tailnet) -> Self {
        let entries = &policy.auto_approvers.routes;
        let keys = entries.iter().map(|entry| entry.network.prefix.masked()).enumerate();
        Approvers {
            keys: IntervalTree::new(keys.map(|(id, prefix)| (prefix.range(), (prefix, id))).collect()),
            devices: entries.iter().map(|entry| named(tailnet, &entry.approvers)).collect(),
            exit_nodes: named(tailnet, &policy.auto_approvers.exit_node),
        }
    }

    fn approve(&self, device: DeviceId, route: Prefix) -> bool {
        if route.length == 0 {
            return self.exit_nodes.contains(device);
        }
        let mut keys = self.keys.overlapping(route.range()).filter(|(key, _)| key.contains(route));
        keys.any(|(_, id)| self.devices.get(id).is_some_and(|devices| devices.contains(device)))
    }
}

fn named(tailnet: &Tailnet, approvers: &[Selector]) -> BitSet {
    let resolutions: Vec<_> = approvers.iter().map(|approver| tailnet.resolve(approver)).collect();
    tailnet.devices_of(&resolutions)
}

/// Returns the subnet routes that each device is the primary router for. The control plane elects
/// the primary router, so the facts name it. If no device claims a route, the first router without
/// `primary_routes` is assumed, as in a new tailnet.
pub fn assign_primary_routes(tailnet: &Tailnet) -> Vec<Vec<Prefix>> {
    let mut assigned: Vec<Vec<Prefix>> = vec![Vec::new(); tailnet.devices.len()];
    let mut silent: HashMap<Prefix, DeviceId> = HashMap::new();
    let mut claimed: HashSet<Prefix> = HashSet::new();
    for (id, node) in tailnet.devices.iter().enumerate() {
        let primary: HashSet<Prefix> = node.fact.primary.iter().map(|network| network.prefix.masked()).collect();
        for &route in &node.routes {
            if primary.contains(&route) {
                claimed.insert(route);
                if let Some(routes) = assigned.get_mut(id) {
                    routes.push(route);
                }
            } else if node.fact.primary.origin.is_none() {
                silent.entry(route).or_insert(id);
            }
        }
    }
    for (route, id) in silent {
        if let (false, Some(routes)) = (claimed.contains(&route), assigned.get_mut(id)) {
            routes.push(route);
        }
    }
    assigned
}
