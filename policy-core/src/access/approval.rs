//! Which of the routes that devices advertise are approved, and which of several routers is elected.

use std::collections::{HashMap, HashSet};

use crate::access::bit_set::BitSet;
use crate::access::interval::IntervalTree;
use crate::access::tailnet::{DeviceId, Tailnet};
use crate::model::{Device, Policy, Prefix, Selector};

/// The approved routes of each device: those that the facts say, or else those that `autoApprovers` approves.
///
/// Some key of `routes` must contain a subnet route, and the device must be one of the key's approvers. An exit route
/// is approved by `exitNode` only. `routes-d3-exact-prefix-approval` `routes-ea6-routes-map-exit-basic`
pub fn approved(policy: &Policy, tailnet: &Tailnet) -> Vec<Vec<Prefix>> {
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

/// `autoApprovers`, with the devices that each entry is for.
struct Approvers {
    keys: IntervalTree<(Prefix, usize)>,
    /// The devices of each key.
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
    let meanings: Vec<_> = approvers.iter().map(|approver| tailnet.meaning(approver)).collect();
    tailnet.devices_of(&meanings)
}

/// The subnet routes for which each device is the elected router. Election is the control plane's, so facts tell of it;
/// if of no router they do, the first whose facts are silent is taken, as it would be on a tailnet that starts anew.
pub fn elected(tailnet: &Tailnet) -> Vec<Vec<Prefix>> {
    let mut elected: Vec<Vec<Prefix>> = vec![Vec::new(); tailnet.devices.len()];
    let mut silent: HashMap<Prefix, DeviceId> = HashMap::new();
    let mut served: HashSet<Prefix> = HashSet::new();
    for (id, node) in tailnet.devices.iter().enumerate() {
        let primary: HashSet<Prefix> = node.fact.primary.iter().map(|network| network.prefix.masked()).collect();
        for &route in &node.routes {
            if primary.contains(&route) {
                served.insert(route);
                if let Some(routes) = elected.get_mut(id) {
                    routes.push(route);
                }
            } else if node.fact.primary.origin.is_none() {
                silent.entry(route).or_insert(id);
            }
        }
    }
    for (route, id) in silent {
        if let (false, Some(routes)) = (served.contains(&route), elected.get_mut(id)) {
            routes.push(route);
        }
    }
    elected
}
