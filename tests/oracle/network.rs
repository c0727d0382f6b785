//! Decides which packets pass between the devices of a tailnet: whether the sender sees the
//! receiver, which router it uses, and what the filter of the receiver accepts.

use std::net::IpAddr;

use policy_analysis::Analysis as _;
use policy_core::Policy;
use serde_json::{Value, json};

use crate::address::Range;
use crate::world::{self, Device, text, texts};

/// A protocol and a port. The port is 0 if the protocol has no ports.
pub type Packet = (u8, u16);

/// The packets that cases can distinguish. Each is a bit of [`Network::open`].
#[rustfmt::skip]
pub const PACKETS: [Packet; 14] = [
    (6, 22), (6, 80), (6, 443), (6, 9), (17, 80), (17, 9), (132, 80), (47, 0), (1, 0), (58, 0), (17, 22), (17, 443),
    (6, 200), (17, 200),
];

/// The bits of echoes.
pub const ECHOES: u16 = 1 << 8 | 1 << 9;

/// Returns whether packets of a protocol exist in the family of an address.
pub fn exists((protocol, _): Packet, address: IpAddr) -> bool {
    match protocol {
        1 => address.is_ipv4(),
        58 => address.is_ipv6(),
        _ => true,
    }
}

/// Returns whether a packet is an echo request.
pub fn is_echo((protocol, _): Packet) -> bool {
    protocol == 1 || protocol == 58
}

/// The addresses that no exit node carries. `tests/network` asks real ones.
const NOT_BEHIND_EXIT_NODES: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "100.64.0.0/10",
    "fe80::/10",
    "ff00::/8",
    "fd7a:115c:a1e0::/48",
];

/// The source or the destination of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The device that has the address, or the router in front of it.
    pub device: usize,
    /// The way from the device to the address.
    pub way: Way,
}

/// A way from a device to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The address is the device's own.
    Own,
    /// The address is behind the device, by a subnet route.
    Subnet,
    /// The address is behind the device, by an exit route.
    Exit,
}

/// A tailnet under a policy.
#[derive(Debug)]
pub struct Network {
    /// The devices, followed by the services.
    pub devices: Vec<Device>,
    /// The configuration of each device.
    pub nodes: Vec<Node>,
}

/// The configuration that a device gets from the control plane.
#[derive(Debug)]
pub struct Node {
    /// Its packet filter, in the form in which it is sent.
    pub filter: Value,
    /// Its approved routes.
    pub routes: Vec<Range>,
    rules: Vec<Rule>,
    peers: Vec<usize>,
    peer_routes: Vec<(usize, Range)>,
    ssh: Vec<Value>,
}

#[derive(Debug)]
struct Rule {
    sources: Vec<Range>,
    destinations: Vec<(Range, u16, u16)>,
    protocols: Vec<u64>,
}

impl Network {
    /// Compiles a policy for a world. `None` if the policy is not valid.
    pub fn new(policy: &Value, world: &Value) -> Option<Network> {
        let facts = world::all_facts(world);
        let text = world::spell_out(policy, world).to_string();
        let policy = Policy::with_facts(text.as_str(), facts.to_string().as_str()).validate().ok()?;
        let compiled: Value = serde_json::from_str(&Value::from_iter(entries(&policy)).to_string()).unwrap();
        let devices = world::devices(world);
        let number = |name: &str| devices.iter().position(|device| device.name == name).unwrap();
        let nodes = devices.iter().zip(facts["nodes"].as_array()?).map(|(device, fact)| {
            let got = &compiled[&device.name];
            let peer_routes = got["peer_routes"].as_object().into_iter().flatten();
            Node {
                filter: if got["packet_filter_rules"].is_null() {
                    json!([])
                } else {
                    got["packet_filter_rules"].clone()
                },
                routes: texts(&fact["approved_routes"]).iter().flat_map(|route| Range::read(route)).collect(),
                rules: got["packet_filter_rules"].as_array().into_iter().flatten().map(Rule::read).collect(),
                peers: texts(&got["peers"]).iter().map(|name| number(name)).collect(),
                peer_routes: peer_routes
                    .flat_map(|(peer, routes)| texts(routes).into_iter().map(|route| (number(peer), route)))
                    .flat_map(|(peer, route)| Range::read(&route).into_iter().map(move |range| (peer, range)))
                    .collect(),
                ssh: got["ssh_policy"]["rules"].as_array().cloned().unwrap_or_default(),
            }
        });
        let nodes = nodes.collect();
        Some(Network { nodes, devices })
    }

    /// Returns every end that can send: each address of a device, and each of `addresses` behind a
    /// router.
    pub fn sources(&self, addresses: &[IpAddr]) -> Vec<End> {
        let mut ends = self.own();
        for (device, node) in self.nodes.iter().enumerate() {
            for &address in addresses {
                let routes = node.routes.iter().filter(|route| route.length > 0);
                if routes.clone().any(|route| route.has(address)) && !self.is_own(address) {
                    ends.push(End { address, device, way: Way::Subnet });
                }
            }
        }
        ends
    }

    /// Returns each device's own addresses.
    pub fn own(&self) -> Vec<End> {
        let devices = self.devices.iter().enumerate();
        let own = |(device, it): (usize, &Device)| {
            it.addresses.iter().map(move |&address| End { address, device, way: Way::Own }).collect::<Vec<_>>()
        };
        devices.flat_map(own).collect()
    }

    fn is_own(&self, address: IpAddr) -> bool {
        self.devices.iter().any(|device| device.addresses.contains(&address))
    }

