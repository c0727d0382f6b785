//! Mutation testing of rules: finds the changes to a rule that the policy's own tests and
//! invariants detect.
//!
//! A mutant is the policy with one rule deleted, or widened in its sources, destinations or ports.
//! A test or an invariant kills a mutant if it holds for the policy and fails for the mutant. For
//! each mutant that survives, a test is suggested that kills it. Every suggestion is tried first.

mod examples;
mod invariants;
mod killed;
mod network_suite;
mod ssh_suite;
mod suggest;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use policy_core::json::Map;

use crate::mutation::network_suite::NetworkSuite;
use crate::mutation::ssh_suite::SshSuite;
use policy_core::model::{Acl, Autogroup, Grant, Policy, PortSpec, Protocol, Selector, SelectorKind, SshRule};
use policy_core::proof::{AccessClasses, RedundantPart, redundancies};
use policy_core::source::Origin;
use policy_core::testing::Expectation;

use suggest::Suggester;

/// A change of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Mutation {
    /// The rule is removed.
    Deletion,
    /// One part of the rule is widened to everything.
    Widening(Widening),
}

/// The part of a rule that is widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Widening {
    /// The rule gets every source.
    Source,
    /// The rule gets every destination.
    Destination,
    /// The rule gets every port, or an SSH rule every account.
    Ports,
}

impl Widening {
    const ALL: [Widening; 3] = [Widening::Source, Widening::Destination, Widening::Ports];
}

/// A test that kills a mutant that no present test kills.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SuggestedTest {
    /// The mutation.
    pub mutation: Mutation,
    /// The source of the test.
    pub src: String,
    /// The protocol, if it is not TCP.
    pub proto: Option<Protocol>,
    /// The attributes of the source that the test assumes.
    pub attributes: Map,
    /// The expected outcome.
    pub expectation: Expectation,
    /// The target, such as `tag:web:443`. For an SSH test, the account.
    pub target: String,
    /// The destination of an SSH test.
    pub destination: Option<String>,
}

/// The mutants of one rule, and whether each is killed.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RuleCoverage {
    /// The rule.
    pub rule: Origin,
    /// True if the deletion of the rule is killed.
    pub is_deletion_killed: bool,
    /// True if the policy would allow the same access without the rule. No test could kill the
    /// deletion.
    pub is_redundant: bool,
    /// True if it is an SSH rule.
    pub is_ssh: bool,
    /// The possible widenings of the rule, each with whether it is killed.
    pub widenings: Vec<(Widening, bool)>,
    /// Tests that kill surviving mutants. Some mutants have no suggestion.
    pub suggested_tests: Vec<SuggestedTest>,
}

/// The mutants of all rules, and whether each is killed.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MutationCoverage {
    /// Every rule that tests can cover: grants with ports, ACLs, then SSH rules.
    pub rules: Vec<RuleCoverage>,
    /// The number of grants that only have app capabilities, which tests cannot cover.
    pub untestable: usize,
}

impl MutationCoverage {
    /// Returns the number of killed deletions.
    pub fn killed_deletions(&self) -> usize {
        self.rules.iter().filter(|rule| rule.is_deletion_killed).count()
    }

    /// Returns the share of deletions that are killed in percent, rounded down, or 100 if there are
    /// no rules.
    pub fn percent(&self) -> usize {
        self.killed_deletions().saturating_mul(100).checked_div(self.rules.len()).unwrap_or(100)
    }

    /// Returns the number of killed widenings, and the number of all widenings.
    pub fn killed_widenings(&self) -> (usize, usize) {
        let widenings = self.rules.iter().flat_map(|rule| &rule.widenings);
        widenings.fold((0, 0), |(killed, all), (_, is_killed)| (killed + usize::from(*is_killed), all + 1))
    }
}

