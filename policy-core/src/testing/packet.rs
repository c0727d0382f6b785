//! Matching of rules and packets.

use crate::json::Map;

use crate::access::{AccessRule, MissingFact, RuleRef, Tailnet, Ternary, opens, posture};
use crate::model::{Autogroup, Policy, PortRange, PortSpec, Protocol, Selector, SelectorKind};
use crate::testing::test_endpoint::TestEndpoint;

/// A packet of a test.
#[derive(Clone, Copy)]
pub struct Packet<'a, 'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The tailnet of the policy.
    pub tailnet: &'a Tailnet<'p>,
    /// The assumed posture of the source.
    pub attributes: &'p Map,
    /// The source.
    pub source: &'a TestEndpoint<'p>,
    /// The destination.
    pub destination: &'a TestEndpoint<'p>,
    /// The protocol, if the test names one.
    pub protocol: Option<Protocol>,
    /// The destination port.
    pub port: u16,
}

/// Returns every rule that allows ports, in Tailscale's order: grants, then ACLs.
#[cfg(test)]
pub(super) fn access_rules(policy: &Policy) -> impl Iterator<Item = RuleRef<'_>> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(RuleRef::Grant);
    grants.chain(policy.acls.iter().flatten().map(RuleRef::Acl))
}

impl<'p> Packet<'_, 'p> {
    /// Returns whether a rule allows the packet.
    pub fn matches_rule(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        // The cheapest condition, which is also the most selective, comes first.
        self.matches_destinations(rule)
            .and(|| self.matches_source(rule))
            .and(|| self.meets_posture(posture::required(self.policy, rule.src_posture())).into())
    }

    /// Returns whether a rule of the index that matches both ends allows the packet.
    pub fn matches_between_ends(&self, rule: &AccessRule) -> Ternary<'p> {
        self.matches_ports(rule).and(|| self.meets_posture(rule.postures).into())
    }

    /// Returns whether the rule allows the port at the destination.
    fn matches_destinations(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        Ternary::any(rule.destinations().map(|(dst, ports)| {
            let is_open = |protocol| ports.each().any(|range| opens(range, protocol, self.port));
            self.matches_protocol(is_open).and(|| self.matches_destination(dst))
        }))
    }

    /// Returns whether the source is one of the rule's.
    pub fn matches_source(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        Ternary::any(rule.src().iter().map(|selector| self.source.is_source(self.tailnet, selector)))
    }

    /// Returns whether the selector, as a destination, names the destination of the packet.
    pub fn matches_destination(&self, selector: &'p Selector) -> Ternary<'p> {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => self.destination.is_own_device_of(self.source),
            _ => self.destination.is_destination(self.tailnet, selector),
        }
    }

    /// Returns whether the port of the packet is one of the rule's.
    pub fn matches_ports(&self, rule: &AccessRule) -> Ternary<'p> {
        self.matches_protocol(|protocol| rule.is_on(protocol, self.port))
    }

    /// Returns whether the source meets one of the required postures. True if none is required.
    pub fn meets_posture(&self, required: &[Selector]) -> bool {
        posture::holds(self.policy, required, self.attributes)
    }

    fn matches_protocol(&self, is_open: impl Fn(Protocol) -> bool) -> Ternary<'p> {
        match self.protocol {
            Some(protocol) => is_open(protocol).into(),
            None if is_open(Protocol::TCP) => Ternary::Yes,
            None if is_open(Protocol::UDP) => Ternary::Maybe(MissingFact::Protocol),
            None => Ternary::No,
        }
    }
}

impl<'p> RuleRef<'p> {
    /// Returns the sources of the rule.
    pub fn src(self) -> &'p [Selector] {
        match self {
            RuleRef::Grant(grant) => &grant.src,
            RuleRef::Acl(acl) => &acl.src,
            RuleRef::ImplicitAllowAll(_) => &[],
        }
    }

    /// Returns the postures of the rule itself.
    pub fn src_posture(self) -> &'p [Selector] {
        match self {
            RuleRef::Grant(grant) => &grant.src_posture,
            RuleRef::Acl(acl) => &acl.src_posture,
            RuleRef::ImplicitAllowAll(_) => &[],
        }
    }

    /// Returns the destinations, each with its ports.
    pub fn destinations(self) -> impl Iterator<Item = (&'p Selector, RulePorts<'p>)> {
        let (grant, acl) = match self {
            RuleRef::Grant(grant) => (Some(grant), None),
            RuleRef::Acl(acl) => (None, Some(acl)),
            RuleRef::ImplicitAllowAll(_) => (None, None),
        };
        let of_grant = grant.into_iter().flat_map(|grant| {
            grant.dst.iter().map(|dst| (dst, RulePorts { specs: &grant.ip, protocol: None, ranges: &[] }))
        });
        let of_acl = acl.into_iter().flat_map(|acl| {
            acl.dst.iter().map(|dst| (&dst.host, RulePorts { specs: &[], protocol: acl.proto, ranges: &dst.ports }))
        });
        of_grant.chain(of_acl)
    }
}

/// The ports of a rule at one destination, from a grant or an ACL.
#[derive(Clone, Copy)]
pub struct RulePorts<'p> {
    specs: &'p [PortSpec],
    protocol: Option<Protocol>,
    ranges: &'p [PortRange],
}

impl<'p> RulePorts<'p> {
    /// Returns the ports, each with its protocol. Ports without a protocol are those of TCP, UDP
    /// and ICMP.
    fn each(self) -> impl Iterator<Item = (Option<Protocol>, PortRange)> {
        let of_grant = self.specs.iter().map(|spec| (spec.protocol, spec.ports));
        of_grant.chain(self.ranges.iter().map(move |&ports| (self.protocol, ports)))
    }
}
