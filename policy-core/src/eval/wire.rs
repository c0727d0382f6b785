//! What devices get, in the form in which the control plane sends it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Action, App};

use super::block::Block;
use super::filter::{Entry, Filter, Slot, SlotKind};
use super::sources::SourceId;
use super::tailnet::{DeviceId, Node};
use super::{Compiled, attributes};

/// Where a device asks whether a check has been passed. The control plane puts its own address in front.
const CHECK: &str = "https://unused/machine/ssh/action/$SRC_NODE_ID/to/$DST_NODE_ID?local_user=$LOCAL_USER";

impl Compiled<'_> {
    /// What every device gets, by its name.
    pub fn to_json(&self) -> Map<String, Value> {
        let sources = SourceTexts::new(self);
        let devices = self.tailnet.devices.iter().enumerate();
        devices.map(|(id, node)| (node.fact.name.to_string(), self.device(id, node, &sources))).collect()
    }

    fn device(&self, id: DeviceId, node: &Node, sources: &SourceTexts) -> Value {
        let mut fields = Map::new();
        fields.insert("packet_filter_rules".to_owned(), self.packet_filter(id, node, sources));
        let ssh: Vec<Value> = self.ssh_of(id).iter().map(ssh_rule).collect();
        if !ssh.is_empty() {
            fields.insert("ssh_policy".to_owned(), json!({ "rules": ssh }));
        }
        let attributes = self.attributes_of(id);
        let null = |names: &mut dyn Iterator<Item = &str>| -> Map<String, Value> {
            names.map(|name| (name.to_owned(), Value::Null)).collect()
        };
        if attributes.is_some_and(|attributes| !attributes.is_empty()) {
            fields.insert("cap_map".to_owned(), null(&mut attributes.into_iter().flatten().copied()).into());
        }
        if attributes.is_some_and(|attributes| attributes.contains(attributes::DISABLE_IPV4)) {
            let left = node.fact.ipv6.iter().map(|address| Value::from(format!("{address}/128"))).collect();
            fields.insert("addresses".to_owned(), Value::Array(left));
        }
        let mut peers: Vec<&str> = self.peers(id).map(|peer| self.name(peer)).collect();
        peers.sort_unstable();
        fields.insert("peers".to_owned(), peers.into());
        let routes: Map<String, Value> = self
            .peer_routes(id)
            .iter()
            .map(|(peer, routes)| {
                let mut routes: Vec<String> = routes.iter().map(ToString::to_string).collect();
                routes.sort_unstable();
                (self.name(*peer).to_owned(), routes.into())
            })
            .collect();
        if !routes.is_empty() {
            fields.insert("peer_routes".to_owned(), routes.into());
        }
        let suggested: Map<String, Value> = self
            .suggested_exit_nodes(id)
            .map(|peer| (self.name(peer).to_owned(), json!({ "suggest-exit-node": null })))
            .collect();
        if !suggested.is_empty() {
            fields.insert("peer_cap_map".to_owned(), suggested.into());
        }
        let app_caps: Map<String, Value> = self
            .app_caps(id)
            .into_iter()
            .map(|(peer, capabilities)| {
                let capabilities: Map<String, Value> = capabilities
                    .into_iter()
                    // One that brings no values has none, as in the filter; an empty list of the policy stays a list.
                    .map(|(name, values)| match values {
                        Some(values) => (name.to_owned(), values.into_iter().cloned().collect()),
                        None => (name.to_owned(), Value::Null),
                    })
                    .collect();
                (self.name(peer).to_owned(), capabilities.into())
            })
            .collect();
        if !app_caps.is_empty() {
            fields.insert("app_caps".to_owned(), app_caps.into());
        }
        fields.into()
    }

    fn packet_filter(&self, id: DeviceId, node: &Node, sources: &SourceTexts) -> Value {
        let Some(Filter { network, app }) = self.filters.of_devices.get(id) else { return Value::Null };
        let mut rules: BTreeMap<u32, Value> = BTreeMap::new();
        for entries in network.chunk_by(|a, b| a.slot == b.slot) {
            let Some(slot) = entries.first().map(|entry| entry.slot) else { continue };
            if let Some(rule) = self.filters.slots.get(slot as usize) {
                rules.insert(slot, self.network_rule(rule, entries, sources));
            }
        }
        for &slot in app {
            if let Some(rule) = self.filters.slots.get(slot as usize) {
                rules.insert(slot, app_rule(rule, node, sources));
            }
        }
        // Where no rule concerns the device it has null, and never an empty list.
        if rules.is_empty() { Value::Null } else { rules.into_values().collect() }
    }

    fn network_rule(&self, slot: &Slot, entries: &[Entry], sources: &SourceTexts) -> Value {
        let destinations: Vec<Value> = entries
            .iter()
            .map(|entry| {
                let ports = json!({"First": entry.ports.first, "Last": entry.ports.last});
                json!({"IP": self.sources.block_of(entry.block).to_string(), "Ports": ports})
            })
            .collect();
        let mut rule = Map::new();
        rule.insert("SrcIPs".to_owned(), sources.of(slot.sources).into());
        rule.insert("DstPorts".to_owned(), destinations.into());
        if let SlotKind::Network(Some(protocol)) = slot.kind {
            rule.insert("IPProto".to_owned(), vec![protocol.0].into());
        }
        rule.into()
    }
}