    /// Returns the ends of a packet from a device to an address: on the device that has the
    /// address, or on the router for the sender's most specific route.
    pub fn destinations(&self, sender: usize, address: IpAddr) -> Vec<End> {
        if let Some(device) = self.devices.iter().position(|device| device.addresses.contains(&address)) {
            return vec![End { address, device, way: Way::Own }];
        }
        let Some(node) = self.nodes.get(sender) else { return Vec::new() };
        // Packets to addresses that the sender itself routes do not go through the tailnet.
        if node.routes.iter().any(|route| route.length > 0 && route.has(address)) {
            return Vec::new();
        }
        // An exit node drops packets to private addresses and to Tailscale's own.
        let is_local =
            NOT_BEHIND_EXIT_NODES.iter().flat_map(|prefix| Range::read(prefix)).any(|range| range.has(address));
        let leads_there = |route: &Range| route.has(address) && (route.length > 0 || !is_local);
        let routes = || node.peer_routes.iter().filter(|(_, route)| leads_there(route));
        let longest = routes().map(|(_, route)| route.length).max();
        let chosen = routes().filter(|(_, route)| Some(route.length) == longest);
        chosen
            .map(|&(device, route)| End {
                address,
                device,
                way: if route.length == 0 { Way::Exit } else { Way::Subnet },
            })
            .collect()
    }

    /// Returns which of [`PACKETS`] pass from one end to another.
    pub fn open(&self, from: End, to: End) -> u16 {
        let Some(receiver) = self.nodes.get(to.device) else { return 0 };
        if from.address.is_ipv4() != to.address.is_ipv4() || !self.can_send(from, to) {
            return 0;
        }
        let rules: Vec<&Rule> = receiver.rules.iter().filter(|rule| rule.is_from(from.address)).collect();
        let mut open = 0;
        for (bit, &packet) in PACKETS.iter().enumerate() {
            if exists(packet, from.address) && rules.iter().any(|rule| rule.accepts(to.address, packet)) {
                open |= 1 << bit;
            }
        }
        open
    }

    /// Returns whether a packet reaches the filter of its receiver.
    pub fn can_send(&self, from: End, to: End) -> bool {
        let (Some(sender), Some(receiver)) = (self.nodes.get(from.device), self.nodes.get(to.device)) else {
            return false;
        };
        let is_routed = to.way == Way::Own || receiver.routes.iter().any(|route| route.has(to.address));
        // The receiver drops packets from addresses that it has no route to.
        let is_expected = from.way == Way::Own
            || receiver.peer_routes.iter().any(|(peer, route)| *peer == from.device && route.has(from.address));
        from.device != to.device && sender.peers.contains(&to.device) && is_routed && is_expected
    }

    /// Returns whether a device allows a Tailscale SSH login from an address to an account. Does
    /// not consider port 22.
    pub fn has_login(&self, from: IpAddr, device: usize, account: &str) -> bool {
        if !self.devices[device].addresses.iter().any(|address| address.is_ipv4() == from.is_ipv4()) {
            return false;
        }
        let rules = self.nodes.get(device).into_iter().flat_map(|node| &node.ssh);
        let of_source = rules.filter(|rule| {
            let principals = rule["principals"].as_array().into_iter().flatten();
            principals.flat_map(|principal| Range::read(&text(&principal["nodeIP"]))).any(|range| range.has(from))
        });
        let mut accounts = of_source.filter_map(|rule| {
            let users = rule["sshUsers"].as_object()?;
            users.get(account).or_else(|| users.get("*"))?.as_str()
        });
        accounts.any(|account| !account.is_empty())
    }
}

impl Rule {
    fn read(rule: &Value) -> Rule {
        let destinations = rule["DstPorts"].as_array().into_iter().flatten().flat_map(|to| {
            let port = |key: &str| u16::try_from(to["Ports"][key].as_u64().unwrap()).unwrap();
            let (first, last) = (port("First"), port("Last"));
            Range::read(&text(&to["IP"])).into_iter().map(move |range| (range, first, last))
        });
        let protocols = rule["IPProto"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        Rule {
            sources: texts(&rule["SrcIPs"]).iter().flat_map(|source| Range::read(source)).collect(),
            destinations: destinations.collect(),
            protocols,
        }
    }

    fn is_from(&self, address: IpAddr) -> bool {
        self.sources.iter().any(|range| range.has(address))
    }

    fn accepts(&self, to: IpAddr, (protocol, port): Packet) -> bool {
        let is_on = match self.protocols.is_empty() {
            true => [6, 17, 1, 58].contains(&protocol),
            false => self.protocols.contains(&protocol.into()),
        };
        self.destinations.iter().filter(|(range, ..)| range.has(to)).any(|&(_, first, last)| match protocol {
            // An echo passes by any rule.
            1 | 58 => true,
            6 | 17 | 132 => is_on && first <= port && port <= last,
            _ => is_on && first == 0 && last == u16::MAX,
        })
    }
}

fn entries(policy: &policy_core::ValidPolicy) -> Vec<(String, Value)> {
    let compiled = policy.compile();
    let netmaps = compiled.netmap_json();
    let devices = compiled.tailnet.devices.iter().enumerate();
    let read = |(id, node): (usize, &policy_core::access::Node)| {
        let mut text = String::new();
        netmaps.device(id, &mut text);
        (node.fact.name.to_string(), serde_json::from_str(&text).unwrap())
    };
    devices.map(read).collect()
}
