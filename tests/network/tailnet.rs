//! A tailnet: a policy with its devices, and the node of the laboratory that is each device.

use std::collections::BTreeMap;
use std::net::IpAddr;

use policy_analysis::Analysis as _;
use policy_core::ValidPolicy;
use policy_core::model::Prefix;
use serde_json::{Map, Value, json};

use crate::nodes::{self, world_behind};

/// A device that is a node of the laboratory.
#[derive(Debug)]
pub struct Device {
    /// Its name in the facts.
    pub name: String,
    /// The node.
    pub node: String,
    /// Its own addresses.
    pub addresses: Vec<IpAddr>,
    /// The login of its owner, unless it is tagged.
    pub login: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its approved routes, exit routes included.
    pub routes: Vec<Prefix>,
    /// Its configuration, as `policy compile` prints it.
    pub netmap: Value,
}

/// A policy with its devices.
#[derive(Debug)]
pub struct Tailnet {
    /// The devices.
    pub devices: Vec<Device>,
}

impl Tailnet {
    /// Compiles a policy with its facts. `None` if the laboratory has too few nodes or routers.
    pub fn new(policy: &ValidPolicy) -> Option<Tailnet> {
        let compiled = policy.compile();
        let netmaps = compiled.netmap_json();
        let (mut routers, mut ordinary): (Vec<String>, Vec<String>) =
            nodes::names().into_iter().rev().partition(|name| world_behind(name).is_some());
        let nodes = compiled.tailnet.devices.iter().enumerate();
        let mut devices = Vec::new();
        let is_router = |node: &policy_core::access::Node| !node.routes.is_empty() || !node.exit_routes.is_empty();
        let (first, last): (Vec<_>, Vec<_>) = nodes.partition(|(_, node)| is_router(node));
        for (id, node) in first.into_iter().chain(last) {
            let mut text = String::new();
            netmaps.device(id, &mut text);
            let netmap: Value = serde_json::from_str(&text).unwrap();
            let left =
                netmap["addresses"].as_array().map(|left| left.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            let is_left = |address: &IpAddr| {
                left.as_ref()
                    .is_none_or(|left| left.iter().any(|left| left.split('/').next() == Some(&address.to_string())))
            };
            devices.push((
                id,
                Device {
                    name: node.fact.name.to_string(),
                    node: if is_router(node) { routers.pop()? } else { ordinary.pop().or_else(|| routers.pop())? },
                    addresses: node.addresses.iter().copied().filter(is_left).collect(),
                    login: node.user.and_then(|user| Some(compiled.tailnet.users.get(user)?.email.to_owned())),
                    tags: node.fact.tags.iter().map(ToString::to_string).collect(),
                    routes: node.routes.iter().chain(&node.exit_routes).copied().collect(),
                    netmap,
                },
            ));
        }
        devices.sort_by_key(|(id, _)| *id);
        Some(Tailnet { devices: devices.into_iter().map(|(_, device)| device).collect() })
    }

    /// Returns the device with a name.
    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// Returns the routes that a device may use, each with the peer that carries it.
    pub fn peer_routes(&self, device: &Device) -> Vec<(&Device, Prefix)> {
        let of_peers = device.netmap["peer_routes"].as_object().into_iter().flatten();
        let routes = of_peers.flat_map(|(peer, routes)| {
            let routes = routes.as_array().into_iter().flatten().filter_map(|route| route.as_str()?.parse().ok());
            routes.filter_map(|route| Some((self.device(peer)?, route)))
        });
        routes.collect()
    }

    /// Returns what the control server sends to each node.
    pub(crate) fn configurations(&self) -> Map<String, Value> {
        let nodes: BTreeMap<&str, &str> =
            self.devices.iter().map(|device| (device.name.as_str(), device.node.as_str())).collect();
        let configuration = |device: &Device| {
            let mut it = device.netmap.clone();
            let peers = device.netmap["peers"].as_array().into_iter().flatten().filter_map(Value::as_str);
            it["peers"] = peers.map(|peer| json!(nodes[peer])).collect();
            let routes = device.netmap["peer_routes"].as_object().into_iter().flatten();
            it["peer_routes"] =
                routes.map(|(peer, routes)| (nodes[peer.as_str()].to_owned(), routes.clone())).collect();
            it["addresses"] = json!(device.addresses);
            it["login"] = json!(device.login);
            it["tags"] = json!(device.tags);
            it["routes"] = device.routes.iter().map(|route| json!(route.to_string())).collect();
            let exit = self.peer_routes(device).into_iter().find(|(_, route)| route.length == 0);
            it["exit_node"] = json!(exit.filter(|_| device.routes.is_empty()).map(|(peer, _)| &peer.node));
            (device.node.clone(), it)
        };
        self.devices.iter().map(configuration).collect()
    }
}
