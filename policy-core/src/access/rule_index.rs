//! Which rules let a packet through: grants and acls in one form, found by their two ends.

use std::collections::HashMap;

use crate::access::bit_set::BitSet;
use crate::access::endpoint::Endpoint;
use crate::access::posture;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::Tailnet;
use crate::model::{Acl, Grant, Policy, PortRange, Protocol, Selector};
use crate::source::Origin;

/// What one rule allows: all its sources to all its destinations on all its ports. An acl whose destinations have
/// different ports has several.
#[derive(Debug)]
pub struct AccessRule<'p> {
    pub rule: RuleRef<'p>,
    pub src: Vec<SelectorId>,
    pub dst: Vec<SelectorId>,
    /// The place of each destination in the rule's list.
    pub dst_items: Vec<usize>,
    pub ports: Vec<(Option<Protocol>, PortRange)>,
    /// One of them must be met, if there are any: the rule's own, or the default ones.
    pub postures: &'p [Selector],
}

/// A rule for packets.
#[derive(Clone, Copy, Debug)]
pub enum RuleRef<'p> {
    Grant(&'p Grant),
    Acl(&'p Acl),
    /// What a policy that has neither grants nor acls allows: everything
    NoRules(Origin),
}

impl RuleRef<'_> {
    pub fn origin(self) -> Origin {
        match self {
            RuleRef::Grant(grant) => grant.origin,
            RuleRef::Acl(acl) => acl.origin,
            RuleRef::NoRules(origin) => origin,
        }
    }
}

impl AccessRule<'_> {
    /// Whether it is about that port.
    pub fn is_on(&self, protocol: Protocol, port: u16) -> bool {
        self.ports.iter().any(|&ports| opens(ports, protocol, port))
    }
}

/// Whether what a rule has as ports opens one. Protocols without ports go through whatever the ports of a rule are, as
/// in the client, and a rule without a protocol is about the client's default ones.
pub fn opens((allowed, ports): (Option<Protocol>, PortRange), protocol: Protocol, port: u16) -> bool {
    let is_allowed = allowed.map_or_else(|| Protocol::DEFAULTS.contains(&protocol), |allowed| allowed == protocol);
    is_allowed && (!protocol.has_ports() || ports.contains(port))
}

/// The permits of a policy, in the order that Tailscale has, grants before acls, and where to find them.
#[derive(Debug)]
pub struct RuleIndex<'p> {
    pub list: Vec<AccessRule<'p>>,
    pub selectors: SelectorIndex<'p>,
    /// By selector, those that have it as a source
    from: Vec<Vec<usize>>,
    to: Vec<Vec<usize>>,
    /// Those to `autogroup:self`
    to_own: BitSet,
}

