//! Grants and ACLs in one form, indexed by their sources and destinations.

use std::collections::HashMap;

use crate::access::bit_set::BitSet;
use crate::access::endpoint::Endpoint;
use crate::access::port_set::passing;
use crate::access::posture;
use crate::access::rules_by_selector::RulesBySelector;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::Tailnet;
use crate::model::{Acl, Grant, Policy, PortRange, Protocol, Selector, Until};
use crate::source::Origin;

/// A rule in normal form: it allows all its sources to reach all its destinations on all its ports.
/// An ACL whose destinations have different ports becomes several access rules.
#[derive(Debug)]
pub struct AccessRule<'p> {
    /// The rule of the policy.
    pub rule: RuleRef<'p>,
    /// The sources.
    pub src: Vec<SelectorId>,
    /// The destinations.
    pub dst: Vec<SelectorId>,
    /// The index of each destination in the rule's list.
    pub dst_items: Vec<usize>,
    /// The ports, each with its protocol. Without a protocol, the ports are of the default
    /// protocols. See [`opens`].
    pub ports: Vec<(Option<Protocol>, PortRange)>,
    /// The postures of which a source must meet one: the rule's own, or the default ones. Empty if
    /// none is required.
    pub postures: &'p [Selector],
}

/// A rule of the policy that allows access.
#[derive(Clone, Copy, Debug)]
pub enum RuleRef<'p> {
    /// A grant.
    Grant(&'p Grant),
    /// An ACL.
    Acl(&'p Acl),
    /// A policy with neither `grants` nor `acls`, which allows everything.
    ImplicitAllowAll(Origin),
}

impl RuleRef<'_> {
    /// Returns the end date of the rule, if it has one.
    pub fn until(self) -> Option<Until> {
        match self {
            RuleRef::Grant(grant) => grant.until,
            RuleRef::Acl(acl) => acl.until,
            RuleRef::ImplicitAllowAll(_) => None,
        }
    }

    /// Returns the place of the rule, or of the whole policy if it has no rules.
    pub fn origin(self) -> Origin {
        match self {
            RuleRef::Grant(grant) => grant.origin,
            RuleRef::Acl(acl) => acl.origin,
            RuleRef::ImplicitAllowAll(origin) => origin,
        }
    }
}

impl<'p> AccessRule<'p> {
    /// Returns the destinations as the rule lists them.
    pub fn destinations(&self) -> Vec<&'p Selector> {
        let items = self.dst_items.iter();
        match self.rule {
            RuleRef::Grant(grant) => items.filter_map(|&item| grant.dst.get(item)).collect(),
            RuleRef::Acl(acl) => items.filter_map(|&item| acl.dst.get(item)).map(|dst| &dst.host).collect(),
            RuleRef::ImplicitAllowAll(_) => Vec::new(),
        }
    }

    /// Returns whether the rule includes a port.
    pub fn is_on(&self, protocol: Protocol, port: u16) -> bool {
        self.ports.iter().any(|&ports| opens(ports, protocol, port))
    }
}

/// Returns whether the allowed ports of a rule include a port. A rule without a protocol allows the
/// client's default protocols.
pub fn opens((allowed, ports): (Option<Protocol>, PortRange), protocol: Protocol, port: u16) -> bool {
    let is_allowed = allowed.map_or_else(|| Protocol::DEFAULTS.contains(&protocol), |allowed| allowed == protocol);
    is_allowed && passing(protocol, ports).is_some_and(|ports| ports.contains(port))
}

/// The access rules of a policy, in Tailscale's order (grants before ACLs), with indexes by
/// selector.
#[derive(Debug)]
pub struct RuleIndex<'p> {
    /// The rules by their numbers.
    pub list: Vec<AccessRule<'p>>,
    /// The selectors of the rules.
    pub selectors: SelectorIndex<'p>,
    by_source: RulesBySelector,
    by_destination: RulesBySelector,
    /// The rules whose destinations include `autogroup:self`.
    pub to_own: BitSet,
}

