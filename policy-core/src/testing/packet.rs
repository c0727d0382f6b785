//! Whether a packet may go from one device to another, and by which rule.

use crate::json::Map;

use crate::access::posture;
use crate::access::rule_index::{AccessRule, RuleRef, opens};
use crate::access::tailnet::Tailnet;
use crate::model::{Autogroup, Policy, PortRange, PortSpec, Protocol, Selector, SelectorKind};
use crate::source::Origin;
use crate::testing::ternary::{MissingFact, Ternary};
use crate::testing::test_endpoint::TestEndpoint;

/// One packet, of a test.
#[derive(Clone, Copy)]
pub struct Packet<'a, 'p> {
    pub policy: &'p Policy,
    pub tailnet: &'a Tailnet<'p>,
    pub attributes: &'p Map,
    pub source: &'a TestEndpoint<'p>,
    pub destination: &'a TestEndpoint<'p>,
    /// `None` where the test names none.
    pub protocol: Option<Protocol>,
    pub port: u16,
}

/// What the policy says to a packet, or to a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'p> {
    Denied,
    /// It is this rule that may allow it.
    Unknown(Origin, MissingFact<'p>),
    /// By this rule.
    Allowed(Origin),
}

impl<'p> Decision<'p> {
    /// The answer of several rules, or to several packets of which one is enough.
    pub fn first(answers: impl IntoIterator<Item = Decision<'p>>) -> Decision<'p> {
        let mut best = Decision::Denied;
        for answer in answers {
            match (answer, best) {
                (Decision::Allowed(_), _) => return answer,
                (Decision::Unknown(..), Decision::Denied) => best = answer,
                _ => {}
            }
        }
        best
    }

    pub fn of_rule(fit: Ternary<'p>, rule: Origin) -> Decision<'p> {
        match fit {
            Ternary::No => Decision::Denied,
            Ternary::Maybe(doubt) => Decision::Unknown(rule, doubt),
            Ternary::Yes => Decision::Allowed(rule),
        }
    }
}

/// Every rule that opens ports, in the order that Tailscale has: grants, then acls.
pub fn access_rules(policy: &Policy) -> impl Iterator<Item = RuleRef<'_>> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(RuleRef::Grant);
    grants.chain(policy.acls.iter().flatten().map(RuleRef::Acl))
}

impl<'p> Packet<'_, 'p> {
    /// Whether a rule lets it through.
    pub fn goes_by(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        // What is cheapest and decides most often comes first.
        self.arrives_by(rule).and(|| self.comes_from(rule)).and(|| self.has_posture_for(rule).into())
    }

    /// Whether the rule opens the port of the destination.
    fn arrives_by(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        Ternary::any(rule.destinations().map(|(dst, ports)| self.is_on(ports).and(|| self.goes_to(dst))))
    }

    pub fn comes_from(&self, rule: RuleRef<'p>) -> Ternary<'p> {
        Ternary::any(rule.src().iter().map(|selector| self.source.is_source(self.tailnet, selector)))
    }

    pub fn has_one_of(&self, postures: &[Selector]) -> bool {
        posture::holds(self.policy, postures, self.attributes)
    }

    pub fn has_posture_for(&self, rule: RuleRef<'p>) -> bool {
        self.has_one_of(posture::required(self.policy, rule.src_posture()))
    }

    pub fn goes_to(&self, selector: &'p Selector) -> Ternary<'p> {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => self.destination.is_own_device_of(self.source),
            _ => self.destination.is_destination(self.tailnet, selector),
        }
    }

    /// Whether its port is one that is open.
    pub fn is_on(&self, ports: RulePorts) -> Ternary<'p> {
        self.is_open(|protocol| ports.each().any(|port| opens(port, protocol, self.port)))
    }

    /// Whether a permit that is about its two ends lets it through.
    pub fn goes_by_permit(&self, permit: &AccessRule) -> Ternary<'p> {
        self.is_open(|protocol| permit.is_on(protocol, self.port)).and(|| self.has_one_of(permit.postures).into())
    }

    fn is_open(&self, is_open: impl Fn(Protocol) -> bool) -> Ternary<'p> {
        match self.protocol {
            Some(protocol) => is_open(protocol).into(),
            None if is_open(Protocol::TCP) => Ternary::Yes,
            None if is_open(Protocol::UDP) => Ternary::Maybe(MissingFact::Protocol),
            None => Ternary::No,
        }
    }
}

impl<'p> RuleRef<'p> {
    pub fn src(self) -> &'p [Selector] {
        match self {
            RuleRef::Grant(grant) => &grant.src,
            RuleRef::Acl(acl) => &acl.src,
            RuleRef::NoRules(_) => &[],
        }
    }

    pub fn src_posture(self) -> &'p [Selector] {
        match self {
            RuleRef::Grant(grant) => &grant.src_posture,
            RuleRef::Acl(acl) => &acl.src_posture,
            RuleRef::NoRules(_) => &[],
        }
    }

    /// Its destinations, each with what is open there.
    pub fn destinations(self) -> impl Iterator<Item = (&'p Selector, RulePorts<'p>)> {
        let (grant, acl) = match self {
            RuleRef::Grant(grant) => (Some(grant), None),
            RuleRef::Acl(acl) => (None, Some(acl)),
            RuleRef::NoRules(_) => (None, None),
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

/// What a rule opens at a destination, as grants or as acls have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RulePorts<'p> {
    specs: &'p [PortSpec],
    protocol: Option<Protocol>,
    ranges: &'p [PortRange],
}

impl<'p> RulePorts<'p> {
    /// The ports, each with its protocol; without one it is of TCP, UDP and ICMP.
    pub fn each(self) -> impl Iterator<Item = (Option<Protocol>, PortRange)> {
        let of_grant = self.specs.iter().map(|spec| (spec.protocol, spec.ports));
        of_grant.chain(self.ranges.iter().map(move |&ports| (self.protocol, ports)))
    }
}