impl<'p> RuleIndex<'p> {
    /// Those of a policy.
    pub fn new(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Self {
        RuleIndex::among(policy, tailnet, ends(policy))
    }

    /// The same, with more selectors numbered: all that rules have must be among them.
    pub fn among(policy: &'p Policy, tailnet: &Tailnet<'p>, selectors: impl IntoIterator<Item = &'p Selector>) -> Self {
        let mut selectors = SelectorIndex::new(tailnet, selectors);
        let list = permits(policy, &mut selectors);
        let (mut from, mut to) = (vec![Vec::new(); selectors.len()], vec![Vec::new(); selectors.len()]);
        for (number, permit) in list.iter().enumerate() {
            for (lists, ids) in [(&mut from, &permit.src), (&mut to, &permit.dst)] {
                ids.iter().for_each(|&id| lists.get_mut(id).into_iter().for_each(|list| list.push(number)));
            }
        }
        let to_own = selectors.own_devices().map_or(BitSet::new(list.len()), |id| entries(&list, &to, &[id]));
        RuleIndex { list, selectors, from, to, to_own }
    }

    /// Those that somebody is a source of.
    pub fn from(&self, tailnet: &Tailnet, source: &Endpoint) -> BitSet {
        entries(&self.list, &self.from, &self.selectors.of_source(tailnet, source))
    }

    /// Those that somebody is a destination of, `autogroup:self` apart.
    pub fn to(&self, destination: &Endpoint) -> BitSet {
        entries(&self.list, &self.to, &self.selectors.of_destination(destination))
    }

    /// The numbers of those that one of the selectors is a source of, in order.
    pub fn with_source(&self, selectors: &[SelectorId]) -> Vec<usize> {
        numbers(&self.from, selectors)
    }

    /// The numbers of those that one of the selectors is a destination of, in order.
    pub fn with_destination(&self, selectors: &[SelectorId]) -> Vec<usize> {
        numbers(&self.to, selectors)
    }

    /// By selector, the numbers of those that have it as a source, in order.
    pub fn by_source(&self) -> &[Vec<usize>] {
        &self.from
    }

    /// By selector, the numbers of those that have it as a destination, in order.
    pub fn by_destination(&self) -> &[Vec<usize>] {
        &self.to
    }

    /// Those that have one of some selectors as a source, and as a destination.
    pub fn with(&self, selectors: &[SelectorId]) -> [BitSet; 2] {
        [&self.from, &self.to].map(|by_selector| entries(&self.list, by_selector, selectors))
    }

    /// Whether one is to `autogroup:self`.
    pub fn is_to_own(&self, number: usize) -> bool {
        self.to_own.contains(number)
    }

    /// The numbers of those to `autogroup:self`.
    pub fn own_numbers(&self) -> impl Iterator<Item = usize> {
        self.to_own.iter()
    }

    /// Those in both sets with their numbers, in their order: what leads from somebody to somebody, on some port and if some posture is
    /// met. Between devices of one user `autogroup:self` is a destination, too.
    pub fn between(&self, from: &BitSet, to: &BitSet, is_own: bool) -> impl Iterator<Item = (usize, &AccessRule<'p>)> {
        let numbers = from.also_in(to, is_own.then_some(&self.to_own));
        numbers.filter_map(|number| Some((number, self.list.get(number)?)))
    }
}

/// The sources and destinations of all grants and acls.
pub fn ends(policy: &Policy) -> impl Iterator<Item = &Selector> {
    let grants = policy.grants.iter().flatten().flat_map(|grant| grant.src.iter().chain(&grant.dst));
    let acls = policy.acls.iter().flatten();
    let acls = acls.flat_map(|acl| acl.src.iter().chain(acl.dst.iter().map(|destination| &destination.host)));
    grants.chain(acls)
}

fn numbers(by_selector: &[Vec<usize>], selectors: &[SelectorId]) -> Vec<usize> {
    let mut numbers: Vec<usize> = selectors.iter().filter_map(|&id| by_selector.get(id)).flatten().copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The permits that one of some selectors has.
fn entries(list: &[AccessRule], by_selector: &[Vec<usize>], selectors: &[SelectorId]) -> BitSet {
    let mut entries = BitSet::new(list.len());
    let numbers = selectors.iter().filter_map(|&id| by_selector.get(id)).flatten();
    numbers.for_each(|&number| entries.insert(number));
    entries
}

fn permits<'p>(policy: &'p Policy, selectors: &mut SelectorIndex<'p>) -> Vec<AccessRule<'p>> {
    let mut permits = Vec::new();
    for grant in policy.grants.iter().flatten() {
        permits.push(AccessRule {
            rule: RuleRef::Grant(grant),
            src: selectors.ids(&grant.src),
            dst: selectors.ids(&grant.dst),
            dst_items: (0..grant.dst.len()).collect(),
            ports: grant.ip.iter().map(|spec| (spec.protocol, spec.ports)).collect(),
            postures: posture::required(policy, &grant.src_posture),
        });
    }
    for acl in policy.acls.iter().flatten() {
        let mut by_ports: HashMap<&[PortRange], usize> = HashMap::new();
        for (item, destination) in acl.dst.iter().enumerate() {
            let number = *by_ports.entry(&destination.ports).or_insert_with(|| {
                permits.push(AccessRule {
                    rule: RuleRef::Acl(acl),
                    src: selectors.ids(&acl.src),
                    dst: Vec::new(),
                    dst_items: Vec::new(),
                    ports: destination.ports.iter().map(|&ports| (acl.proto, ports)).collect(),
                    postures: posture::required(policy, &acl.src_posture),
                });
                permits.len() - 1
            });
            if let Some(permit) = permits.get_mut(number) {
                permit.dst.extend(selectors.id(&destination.host.text));
                permit.dst_items.push(item);
            }
        }
    }
    if policy.grants.is_none() && policy.acls.is_none() {
        let (anybody, everything) = selectors.everything();
        permits.push(AccessRule {
            rule: RuleRef::NoRules(policy.origin),
            src: vec![anybody],
            dst: vec![everything],
            dst_items: vec![0],
            ports: vec![(None, PortRange::ALL)],
            postures: &[],
        });
    }
    permits
}
