//! What devices get, in the form in which the control plane sends it.
//!
//! Ten thousand devices get a gigabyte of it, so it is written as text, device by device, and what many of them have
//! in common is written once and copied.

use std::cell::OnceCell;
use std::net::IpAddr;

use policy_core::hujson::Document;
use policy_core::json::{Map, Value};

use crate::compile::filter::{FilterRule, FilterRuleId, FilterRuleKind, Opens};
use crate::compile::json::{Writer, quoted};
use crate::compile::source_sets::{FilterAddressId, SourceSetId};
use crate::compile::{AppCaps, Compiled, SshAccess, attributes};
use policy_core::access::interval::{FilterAddress, single};
use policy_core::access::tailnet::{DeviceId, Node};
use policy_core::model::{Action, App, PortRange};

/// Where a device asks whether a check has been passed. The control plane puts its own address in front.
const CHECK: &str = "https://unused/machine/ssh/action/$SRC_NODE_ID/to/$DST_NODE_ID?local_user=$LOCAL_USER";

impl<'p> Compiled<'p> {
    /// What every device gets, by its name: for those who want to look at some of it.
    pub fn to_json(&self) -> Map {
        let wire = self.wire();
        let mut text = String::new();
        let mut devices = Map::new();
        for (id, node) in self.tailnet.devices.iter().enumerate() {
            text.clear();
            wire.device(id, &mut text);
            devices.insert(
                node.fact.name.to_string(),
                Document::parse(text.as_str(), 0).map_or(Value::Null, |document| document.value(document.root())),
            );
        }
        devices
    }

    /// A writer of what each device gets.
    pub fn wire(&self) -> NetmapJson<'_, 'p> {
        NetmapJson::new(self)
    }
}

/// A part of one rule of a device.
#[derive(Clone, Copy)]
struct NetmapEntry {
    slot: FilterRuleId,
    /// Where a network rule leads
    to: Option<(FilterAddressId, PortRange)>,
}

/// Writes what devices get.
#[derive(Debug)]
pub struct NetmapJson<'c, 'p> {
    compiled: &'c Compiled<'p>,
    /// Each device's name, as JSON.
    names: Vec<String>,
    /// The devices in the order of their names.
    by_name: Vec<DeviceId>,
    /// Each block's text, as JSON.
    blocks: Vec<String>,
    /// Where each block's text stands among all of them.
    ranks: Vec<u32>,
    /// The blocks in the order of their texts.
    by_rank: Vec<FilterAddressId>,
    /// Sets of sources as JSON, as far as they have been needed.
    sources: Vec<OnceCell<String>>,
}

impl<'c, 'p> NetmapJson<'c, 'p> {
    fn new(compiled: &'c Compiled<'p>) -> Self {
        let names: Vec<String> = compiled.tailnet.devices.iter().map(|node| quoted(&node.fact.name)).collect();
        let mut by_name: Vec<DeviceId> = (0..names.len()).collect();
        by_name.sort_by_key(|&device| compiled.name(device));
        let blocks: Vec<String> = compiled.sources.all_blocks().iter().map(|block| format!("\"{block}\"")).collect();
        let mut by_rank: Vec<FilterAddressId> = (0..).take(blocks.len()).collect();
        by_rank.sort_by_key(|&block| blocks.get(block as usize).map(|text| text.trim_matches('"')));
        let mut ranks = vec![0; blocks.len()];
        for (rank, &block) in (0..).zip(&by_rank) {
            if let Some(slot) = ranks.get_mut(block as usize) {
                *slot = rank;
            }
        }
        let sources = vec![OnceCell::new(); compiled.sources.len()];
        NetmapJson { compiled, names, by_name, blocks, ranks, by_rank, sources }
    }