fn app_rule(slot: &Slot, node: &Node, sources: &SourceTexts) -> Value {
    let own: Vec<String> = node
        .addresses
        .iter()
        .map(|address| format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 }))
        .collect();
    let capabilities = match slot.kind {
        SlotKind::App(app) => capabilities(app),
        SlotKind::Companion(name) => json!({ name: null }),
        SlotKind::Network(_) => Value::Null,
    };
    json!({"SrcIPs": sources.of(slot.sources), "CapGrant": [{"Dsts": own, "CapMap": capabilities}]})
}

fn capabilities(app: &App) -> Value {
    let values = |capability: &crate::model::Capability| -> Value {
        capability.values.iter().map(|(value, _)| value.clone()).collect()
    };
    app.capabilities.iter().map(|capability| (capability.name.to_string(), values(capability))).collect()
}

fn ssh_rule(rule: &super::SshAccess) -> Value {
    let principals: Vec<Value> = rule.principals.iter().map(|address| json!({"nodeIP": address.to_string()})).collect();
    let users: Map<String, Value> =
        rule.users.iter().map(|&(name, account)| (name.to_owned(), account.into())).collect();
    let action = match rule.action {
        Action::Accept => json!({
            "accept": true,
            "allowAgentForwarding": true,
            "allowLocalPortForwarding": true,
            "allowRemotePortForwarding": true,
        }),
        Action::Check => json!({ "holdAndDelegate": CHECK }),
    };
    let mut value = json!({"principals": principals, "sshUsers": users, "action": action});
    if let (Some(fields), false) = (value.as_object_mut(), rule.accept_env.is_empty()) {
        fields.insert("acceptEnv".to_owned(), rule.accept_env.iter().map(|pattern| pattern.as_str()).collect());
    }
    value
}

/// The sets of sources as texts: rules of many devices have the same.
struct SourceTexts(Vec<Vec<String>>);

impl SourceTexts {
    fn new(compiled: &Compiled) -> Self {
        let texts = (0..compiled.sources.len()).map(|set| {
            let mut texts: Vec<String> = compiled.sources.blocks(set).map(|block: Block| block.to_string()).collect();
            texts.sort_unstable();
            texts
        });
        SourceTexts(texts.collect())
    }

    fn of(&self, set: SourceId) -> Vec<String> {
        self.0.get(set).cloned().unwrap_or_default()
    }
}
