//! The configuration of devices, in the form in which the control plane sends it.
//!
//! For ten thousand devices this is a gigabyte. So it is written as text, device by device, and
//! parts that many devices share are written once and copied.

use std::cell::OnceCell;
use std::net::IpAddr;

use policy_core::hujson::Document;
use policy_core::json::{Map, Value};

use crate::compile::filter_rule::{FilterRule, FilterRuleId, FilterRuleKind, FilterTarget};
use crate::compile::json::{Json, ObjectWriter, Quoted, ValueWriter, Written, write};
use crate::compile::source_sets::{FilterAddressId, SourceSetId};
use crate::compile::{AppCaps, Compiled, SshAccess, attributes};
use policy_core::access::{DeviceId, FilterAddress, Node, overlap, single};
use policy_core::model::{Action, App, Dialect, PortRange, Prefix};

/// The address where a device asks whether a check has been passed. The control plane replaces the
/// host by its own.
const CHECK: &str = "https://unused/machine/ssh/action/$SRC_NODE_ID/to/$DST_NODE_ID?local_user=$LOCAL_USER";

impl<'p> Compiled<'p> {
    /// Returns the configuration of every device by its name. To write all of it,
    /// [`Compiled::netmap_json`] takes less memory.
    pub fn to_json(&self) -> Map {
        let netmaps = self.netmap_json();
        let mut text = String::new();
        let mut devices = Map::new();
        for (id, node) in self.tailnet.devices.iter().enumerate() {
            text.clear();
            netmaps.device(id, &mut text);
            // The text is JSON by construction. If it is not, the broken text is better than
            // `null`.
            let value = Document::parse(text.as_str()).map(|document| document.value(document.root()));
            devices.insert(node.fact.name.to_string(), value.unwrap_or_else(|_| Value::String(text.clone())));
        }
        devices
    }

    /// Returns a writer for the configuration of devices.
    pub fn netmap_json(&self) -> NetmapJson<'_, 'p> {
        NetmapJson::new(self)
    }
}

/// A part of one rule of a device.
#[derive(Clone, Copy)]
struct NetmapEntry {
    rule: FilterRuleId,
    /// The destination of a network rule.
    to: Option<(FilterAddressId, PortRange)>,
}

/// A writer for the configuration of devices.
#[derive(Debug)]
pub struct NetmapJson<'c, 'p> {
    compiled: &'c Compiled<'p>,
    /// The name of each device.
    names: Vec<Quoted>,
    /// The devices in the order of their names.
    by_name: Vec<DeviceId>,
    /// The text of each filter address.
    addresses: Vec<Quoted>,
    /// The rank of each filter address in the order of their texts.
    ranks: Vec<u32>,
    /// The filter addresses in the order of their texts.
    by_rank: Vec<FilterAddressId>,
    /// Sets of sources as JSON, written on first use.
    sources: Vec<OnceCell<Json>>,
}

impl<'c, 'p> NetmapJson<'c, 'p> {
    fn new(compiled: &'c Compiled<'p>) -> Self {
        let names: Vec<Quoted> = compiled.tailnet.devices.iter().map(|node| Quoted::new(&node.fact.name)).collect();
        let mut by_name: Vec<DeviceId> = (0..names.len()).collect();
        by_name.sort_by_key(|&device| compiled.name(device));
        let texts: Vec<String> = compiled.sources.all_addresses().iter().map(ToString::to_string).collect();
        let mut by_rank: Vec<FilterAddressId> = (0..).take(texts.len()).collect();
        by_rank.sort_by_key(|&address| texts.get(address as usize));
        let mut ranks = vec![0; texts.len()];
        for (rank, &address) in (0..).zip(&by_rank) {
            if let Some(slot) = ranks.get_mut(address as usize) {
                *slot = rank;
            }
        }
        let addresses = texts.iter().map(|text| Quoted::new(text)).collect();
        let sources = vec![OnceCell::new(); compiled.sources.len()];
        NetmapJson { compiled, names, by_name, addresses, ranks, by_rank, sources }
    }

    /// Appends the configuration of a device, as a JSON object on one line.
    pub fn device(&self, id: DeviceId, out: &mut String) {
        let Some(node) = self.compiled.tailnet.devices.get(id) else { return };
        write(out, |out| {
            out.object(|out| {
                out.member("packet_filter_rules", |out| self.packet_filter(id, node, out));
                let ssh = self.compiled.ssh_of(id);
                if !ssh.is_empty() {
                    let rules = |out: ValueWriter| out.array(ssh, |out, rule| self.ssh_rule(rule, out));
                    out.member("ssh_policy", |out| out.object(|out| out.member("rules", rules)));
                }
                self.attributes(id, node, out);
                out.member("peers", |out| out.array(self.peers_by_name(id), |out, name| out.quoted(name)));
                self.peer_routes(id, out);
                self.app_caps(id, out);
            })
        });
    }