    /// Adds to a text what a device gets, as a JSON object on one line.
    pub fn device(&self, id: DeviceId, out: &mut String) {
        let Some(node) = self.compiled.tailnet.devices.get(id) else { return };
        let mut out = Writer::new(out);
        out.object(|out| {
            out.key("packet_filter_rules");
            self.packet_filter(id, node, out);
            let ssh = self.compiled.ssh_of(id);
            if !ssh.is_empty() {
                out.key("ssh_policy");
                out.object(|out| {
                    out.key("rules");
                    out.array(ssh, |out, rule| self.ssh_rule(rule, out));
                });
            }
            self.attributes(id, node, out);
            out.key("peers");
            out.array(self.peers_by_name(id), |out, peer| out.raw(self.name(peer)));
            self.peer_routes(id, out);
            self.app_caps(id, out);
        });
    }

    fn name(&self, device: DeviceId) -> &str {
        self.names.get(device).map_or("\"\"", String::as_str)
    }

    fn block(&self, block: FilterAddressId) -> &str {
        self.blocks.get(block as usize).map_or("\"\"", String::as_str)
    }

    fn peers_by_name(&self, id: DeviceId) -> impl Iterator<Item = DeviceId> {
        let peers = self.compiled.peers.get(id);
        self.by_name.iter().copied().filter(move |&peer| peers.is_some_and(|peers| peers.contains(peer)))
    }

    fn sources(&self, set: SourceSetId) -> &str {
        let Some(text) = self.sources.get(set) else { return "[]" };
        text.get_or_init(|| {
            let ids = self.compiled.sources.block_ids(set).iter();
            let mut ranks: Vec<u32> = ids.filter_map(|&block| self.ranks.get(block as usize).copied()).collect();
            ranks.sort_unstable();
            let mut text = String::new();
            let blocks = ranks.into_iter().filter_map(|rank| self.by_rank.get(rank as usize));
            Writer::new(&mut text).array(blocks, |out, &block| out.raw(self.block(block)));
            text
        })
    }

    fn packet_filter(&self, id: DeviceId, node: &Node, out: &mut Writer) {
        let filters = &self.compiled.filters;
        let mut entries: Vec<NetmapEntry> = Vec::new();
        for (opens, group) in filters.of(id) {
            let blocks = match &opens {
                Opens::Own => self.compiled.sources.own(id),
                Opens::FilterAddress(block) => std::slice::from_ref(block),
            };
            for &block in blocks {
                entries
                    .extend(group.network.iter().map(|&(slot, ports)| NetmapEntry { slot, to: Some((block, ports)) }));
            }
            entries.extend(group.app.iter().map(|&slot| NetmapEntry { slot, to: None }));
        }
        // Where no rule concerns the device it has null, and never an empty list.
        if entries.is_empty() {
            return out.raw("null");
        }
        entries.sort_by_key(|entry| entry.slot);
        out.array(entries.chunk_by(|a, b| a.slot == b.slot), |out, entries| {
            match entries.first().and_then(|entry| filters.slots.get(entry.slot as usize)) {
                Some(FilterRule { sources, kind: FilterRuleKind::Network(protocol) }) => out.object(|out| {
                    out.key("SrcIPs");
                    out.raw(self.sources(*sources));
                    out.key("DstPorts");
                    out.array(entries.iter().filter_map(|entry| entry.to), |out, to| self.destination(to, out));
                    if let Some(protocol) = protocol {
                        out.key("IPProto");
                        out.array([protocol.0], |out, number| out.number(number.into()));
                    }
                }),
                Some(slot) => self.app_rule(slot, node, out),
                None => out.raw("null"),
            }
        });
    }

    fn destination(&self, (block, ports): (FilterAddressId, PortRange), out: &mut Writer) {
        out.object(|out| {
            out.key("IP");
            out.raw(self.block(block));
            out.key("Ports");
            out.object(|out| {
                out.key("First");
                out.number(ports.first.into());
                out.key("Last");
                out.number(ports.last.into());
            });
        });
    }

    fn app_rule(&self, slot: &FilterRule, node: &Node, out: &mut Writer) {
        out.object(|out| {
            out.key("SrcIPs");
            out.raw(self.sources(slot.sources));
            out.key("CapGrant");
            out.array([()], |out, ()| {
                out.object(|out| {
                    out.key("Dsts");
                    out.array(&node.addresses, |out, address| out.string(&as_prefix(address)));
                    out.key("CapMap");
                    match slot.kind {
                        FilterRuleKind::App(app) => capabilities(app, out),
                        FilterRuleKind::Companion(name) => out.object(|out| {
                            out.key(name);
                            out.raw("null");
                        }),
                        FilterRuleKind::Network(_) => out.raw("null"),
                    }
                });
            });
        });
    }