/// A rule that can be mutated.
#[derive(Clone, Copy)]
enum MutatedRule<'p> {
    Grant(&'p Grant),
    Acl(&'p Acl),
    Ssh(&'p SshRule),
}

/// See [`Analysis::coverage`](crate::Analysis::coverage).
pub(crate) fn coverage(policy: &Policy) -> MutationCoverage {
    let (network, ssh) = (NetworkSuite::new(policy), SshSuite::new(policy));
    let rules = mutated_rules(policy);
    let mut killed = killed_by_tests(policy, &network, &ssh);
    killed.extend(invariants::killed(policy, &rules, &killed));
    let has_survivor = rules.iter().any(|rule| !killed.contains(&(rule.origin(), Mutation::Deletion)));
    let redundant = if has_survivor { redundant_rules(policy) } else { HashSet::new() };
    let mut suggester = Suggester::new(policy, &network, &ssh);
    let covered = rules.iter().map(|&rule| {
        let origin = rule.origin();
        let is_killed = |mutation: Mutation| killed.contains(&(origin, mutation));
        let (is_deletion_killed, is_redundant) = (is_killed(Mutation::Deletion), redundant.contains(&origin));
        let widenings: Vec<(Widening, bool)> =
            rule.widenings().map(|widening| (widening, is_killed(Mutation::Widening(widening)))).collect();
        let deletion = (!is_deletion_killed && !is_redundant).then_some(Mutation::Deletion);
        let surviving = widenings.iter().filter(|(_, is_killed)| !is_killed);
        let surviving = deletion.into_iter().chain(surviving.map(|(widening, _)| Mutation::Widening(*widening)));
        let suggested_tests = surviving.filter_map(|mutation| suggester.suggest(rule, mutation)).collect();
        let is_ssh = matches!(rule, MutatedRule::Ssh(_));
        RuleCoverage { rule: origin, is_ssh, is_deletion_killed, is_redundant, widenings, suggested_tests }
    });
    let grants = policy.grants.iter().flatten();
    MutationCoverage { rules: covered.collect(), untestable: grants.filter(|grant| grant.ip.is_empty()).count() }
}

/// Returns the mutants that the policy's own tests kill.
fn killed_by_tests(policy: &Policy, network: &NetworkSuite, ssh: &SshSuite) -> HashSet<(Origin, Mutation)> {
    let (by_tests, by_ssh_tests) = (network.killed_by(&policy.tests), ssh.killed_by(&policy.ssh_tests));
    let deletions = by_tests.deletions.iter().chain(&by_ssh_tests.deletions);
    let mut killed: HashSet<(Origin, Mutation)> = deletions.map(|&rule| (rule, Mutation::Deletion)).collect();
    for widening in Widening::ALL {
        let mutation = Mutation::Widening(widening);
        for rule in by_tests.widened(widening).iter().filter_map(|number| network.rules.list.get(number)) {
            killed.insert((rule.rule.origin(), mutation));
        }
        killed.extend(by_ssh_tests.widened(widening).iter().map(|&rule| (rule, mutation)));
    }
    killed
}

fn mutated_rules(policy: &Policy) -> Vec<MutatedRule<'_>> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(MutatedRule::Grant);
    let acls = policy.acls.iter().flatten().map(MutatedRule::Acl);
    let ssh = policy.ssh.iter().filter(|rule| rule.action.is_some()).map(MutatedRule::Ssh);
    grants.chain(acls).chain(ssh).collect()
}

/// Returns the rules whose removal changes no access.
fn redundant_rules(policy: &Policy) -> HashSet<Origin> {
    let redundant = redundancies(&AccessClasses::new(policy)).into_iter();
    redundant.filter(|redundancy| redundancy.part == RedundantPart::Rule).map(|redundancy| redundancy.rule).collect()
}

impl<'p> MutatedRule<'p> {
    fn origin(self) -> Origin {
        match self {
            MutatedRule::Grant(grant) => grant.origin,
            MutatedRule::Acl(acl) => acl.origin,
            MutatedRule::Ssh(rule) => rule.origin,
        }
    }

    fn src(self) -> &'p [Selector] {
        match self {
            MutatedRule::Grant(grant) => &grant.src,
            MutatedRule::Acl(acl) => &acl.src,
            MutatedRule::Ssh(rule) => &rule.src,
        }
    }

    fn dst(self) -> Vec<&'p Selector> {
        match self {
            MutatedRule::Grant(grant) => grant.dst.iter().collect(),
            MutatedRule::Acl(acl) => acl.dst.iter().map(|destination| &destination.host).collect(),
            MutatedRule::Ssh(rule) => rule.dst.iter().collect(),
        }
    }

    fn postures(self) -> &'p [Selector] {
        match self {
            MutatedRule::Grant(grant) => &grant.src_posture,
            MutatedRule::Acl(acl) => &acl.src_posture,
            MutatedRule::Ssh(rule) => &rule.src_posture,
        }
    }

    /// Returns the ways in which the rule can be widened.
    fn widenings(self) -> impl Iterator<Item = Widening> {
        let is_any = |selector: &Selector| selector.kind == SelectorKind::Wildcard;
        let is_on_all = match self {
            MutatedRule::Grant(grant) => grant.ip.iter().any(PortSpec::is_all),
            MutatedRule::Acl(acl) => {
                acl.proto.is_none() && acl.dst.iter().all(|dst| dst.ports.iter().any(|ports| ports.is_all()))
            }
            MutatedRule::Ssh(_) => false,
        };
        // Every user who owns devices is a member.
        let is_member = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::Member));
        let is_own = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        // This is wider than `*`, which only includes the tailnet.
        let is_anybody = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::DangerAll));
        let is_of_all = self.src().iter().any(|selector| is_any(selector) || is_anybody(selector))
            || self.src().iter().any(is_member) && self.dst().into_iter().all(is_own);
        let is_widest = [is_of_all, self.dst().into_iter().any(is_any), is_on_all];
        Widening::ALL.into_iter().zip(is_widest).filter(|(_, is_widest)| !is_widest).map(|(widening, _)| widening)
    }
}