    fn address(&self, address: FilterAddressId, out: ValueWriter) -> Written {
        match self.addresses.get(address as usize) {
            Some(text) => out.quoted(text),
            None => out.null(),
        }
    }

    fn peers_by_name(&self, id: DeviceId) -> impl Iterator<Item = &Quoted> {
        let peers = self.compiled.peers.get(id);
        let by_name = self.by_name.iter().filter(move |&&peer| peers.is_some_and(|peers| peers.contains(peer)));
        by_name.filter_map(|&peer| self.names.get(peer))
    }

    fn sources(&self, set: SourceSetId, out: ValueWriter) -> Written {
        let Some(json) = self.sources.get(set) else { return out.null() };
        out.json(json.get_or_init(|| {
            let ids = self.compiled.sources.address_ids(set).iter();
            let mut ranks: Vec<u32> = ids.filter_map(|&id| self.ranks.get(id as usize).copied()).collect();
            ranks.sort_unstable();
            let addresses = ranks.into_iter().filter_map(|rank| self.by_rank.get(rank as usize));
            Json::new(|out| out.array(addresses, |out, &address| self.address(address, out)))
        }))
    }

    fn packet_filter(&self, id: DeviceId, node: &Node, out: ValueWriter) -> Written {
        let filters = &self.compiled.filters;
        let mut entries: Vec<NetmapEntry> = Vec::new();
        for (target, group) in filters.of(id) {
            let addresses = match &target {
                FilterTarget::Own => self.compiled.sources.own(id),
                FilterTarget::Address(address) => std::slice::from_ref(address),
            };
            for &address in addresses {
                let network = group.network.iter();
                entries.extend(network.map(|&(rule, ports)| NetmapEntry { rule, to: Some((address, ports)) }));
            }
            entries.extend(group.app.iter().map(|&rule| NetmapEntry { rule, to: None }));
        }
        // A device without rules has `null`, never an empty list.
        if entries.is_empty() {
            return out.null();
        }
        entries.sort_by_key(|entry| entry.rule);
        out.array(entries.chunk_by(|a, b| a.rule == b.rule), |out, entries| {
            match entries.first().and_then(|entry| filters.rules.get(entry.rule as usize)) {
                Some(FilterRule { sources, kind: FilterRuleKind::Network(protocol) }) => out.object(|out| {
                    out.member("SrcIPs", |out| self.sources(*sources, out));
                    let to = entries.iter().filter_map(|entry| entry.to);
                    out.member("DstPorts", |out| out.array(to, |out, to| self.destination(to, out)));
                    if let Some(protocol) = protocol {
                        out.member("IPProto", |out| out.array([protocol.0], |out, number| out.number(number.into())));
                    }
                }),
                Some(rule) => {
                    let id = entries.first().map_or(FilterRuleId::MAX, |entry| entry.rule);
                    self.app_rule(rule, filters.app_targets.get(&id), node, out)
                }
                None => out.null(),
            }
        })
    }

    fn destination(&self, (address, ports): (FilterAddressId, PortRange), out: ValueWriter) -> Written {
        out.object(|out| {
            out.member("IP", |out| self.address(address, out));
            out.member("Ports", |out| {
                out.object(|out| {
                    out.member("First", |out| out.number(ports.first.into()));
                    out.member("Last", |out| out.number(ports.last.into()));
                })
            });
        })
    }

    fn app_rule(
        &self,
        rule: &FilterRule,
        targets: Option<&Vec<Vec<Prefix>>>,
        node: &Node,
        out: ValueWriter,
    ) -> Written {
        let own = || node.addresses.iter().map(as_prefix).collect();
        let grants: Vec<Vec<String>> = match targets {
            Some(targets) => {
                targets.iter().map(|list| app_targets(list, node)).filter(|list| !list.is_empty()).collect()
            }
            None => vec![own()],
        };
        let grant = |out: ValueWriter, destinations: &[String]| {
            out.object(|out| {
                out.member("Dsts", |out| out.array(destinations, |out, destination| out.string(destination)));
                out.member("CapMap", |out| match rule.kind {
                    FilterRuleKind::App(app) => capabilities(app, out),
                    FilterRuleKind::ImpliedCapability(name) => out.object(|out| out.member(name, |out| out.null())),
                    FilterRuleKind::Network(_) => out.null(),
                });
            })
        };
        out.object(|out| {
            out.member("SrcIPs", |out| self.sources(rule.sources, out));
            out.member("CapGrant", |out| out.array(&grants, |out, destinations| grant(out, destinations)));
        })
    }

