//! Whether the policy's own `tests` hold.

use std::collections::HashMap;

use crate::model::{Origin, Policy, Protocol, Selector, Target, Test, Text};

use super::bits::Bits;
use super::party::{Party, parties};
use super::permits::Permits;
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
    let permits = Permits::new(policy, &tailnet);
    let mut hosts: HashMap<&str, Vec<End>> = HashMap::new();
    let mut outcomes = Vec::new();
    for test in &policy.tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| parties(&tailnet, src)).into_iter();
        let sources: Vec<End> =
            sources.map(|party| End { permits: permits.from(&tailnet, &party.identity()), party }).collect();
        let wanted = test.accept.iter().map(|target| (Expectation::Accept, target));
        for (expectation, target) in wanted.chain(test.deny.iter().map(|target| (Expectation::Deny, target))) {
            let destinations = hosts.entry(&target.host.text).or_insert_with(|| {
                let parties = parties(&tailnet, &target.host).into_iter();
                parties.map(|party| End { permits: permits.to(&party.identity()), party }).collect()
            });
            let probe = Probe { policy, permits: &permits, test, port: target.port };
            outcomes.push(probe.outcome(expectation, target, &sources, destinations));
        }
    }
    outcomes
}

/// One side of a test, and the permits that it is one side of.
struct End<'p> {
    party: Party<'p>,
    permits: Bits,
}

/// A test's packets to one port.
struct Probe<'a, 'p> {
    policy: &'p Policy,
    permits: &'a Permits<'p>,
    test: &'a Test,
    port: u16,
}

impl<'p> Probe<'_, 'p> {
    fn outcome(
        &self,
        expectation: Expectation,
        target: &'p Target,
        sources: &[End],
        destinations: &[End],
    ) -> Outcome<'p> {
        let allowed: Vec<Option<Origin>> = sources
            .iter()
            .map(|source| destinations.iter().find_map(|destination| self.allowing_rule(source, destination)))
            .collect();
        let passes = match expectation {
            Expectation::Deny => allowed.iter().all(Option::is_none),
            _ => !allowed.is_empty() && allowed.iter().all(Option::is_some),
        };
        let rule = allowed.into_iter().flatten().next();
        Outcome { expectation, target: &target.text, destination: None, passes, rule }
    }

    /// The first rule that lets a packet through; the whole policy where that has no rules at all, and so allows everything.
    fn allowing_rule(&self, source: &End, destination: &End) -> Option<Origin> {
        let protocol = self.test.proto.unwrap_or(Protocol::TCP);
        let is_own = destination.party.is_own_device_of(&source.party);
        let mut permits = self.permits.between(&source.permits, &destination.permits, is_own);
        let permit = permits.find(|permit| {
            permit.is_on(protocol, self.port)
                && posture::holds(self.policy, permit.postures, &self.test.src_posture_attrs)
        });
        permit.map(|permit| permit.rule.origin())
    }
}
