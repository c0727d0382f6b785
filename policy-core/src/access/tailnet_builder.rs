//! Builds a [`Tailnet`] from a policy and its facts.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::access::approval;
use crate::access::declarations::Declarations;
use crate::access::interval::{IntervalTree, single};
use crate::access::tailnet::{DeviceId, Node, Person, Tailnet};
use crate::model::{AddressRange, Dialect, Policy, Role};

impl<'p> Tailnet<'p> {
    /// Indexes the facts of `policy` and the names that it declares.
    pub fn new(policy: &'p Policy) -> Self {
        let (facts, dialect) = (&policy.facts, policy.dialect);
        let mut users: Vec<(&'p str, Option<Role>, Vec<DeviceId>)> =
            facts.users.iter().map(|user| (user.email.as_str(), user.role, Vec::new())).collect();
        let mut by_login = HashMap::new();
        let mut by_name = HashMap::new();
        for (id, user) in facts.users.iter().enumerate() {
            by_login.entry(Self::login_key(dialect, &user.email)).or_insert(id);
            by_name.entry(user.name.as_str()).or_insert(id);
        }
        // headscale also accepts a user's name as their login. In `policy!`, users have other
        // names.
        if dialect == Dialect::Headscale && !facts.are_in_source() {
            for (id, user) in facts.users.iter().enumerate() {
                by_login.entry(Self::login_key(dialect, &user.name)).or_insert(id);
                if !user.has_email() {
                    by_login.entry(String::new()).or_insert(id);
                }
            }
        }
        let mut tags: HashMap<String, Vec<DeviceId>> = HashMap::new();
        let (mut tagged, mut members) = (Vec::new(), Vec::new());
        let mut devices = Vec::with_capacity(facts.devices.len());
        for (id, fact) in facts.devices.iter().enumerate() {
            let owner = fact.owner.as_ref().filter(|_| fact.tags.is_empty());
            let user = owner.map(|owner| {
                let known =
                    by_name.get(owner.as_str()).or_else(|| by_login.get(&Self::login_key(dialect, owner))).copied();
                known.unwrap_or_else(|| {
                    by_login.insert(Self::login_key(dialect, owner), users.len());
                    users.push((owner.as_str(), None, Vec::new()));
                    users.len() - 1
                })
            });
            if let Some((_, _, devices)) = user.and_then(|user| users.get_mut(user)) {
                devices.push(id);
                members.push(id);
            }
            for tag in &fact.tags {
                let devices = tags.entry(Self::tag_key(dialect, &tag.text)).or_default();
                if devices.last() != Some(&id) {
                    devices.push(id);
                }
            }
            if !fact.tags.is_empty() {
                tagged.push(id);
            }
            let addresses = fact.ipv4.map(IpAddr::from).into_iter().chain(fact.ipv6.map(IpAddr::from)).collect();
            let (routes, primary_routes, exit_routes) = (Vec::new(), Vec::new(), Vec::new());
            devices.push(Node { fact, user, addresses, routes, primary_routes, exit_routes });
        }
        let addresses = index(&devices, |node| node.addresses.iter().map(|&address| single(address)).collect());
        let mut tailnet = Tailnet {
            dialect,
            addresses,
            routers: IntervalTree::new(Vec::new()),
            exit_nodes: Vec::new(),
            everyone: (0..devices.len()).collect(),
            has_all_addresses: !devices.is_empty() && devices.iter().all(|node| !node.addresses.is_empty()),
            devices,
            users: users
                .into_iter()
                .map(|(email, role, devices)| Person { email, role, devices: devices.into() })
                .collect(),
            by_login,
            tags: tags.into_iter().map(|(tag, devices)| (tag, devices.into())).collect(),
            tagged: tagged.into(),
            members: members.into(),
            declarations: Declarations::new(policy),
            routes: Vec::new(),
        };
        tailnet.set_routes(policy);
        tailnet
    }

    /// Routes come last: approvers are selectors, which are resolved to devices.
    fn set_routes(&mut self, policy: &'p Policy) {
        let approved = approval::approve(policy, self);
        for (id, (node, approved)) in self.devices.iter_mut().zip(approved).enumerate() {
            (node.exit_routes, node.routes) = approved.into_iter().partition(|route| route.length == 0);
            if !node.exit_routes.is_empty() {
                self.exit_nodes.push(id);
            }
        }
        let primary_routes = approval::assign_primary_routes(self);
        for (node, primary_routes) in self.devices.iter_mut().zip(primary_routes) {
            node.primary_routes = primary_routes;
        }
        self.routers = index(&self.devices, |node| node.routes.iter().map(|route| route.range()).collect());
        self.routes = self.devices.iter().flat_map(|node| node.routes.iter().copied()).collect();
        self.routes.sort_unstable_by_key(|route| (route.address, route.length));
        self.routes.dedup();
    }
}

/// Builds an index of the devices by ranges of addresses.
fn index(devices: &[Node], ranges: impl Fn(&Node) -> Vec<AddressRange>) -> IntervalTree<DeviceId> {
    let each = devices.iter().enumerate();
    IntervalTree::new(each.flat_map(|(id, node)| ranges(node).into_iter().map(move |range| (range, id))).collect())
}