    fn ssh_rule(&self, rule: &SshAccess, out: ValueWriter) -> Written {
        out.object(|out| {
            out.member("principals", |out| {
                out.array(rule.principals.iter(), |out, address| {
                    let known = self.compiled.sources.id_of(FilterAddress::Addresses(single(*address)));
                    out.object(|out| {
                        out.member("nodeIP", |out| match known {
                            Some(known) => self.address(known, out),
                            None => out.string(&address.to_string()),
                        });
                    })
                })
            });
            out.member("sshUsers", |out| {
                out.object(|out| {
                    for (name, account) in rule.users.iter() {
                        out.named_member(name, |out| out.string(account));
                    }
                })
            });
            out.member("action", |out| {
                out.object(|out| match rule.action {
                    Action::Accept => {
                        for allowed in
                            ["accept", "allowAgentForwarding", "allowLocalPortForwarding", "allowRemotePortForwarding"]
                        {
                            out.member(allowed, |out| out.value(&Value::Bool(true)));
                        }
                    }
                    Action::Check => out.member("holdAndDelegate", |out| {
                        out.string(match self.compiled.tailnet.dialect {
                            Dialect::Tailscale => CHECK,
                            Dialect::Headscale => CHECK.trim_start_matches("https://"),
                        })
                    }),
                })
            });
            if !rule.accept_env.is_empty() {
                let patterns = rule.accept_env;
                out.member("acceptEnv", |out| out.array(patterns, |out, pattern| out.string(pattern)));
            }
        })
    }

    /// Adds the attributes of the device, and its remaining addresses if `disable-ipv4` removes
    /// one.
    fn attributes(&self, id: DeviceId, node: &Node, out: &mut ObjectWriter) {
        let Some(attributes) = self.compiled.attributes_of(id).filter(|attributes| !attributes.is_empty()) else {
            return;
        };
        out.member("cap_map", |out| {
            out.object(|out| {
                for name in attributes {
                    out.named_member(name, |out| out.null());
                }
            })
        });
        if attributes.contains(attributes::DISABLE_IPV4) {
            let left = node.addresses.iter().filter(|address| address.is_ipv6());
            out.member("addresses", |out| out.array(left, |out, address| out.string(&as_prefix(address))));
        }
    }

    fn peer_routes(&self, id: DeviceId, out: &mut ObjectWriter) {
        let routes: Vec<(DeviceId, Prefix)> = self.compiled.peer_routes(id).collect();
        if !routes.is_empty() {
            out.member("peer_routes", |out| {
                out.object(|out| {
                    for of_peer in routes.chunk_by(|(peer, _), (next, _)| peer == next) {
                        let Some(&(peer, _)) = of_peer.first() else { continue };
                        let mut routes: Vec<String> = of_peer.iter().map(|(_, route)| route.to_string()).collect();
                        routes.sort_unstable();
                        self.of_peer(peer, out, |out| out.array(routes, |out, route| out.string(&route)));
                    }
                })
            });
        }
        let mut suggested = self.compiled.suggested_exit_nodes(id).peekable();
        if suggested.peek().is_some() {
            let is_suggested = Json::new(|out| out.object(|out| out.member("suggest-exit-node", |out| out.null())));
            out.member("peer_cap_map", |out| {
                out.object(|out| suggested.for_each(|peer| self.of_peer(peer, out, |out| out.json(&is_suggested))))
            });
        }
    }

    fn app_caps(&self, id: DeviceId, out: &mut ObjectWriter) {
        let app_caps = self.compiled.app_caps(id);
        if app_caps.is_empty() {
            return;
        }
        out.member("app_caps", |out| {
            out.object(|out| {
                for (peer, capabilities) in app_caps {
                    self.of_peer(peer, out, |out| peer_capabilities(&capabilities, out));
                }
            })
        });
    }

    /// Adds a member by the name of a peer.
    fn of_peer(&self, peer: DeviceId, out: &mut ObjectWriter, value: impl FnOnce(ValueWriter) -> Written) {
        if let Some(name) = self.names.get(peer) {
            out.quoted_member(name, value);
        }
    }
}

fn peer_capabilities(capabilities: &AppCaps, out: ValueWriter) -> Written {
    out.object(|out| {
        for (name, values) in capabilities {
            // An implied capability has `null`, as in the filter. An empty list in the policy stays
            // an empty list.
            out.named_member(name, |out| match values {
                Some(values) => out.array(values, |out, value| out.value(value)),
                None => out.null(),
            });
        }
    })
}

fn capabilities(app: &App, out: ValueWriter) -> Written {
    out.object(|out| {
        for capability in &app.capabilities {
            out.named_member(&capability.name, |out| out.array(&capability.values, |out, (value, _)| out.value(value)));
        }
    })
}

/// Returns the destinations of a headscale app rule on a device: its own addresses, and prefixes
/// that it serves.
fn app_targets(list: &[Prefix], node: &Node) -> Vec<String> {
    let is_named = |address: &&IpAddr| list.iter().any(|prefix| overlap(prefix.range(), single(**address)));
    let mut targets: Vec<String> = node.addresses.iter().filter(is_named).map(as_prefix).collect();
    let is_served = |prefix: &&Prefix| node.routes.iter().any(|route| overlap(route.range(), prefix.range()));
    for prefix in list.iter().filter(is_served).map(ToString::to_string) {
        if !targets.contains(&prefix) {
            targets.push(prefix);
        }
    }
    targets
}

fn as_prefix(address: &IpAddr) -> String {
    format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 })
}
