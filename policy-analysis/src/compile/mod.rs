//! Compiles a policy to what each device of a tailnet gets.
//!
//! The output is what Tailscale's control plane sends, as far as captures show. Where they show
//! only half of a rule, a comment at that rule says so. Postures are ignored. The facts contain no
//! device postures, so every rule applies as if its posture were met.

mod app;
mod attributes;
mod filter;
mod filter_rule;
mod json;
mod netmap_json;
mod peers;
mod routes;
mod rule;
mod source_sets;
mod ssh;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use policy_core::json::Value;

use policy_core::model::{Policy, Prefix};

use policy_core::access::{BitSet, DeviceId, Tailnet};

use filter::Filters;
use filter_rule::FilterRuleKind;
use routes::{OfferedRoute, Routing};
use rule::CompiledRules;
use source_sets::{SourceSetId, SourceSets};

pub use netmap_json::NetmapJson;
pub use ssh::SshAccess;

/// App capabilities with their values. Capabilities that the control plane adds itself have `None`.
pub type AppCaps<'p> = BTreeMap<&'p str, Option<Vec<&'p Value>>>;

/// The configuration that each device of a tailnet gets.
#[derive(Debug)]
pub struct Compiled<'p> {
    /// The users and devices of the facts.
    pub tailnet: Tailnet<'p>,
    sources: SourceSets,
    /// For each set of sources of app rules, the devices with an address of their own in it.
    owners: HashMap<SourceSetId, BitSet>,
    filters: Filters<'p>,
    peers: Vec<BitSet>,
    offered_routes: Vec<OfferedRoute>,
    ssh: Vec<Vec<SshAccess<'p>>>,
    attributes: Vec<BTreeSet<&'p str>>,
}

/// See [`Analysis::compile`](crate::Analysis::compile).
pub(crate) fn compile(policy: &Policy) -> Compiled<'_> {
    let tailnet = Tailnet::new(policy);
    let rules = CompiledRules::new(policy, &tailnet);
    let mut sources = SourceSets::new(&tailnet);
    let filters = filter::filters(&tailnet, &rules, &mut sources);
    let behind = sources.devices(&tailnet);
    let admitted = peers::admitted(tailnet.devices.len(), &filters, &behind);
    let peers = peers::peers(&tailnet, &rules, &filters, &admitted);
    let routing = Routing {
        tailnet: &tailnet,
        rules: &rules,
        sources: &sources,
        filters: &filters,
        admitted: &admitted,
        peers: &peers,
    };
    let offered_routes = routes::offered(&routing);
    let ssh = ssh::policies(policy, &tailnet);
    let attributes = attributes::attributes(policy, &tailnet);
    let owners = sources.owners(&tailnet, &filters.app_sources());
    Compiled { tailnet, sources, owners, filters, peers, offered_routes, ssh, attributes }
}

impl<'p> Compiled<'p> {
    /// Returns the device with that name.
    pub fn device_named(&self, name: &str) -> Option<DeviceId> {
        self.tailnet.devices.iter().position(|node| *node.fact.name == *name)
    }

    /// Returns the peers of a device: the devices that it sees, and that see it.
    pub fn peers(&self, device: DeviceId) -> impl Iterator<Item = DeviceId> {
        self.peers.get(device).into_iter().flat_map(BitSet::iter)
    }

    /// Returns the routes that peers offer to a device, without the peers' own addresses, peer by
    /// peer.
    pub fn peer_routes(&self, device: DeviceId) -> impl Iterator<Item = (DeviceId, Prefix)> {
        let offered = self.offered_routes.iter().filter(move |offered| offered.viewers.contains(device));
        offered.map(|offered| (offered.router, offered.route))
    }

    /// Returns the SSH policy of a device.
    pub fn ssh_of(&self, device: DeviceId) -> &[SshAccess<'p>] {
        self.ssh.get(device).map_or(&[], Vec::as_slice)
    }

    /// Returns the attributes that the policy gives to a device.
    pub fn attributes_of(&self, device: DeviceId) -> Option<&BTreeSet<&'p str>> {
        self.attributes.get(device)
    }

    /// Returns the app capabilities that each peer has on a device. Their values are in the order
    /// of the rules. `grant-k18`
    pub fn app_caps(&self, device: DeviceId) -> BTreeMap<DeviceId, AppCaps<'p>> {
        let mut of_peers: BTreeMap<DeviceId, AppCaps<'p>> = BTreeMap::new();
        for rule in self.filters.app_of(device) {
            let owners = self.owners.get(&rule.sources).into_iter().flat_map(BitSet::iter);
            for peer in owners.filter(|&peer| peer != device) {
                let capabilities = of_peers.entry(peer).or_default();
                match rule.kind {
                    FilterRuleKind::App(app) => {
                        for capability in &app.capabilities {
                            let values = capabilities.entry(&capability.name).or_default();
                            values.get_or_insert_default().extend(capability.values.iter().map(|(value, _)| value));
                        }
                    }
                    FilterRuleKind::ImpliedCapability(name) => {
                        capabilities.entry(name).or_default();
                    }
                    FilterRuleKind::Network(_) => {}
                }
            }
        }
        of_peers
    }

    /// Returns the peers that a device may suggest as exit nodes: those whose exit routes it gets.
    ///
    /// All captures with approved exit nodes agree with this, though `nodeAttrs` say so in only
    /// one. `routes-b17-autogroup-internet-with-exit-autoapprover`
    /// `nodeattrs-attr-c14-suggest-exit-node-approved`
    pub fn suggested_exit_nodes(&self, device: DeviceId) -> impl Iterator<Item = DeviceId> {
        let exit_routes = self.peer_routes(device).filter(|(_, route)| route.length == 0);
        // A peer offers one for IPv4 and one for IPv6.
        let mut last = None;
        exit_routes.map(|(peer, _)| peer).filter(move |&peer| last.replace(peer) != Some(peer))
    }

    fn name(&self, device: DeviceId) -> &'p str {
        self.tailnet.devices.get(device).map_or("", |node| &node.fact.name)
    }
}