    fn ssh_rule(&self, rule: &SshAccess, out: &mut Writer) {
        out.object(|out| {
            out.key("principals");
            out.array(rule.principals.iter(), |out, address| {
                out.object(|out| {
                    out.key("nodeIP");
                    match self.compiled.sources.id_of(FilterAddress::Addresses(single(*address))) {
                        Some(block) => out.raw(self.block(block)),
                        None => out.string(&address.to_string()),
                    }
                });
            });
            out.key("sshUsers");
            out.object(|out| {
                for (name, account) in rule.users.iter() {
                    out.key(name);
                    out.string(account);
                }
            });
            out.key("action");
            out.object(|out| match rule.action {
                Action::Accept => {
                    for allowed in
                        ["accept", "allowAgentForwarding", "allowLocalPortForwarding", "allowRemotePortForwarding"]
                    {
                        out.key(allowed);
                        out.raw("true");
                    }
                }
                Action::Check => {
                    out.key("holdAndDelegate");
                    out.string(CHECK);
                }
            });
            if !rule.accept_env.is_empty() {
                out.key("acceptEnv");
                out.array(rule.accept_env, |out, pattern| out.string(pattern));
            }
        });
    }

    /// The device's own capabilities, and its addresses if they are not all that it has.
    fn attributes(&self, id: DeviceId, node: &Node, out: &mut Writer) {
        let Some(attributes) = self.compiled.attributes_of(id).filter(|attributes| !attributes.is_empty()) else {
            return;
        };
        out.key("cap_map");
        out.object(|out| {
            for name in attributes {
                out.key(name);
                out.raw("null");
            }
        });
        if attributes.contains(attributes::DISABLE_IPV4) {
            out.key("addresses");
            let left = node.addresses.iter().filter(|address| address.is_ipv6());
            out.array(left, |out, address| out.string(&as_prefix(address)));
        }
    }

    fn peer_routes(&self, id: DeviceId, out: &mut Writer) {
        let routes = self.compiled.peer_routes(id);
        if !routes.is_empty() {
            out.key("peer_routes");
            out.object(|out| {
                for (peer, routes) in routes {
                    out.quoted_key(self.name(*peer));
                    let mut routes: Vec<String> = routes.iter().map(ToString::to_string).collect();
                    routes.sort_unstable();
                    out.array(routes, |out, route| out.string(&route));
                }
            });
        }
        let mut suggested = self.compiled.suggested_exit_nodes(id).peekable();
        if suggested.peek().is_some() {
            out.key("peer_cap_map");
            out.object(|out| {
                for peer in suggested {
                    out.quoted_key(self.name(peer));
                    out.raw("{\"suggest-exit-node\":null}");
                }
            });
        }
    }

    fn app_caps(&self, id: DeviceId, out: &mut Writer) {
        let app_caps = self.compiled.app_caps(id);
        if app_caps.is_empty() {
            return;
        }
        out.key("app_caps");
        out.object(|out| {
            for (peer, capabilities) in app_caps {
                out.quoted_key(self.name(peer));
                peer_capabilities(&capabilities, out);
            }
        });
    }
}

fn peer_capabilities(capabilities: &AppCaps, out: &mut Writer) {
    out.object(|out| {
        for (name, values) in capabilities {
            out.key(name);
            // One that brings no values has none, as in the filter; an empty list of the policy stays a list.
            match values {
                Some(values) => out.array(values, |out, value| out.display(value)),
                None => out.raw("null"),
            }
        }
    });
}

fn capabilities(app: &App, out: &mut Writer) {
    out.object(|out| {
        for capability in &app.capabilities {
            out.key(&capability.name);
            out.array(&capability.values, |out, (value, _)| out.display(value));
        }
    });
}

fn as_prefix(address: &IpAddr) -> String {
    format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 })
}
