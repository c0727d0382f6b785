//! Routers that carry packets to addresses outside the tailnet.

use std::net::IpAddr;

use policy_core::access::{AccessRule, Denotation, DeviceId, SelectorId, SelectorIndex, Tailnet};
use policy_core::access::{may_be_behind_exit_node, overlap, single};
use policy_core::model::{AddressRange, Prefix};
use policy_core::proof::with_any_tag;

use crate::compile::Compiled;

/// The devices of the facts that may carry packets to an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Carriers {
    /// Subnet routers that have an approved route to the address in the facts.
    pub(super) subnet: Vec<DeviceId>,
    /// Exit nodes, which carry packets that `autogroup:internet` and `*` allow.
    pub(super) exit: Vec<DeviceId>,
    /// True if only the source itself routes the address.
    pub(super) is_own_route: bool,
}

/// Returns whether an address is behind a router, so that it cannot belong to a device.
pub(crate) fn is_beyond_tailnet(address: IpAddr) -> bool {
    !Tailnet::is_in_tailnet(single(address))
}

impl Carriers {
    /// Returns the routers that carry packets from anywhere in the tailnet to some of these
    /// addresses.
    pub(crate) fn to(tailnet: &Tailnet, ranges: &[AddressRange]) -> Carriers {
        let routers = ranges.iter().flat_map(|&range| tailnet.routers.overlapping(range));
        let leads_there = |route: &Prefix| {
            ranges.iter().any(|&range| overlap(route.range(), range) && may_be_behind_exit_node(range))
        };
        let is_exit = |device: &DeviceId| {
            tailnet.devices.get(*device).is_some_and(|node| node.exit_routes.iter().any(leads_there))
        };
        let exit = tailnet.exit_nodes.iter().copied().filter(is_exit).collect();
        let mut subnet: Vec<DeviceId> = routers.collect();
        subnet.sort_unstable();
        subnet.dedup();
        Carriers { subnet, exit, is_own_route: false }
    }

    /// Returns the routers that carry packets from a device to an address. They are the routers
    /// with the narrowest route to it, any of which may be the primary router, or otherwise the
    /// exit nodes that the device may use.
    pub(super) fn from(compiled: &Compiled, device: DeviceId, address: IpAddr) -> Carriers {
        let leads_there = |route: &Prefix| overlap(route.range(), single(address));
        let (mut subnet, mut exit) = (Vec::new(), Vec::new());
        let mut narrowest = 0;
        for (router, route) in compiled.peer_routes(device).filter(|(_, route)| leads_there(route)) {
            if route.length == 0 {
                exit.extend(may_be_behind_exit_node(single(address)).then_some(router));
                continue;
            }
            if route.length > narrowest {
                narrowest = route.length;
                subnet.clear();
            }
            if route.length == narrowest {
                subnet.push(router);
            }
        }
        if !subnet.is_empty() {
            exit.clear();
        }
        let own = compiled.tailnet.devices.get(device);
        let is_own_route = own.is_some_and(|node| node.routes.iter().any(leads_there));
        Carriers { is_own_route: is_own_route && subnet.is_empty(), subnet, exit }
    }

    /// Returns the carriers without the device that sends the packets.
    pub(super) fn without(&self, device: Option<DeviceId>) -> Carriers {
        let others = |all: &[DeviceId]| all.iter().copied().filter(|&one| Some(one) != device).collect();
        Carriers { subnet: others(&self.subnet), exit: others(&self.exit), is_own_route: self.is_own_route }
    }

    /// Returns whether a router carries what a rule allows to an address that these selectors name.
    /// A selector of addresses puts the rule into the filter of a subnet router,
    /// `autogroup:internet` into that of an exit node, and `*` into both.
    pub(crate) fn carry(
        &self,
        tailnet: &Tailnet,
        index: &SelectorIndex,
        rule: &AccessRule,
        named: &[SelectorId],
    ) -> bool {
        let via: Vec<&str> = rule.via().iter().map(|tag| tag.text.as_str()).collect();
        let may_carry = |devices: &[DeviceId]| !with_any_tag(tailnet, devices, &via).is_empty();
        let (mut by_subnet, mut by_exit) = (false, false);
        for id in rule.dst.iter().filter(|id| named.binary_search(id).is_ok()) {
            match index.denotations.get(*id) {
                Some(Denotation::Addresses(_)) => by_subnet = true,
                Some(Denotation::Internet) => by_exit = true,
                // The implicit rule of a policy without rules has no selector in the text.
                Some(Denotation::Everything) | None => {
                    by_subnet |= via.is_empty();
                    by_exit |= via.is_empty();
                }
                Some(_) => {}
            }
        }
        by_subnet && may_carry(&self.subnet) || by_exit && may_carry(&self.exit)
    }
}