impl<'p> RuleIndex<'p> {
    /// Indexes the grants and ACLs of a policy.
    pub fn new(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Self {
        RuleIndex::among(policy, tailnet, rule_selectors(policy))
    }

    /// Like [`RuleIndex::new`], but also numbers other selectors. `selectors` must include every
    /// selector of the rules.
    pub fn among(policy: &'p Policy, tailnet: &Tailnet<'p>, selectors: impl IntoIterator<Item = &'p Selector>) -> Self {
        let mut selectors = SelectorIndex::new(tailnet, selectors);
        let list = permits(policy, &mut selectors);
        let by_source = RulesBySelector::new(selectors.len(), list.iter().map(|rule| rule.src.as_slice()));
        let by_destination = RulesBySelector::new(selectors.len(), list.iter().map(|rule| rule.dst.as_slice()));
        let to_own = by_destination.rules(selectors.own_devices().as_slice());
        RuleIndex { list, selectors, by_source, by_destination, to_own }
    }

    /// Returns the rules that have `source` as a source.
    pub fn from(&self, tailnet: &Tailnet, source: &Endpoint) -> BitSet {
        self.by_source.rules(&self.selectors.of_source(tailnet, source))
    }

    /// Returns the rules that have `destination` as a destination other than by `autogroup:self`.
    pub fn to(&self, destination: &Endpoint) -> BitSet {
        self.by_destination.rules(&self.selectors.of_destination(destination))
    }

    /// Returns the numbers of the rules that have any of the selectors as a source, in order.
    pub fn with_source(&self, selectors: &[SelectorId]) -> Vec<usize> {
        self.by_source.numbers(selectors)
    }

    /// Returns the numbers of the rules that have any of the selectors as a destination, in order.
    pub fn with_destination(&self, selectors: &[SelectorId]) -> Vec<usize> {
        self.by_destination.numbers(selectors)
    }

    /// Returns, for each selector, the numbers of the rules that have it as a source, in order.
    pub fn by_source(&self) -> &[Vec<usize>] {
        self.by_source.lists()
    }

    /// Returns, for each selector, the numbers of the rules that have it as a destination, in
    /// order.
    pub fn by_destination(&self) -> &[Vec<usize>] {
        self.by_destination.lists()
    }

    /// Returns the rules that have any of the selectors as a source, and the rules that have any as
    /// a destination.
    pub fn with(&self, selectors: &[SelectorId]) -> [BitSet; 2] {
        [self.by_source.rules(selectors), self.by_destination.rules(selectors)]
    }

    /// Returns whether the rule has `autogroup:self` as a destination.
    pub fn is_to_own(&self, number: usize) -> bool {
        self.to_own.contains(number)
    }

    /// Returns the rules in both sets with their numbers, in order: the rules that allow one end to
    /// reach the other on some port, if a posture is met. Between devices of one user, rules to
    /// `autogroup:self` count, too.
    pub fn between(&self, from: &BitSet, to: &BitSet, is_own: bool) -> impl Iterator<Item = (usize, &AccessRule<'p>)> {
        let numbers = from.also_in(to, is_own.then_some(&self.to_own));
        numbers.filter_map(|number| Some((number, self.list.get(number)?)))
    }
}

/// Returns the sources and destinations of all grants and ACLs.
pub fn rule_selectors(policy: &Policy) -> Vec<&Selector> {
    // A list instead of an iterator: each use of a nested iterator is compiled again, and an
    // operator's first build waits for that.
    let mut selectors = Vec::new();
    for grant in policy.grants.iter().flatten() {
        selectors.extend(&grant.src);
        selectors.extend(&grant.dst);
    }
    for acl in policy.acls.iter().flatten() {
        selectors.extend(&acl.src);
        selectors.extend(acl.dst.iter().map(|destination| &destination.host));
    }
    selectors
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
        let (anybody, everything) = selectors.add_everything();
        permits.push(AccessRule {
            rule: RuleRef::ImplicitAllowAll(policy.origin),
            src: vec![anybody],
            dst: vec![everything],
            dst_items: vec![0],
            ports: vec![(None, PortRange::ALL)],
            postures: &[],
        });
    }
    permits
}
