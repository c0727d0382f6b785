//! Whether the policy's own `tests` hold.

use crate::model::{
    Autogroup, Destination, Origin, Policy, PortRange, Protocol, Selector, SelectorKind, Target, Test, Text,
};

use super::party::{Party, parties};
use super::posture;
use super::tailnet::Tailnet;

/// What a test says of one target or account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It must be allowed.
    Accept,
    /// It must be allowed after a check.
    Check,
    /// It must not be allowed.
    Deny,
}

/// What became of one target or account of a test.
#[derive(Clone, Debug)]
pub struct Outcome<'p> {
    /// What was to be.
    pub expectation: Expectation,
    /// The target of a test, or the account of an SSH test.
    pub target: &'p Text,
    /// The destination of an SSH test; for a test it is in the target.
    pub destination: Option<&'p Selector>,
    /// Whether it is so.
    pub passes: bool,
    /// The rule that allows it, if one does: what an accept rests on, and what a failing deny is refuted by.
    pub rule: Option<Origin>,
}

/// What becomes of every target of the policy's `tests`, in the order of the policy.
///
/// A target is reached if every device of the source may reach some device of the destination. `policytest-allpass-acls-group-src-host-dst`
/// It is denied if none may reach any. Users and tags need no devices. Without a protocol a test is of TCP.
/// `policytest-proto-udp` What is wrong with a test in itself is for [`crate::check`] to say.
///
/// ```
/// use policy_core::{Policy, eval};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
/// }"#);
/// assert!(eval::test_outcomes(&policy).iter().all(|outcome| outcome.passes));
/// ```
pub fn test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    let tailnet = Tailnet::new(policy);
    let mut outcomes = Vec::new();
    for test in &policy.tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| parties(&tailnet, src));
        let wanted = test.accept.iter().map(|target| (Expectation::Accept, target));
        for (expectation, target) in wanted.chain(test.deny.iter().map(|target| (Expectation::Deny, target))) {
            outcomes.push(outcome(policy, &tailnet, test, &sources, expectation, target));
        }
    }
    outcomes
}

fn outcome<'p>(
    policy: &'p Policy,
    tailnet: &Tailnet<'p>,
    test: &Test,
    sources: &[Party],
    expectation: Expectation,
    target: &'p Target,
) -> Outcome<'p> {
    let destinations = parties(tailnet, &target.host);
    let allowed: Vec<Option<Origin>> = sources
        .iter()
        .map(|source| {
            destinations.iter().find_map(|destination| {
                let probe = Probe { policy, tailnet, test, source, destination, port: target.port };
                probe.allowing_rule()
            })
        })
        .collect();
    let passes = match expectation {
        Expectation::Deny => allowed.iter().all(Option::is_none),
        _ => !allowed.is_empty() && allowed.iter().all(Option::is_some),
    };
    let rule = allowed.into_iter().flatten().next();
    Outcome { expectation, target: &target.text, destination: None, passes, rule }
}

/// One packet.
struct Probe<'a, 'p> {
    policy: &'p Policy,
    tailnet: &'a Tailnet<'p>,
    test: &'a Test,
    source: &'a Party<'p>,
    destination: &'a Party<'p>,
    port: u16,
}

impl Probe<'_, '_> {
    /// The first rule that lets it through; the whole policy where that has no rules at all, and so allows everything.
    fn allowing_rule(&self) -> Option<Origin> {
        if self.policy.grants.is_none() && self.policy.acls.is_none() {
            return Some(self.policy.origin);
        }
        let grants = self.policy.grants.iter().flatten().filter(|grant| {
            grant.ip.iter().any(|spec| self.is_on(spec.protocol, spec.ports))
                && grant.dst.iter().any(|dst| self.goes_to(dst))
                && self.comes_from(&grant.src, &grant.src_posture)
        });
        let acls = self.policy.acls.iter().flatten().filter(|acl| {
            let is_destination = |dst: &Destination| {
                dst.ports.iter().any(|&ports| self.is_on(acl.proto, ports)) && self.goes_to(&dst.host)
            };
            acl.dst.iter().any(is_destination) && self.comes_from(&acl.src, &acl.src_posture)
        });
        grants.map(|grant| grant.origin).chain(acls.map(|acl| acl.origin)).next()
    }

    fn comes_from(&self, src: &[Selector], postures: &[Selector]) -> bool {
        src.iter().any(|selector| self.source.is_source(self.tailnet, selector))
            && posture::holds(self.policy, postures, &self.test.src_posture_attrs)
    }

    fn goes_to(&self, selector: &Selector) -> bool {
        match selector.kind {
            SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => self.destination.is_own_device_of(self.source),
            _ => self.destination.is_destination(self.tailnet, selector),
        }
    }

    /// Protocols without ports go through whatever the ports of a rule are, as in the client.
    fn is_on(&self, allowed: Option<Protocol>, ports: PortRange) -> bool {
        let protocol = self.test.proto.unwrap_or(Protocol::TCP);
        let defaults = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::ICMPV6];
        let is_allowed = allowed.map_or_else(|| defaults.contains(&protocol), |allowed| allowed == protocol);
        is_allowed && (!protocol.has_ports() || ports.contains(self.port))
    }
}
