//! Grants and ACLs in one form, with each selector resolved once.
//!
//! Unlike an [`AccessRule`](policy_core::access::AccessRule), it has `app` and `via`, and keeps the
//! order of an ACL's destinations, which filters preserve.

use std::collections::HashMap;
use std::rc::Rc;

use policy_core::access::{BitSet, Resolution, Tailnet};
use policy_core::model::{Acl, App, Dialect, Grant, Policy, PortRange, Protocol, Selector};

/// The number of a resolved selector.
pub(super) type ResolutionId = usize;
/// The number of a set of `via` routers.
pub(super) type ViaId = usize;

/// A grant or an ACL.
#[derive(Debug)]
pub(super) struct CompiledRule<'p> {
    pub(super) src: Vec<ResolutionId>,
    /// The destinations with their ports, grouped by protocol.
    pub(super) parts: Vec<ProtocolPart>,
    /// The destinations of `app`.
    pub(super) dst: Vec<ResolutionId>,
    pub(super) app: Option<&'p App>,
    /// The routers that may carry it, if the rule has `via`.
    pub(super) via: Option<ViaId>,
}

/// The destinations of a rule with one protocol.
#[derive(Debug)]
pub(super) struct ProtocolPart {
    pub(super) protocol: Option<Protocol>,
    pub(super) destinations: Vec<(ResolutionId, Rc<[PortRange]>)>,
}

/// All rules of a policy in Tailscale's order: grants, then ACLs. `grant-k4`
#[derive(Debug)]
pub(super) struct CompiledRules<'p> {
    pub(super) list: Vec<CompiledRule<'p>>,
    pub(super) resolutions: Vec<Resolution>,
    pub(super) vias: Vec<BitSet>,
}

struct Resolver<'t, 'p> {
    tailnet: &'t Tailnet<'p>,
    by_text: HashMap<&'p str, ResolutionId>,
    resolutions: Vec<Resolution>,
    by_tags: HashMap<Vec<&'p str>, ViaId>,
    vias: Vec<BitSet>,
}

impl<'p> CompiledRules<'p> {
    pub(super) fn new(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Self {
        let mut resolver = Resolver {
            tailnet,
            by_text: HashMap::new(),
            resolutions: Vec::new(),
            by_tags: HashMap::new(),
            vias: Vec::new(),
        };
        let mut list = Vec::new();
        list.extend(policy.grants.iter().flatten().map(|grant| resolver.grant(grant)));
        list.extend(policy.acls.iter().flatten().map(|acl| resolver.acl(acl)));
        // Without either key, everything is allowed. With an empty list, nothing is.
        // `nodeattrs-attr-c11-unknown`
        if policy.grants.is_none() && policy.acls.is_none() {
            let everything = resolver.resolutions.len();
            resolver.resolutions.push(Resolution::Everything);
            let destinations = vec![(everything, Rc::from([PortRange::ALL]))];
            // In headscale, the implicit rule has every source.
            let src = match policy.dialect {
                Dialect::Tailscale => everything,
                Dialect::Headscale => everything + 1,
            };
            resolver.resolutions.push(Resolution::AnyAddress);
            list.push(CompiledRule {
                src: vec![src],
                parts: vec![ProtocolPart { protocol: None, destinations }],
                dst: vec![everything],
                app: None,
                via: None,
            });
        }
        CompiledRules { list, resolutions: resolver.resolutions, vias: resolver.vias }
    }

    /// Returns the resolved selectors of a list.
    pub(super) fn resolutions_of<'r>(&'r self, list: &'r [ResolutionId]) -> impl Iterator<Item = &'r Resolution> {
        list.iter().filter_map(|&id| self.resolutions.get(id))
    }

    /// Returns the routers that may carry a rule, or `None` if any device may.
    pub(super) fn routers(&self, rule: &CompiledRule) -> Option<&BitSet> {
        rule.via.and_then(|via| self.vias.get(via))
    }
}

impl<'p> Resolver<'_, 'p> {
    fn selector(&mut self, selector: &'p Selector) -> ResolutionId {
        if let Some(&id) = self.by_text.get(selector.text.as_str()) {
            return id;
        }
        let id = self.resolutions.len();
        self.resolutions.push(self.tailnet.resolve(selector));
        self.by_text.insert(&selector.text, id);
        id
    }

    fn selectors(&mut self, list: &'p [Selector]) -> Vec<ResolutionId> {
        list.iter().map(|selector| self.selector(selector)).collect()
    }

    fn via(&mut self, tags: &'p [Selector]) -> ViaId {
        let key: Vec<&str> = tags.iter().map(|tag| tag.text.as_str()).collect();
        if let Some(&id) = self.by_tags.get(&key) {
            return id;
        }
        let mut routers = BitSet::new(self.tailnet.devices.len());
        for tag in &key {
            self.tailnet.with_tag(tag).iter().for_each(|&device| routers.insert(device));
        }
        self.vias.push(routers);
        self.by_tags.insert(key, self.vias.len() - 1);
        self.vias.len() - 1
    }

    fn grant(&mut self, grant: &'p Grant) -> CompiledRule<'p> {
        let dst = self.selectors(&grant.dst);
        let mut protocols: Vec<(Option<Protocol>, Vec<PortRange>)> = Vec::new();
        for spec in &grant.ip {
            match protocols.iter_mut().find(|(protocol, _)| *protocol == spec.protocol) {
                Some((_, ports)) => ports.push(spec.ports),
                None => protocols.push((spec.protocol, vec![spec.ports])),
            }
        }
        let parts = protocols.into_iter().map(|(protocol, ports)| {
            let ports: Rc<[PortRange]> = ports.into();
            ProtocolPart { protocol, destinations: dst.iter().map(|&id| (id, ports.clone())).collect() }
        });
        let parts = parts.collect();
        let via = (!grant.via.is_empty()).then(|| self.via(&grant.via));
        let app = grant.app.as_ref().filter(|app| !app.is_absent_or_empty());
        // headscale grants no capability towards an unknown user, or towards a group that contains
        // one.
        let is_resolved =
            |selector: &&Selector| self.tailnet.dialect == Dialect::Tailscale || self.tailnet.is_resolved(selector);
        let dst: Vec<ResolutionId> = match (app, via) {
            (Some(_), None) => grant
                .dst
                .iter()
                .filter(is_resolved)
                .filter_map(|one| self.by_text.get(one.text.as_str()).copied())
                .collect(),
            _ => dst,
        };
        CompiledRule { src: self.selectors(&grant.src), parts, dst, app, via }
    }

    fn acl(&mut self, acl: &'p Acl) -> CompiledRule<'p> {
        let destinations =
            acl.dst.iter().map(|dst| (self.selector(&dst.host), Rc::from(dst.ports.as_slice()))).collect();
        let parts = vec![ProtocolPart { protocol: acl.proto, destinations }];
        CompiledRule { src: self.selectors(&acl.src), parts, dst: Vec::new(), app: None, via: None }
    }
}
