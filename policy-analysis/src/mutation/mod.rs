//! Which rules no test and no invariant would miss.
//!
//! A rule is *needed* if a test that is as it must be would fail without it, and it is *held* at its sources, destinations
//! or ports if a test would fail or an invariant would break were it for every one of them. What nothing would notice is
//! said with the line of a test that would, tried out before it is said.

mod examples;
mod invariants;
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
use policy_core::proof::classes::AccessClasses;
use policy_core::proof::redundancy::{RedundantPart, redundancies};
use policy_core::source::Origin;
use policy_core::testing::outcome::Expectation;

use suggest::Suggestions;

/// A change of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mutation {
    /// It goes.
    Deleted,
    /// It is for every source as well.
    AnySource,
    /// It is to every destination as well.
    AnyDestination,
    /// It is on every port as well; of an SSH rule, for every account.
    AnyPort,
}

/// A line of a test that would notice a change.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestedTest {
    /// Which change.
    pub change: Mutation,
    /// The source of the test.
    pub src: String,
    /// The protocol, if it is not TCP.
    pub proto: Option<Protocol>,
    /// The imagined posture of the source.
    pub attributes: Map,
    /// What must be so.
    pub expectation: Expectation,
    /// The target, as `tag:web:443`; of an SSH test the account.
    pub target: String,
    /// The destination of an SSH test.
    pub destination: Option<String>,
}

/// What tests and invariants would notice of one rule.
#[derive(Clone, Debug)]
pub struct RuleCoverage {
    /// The rule.
    pub rule: Origin,
    /// Whether something would fail without it.
    pub is_needed: bool,
    /// Whether the policy would allow the same without it, so that no test could need it.
    pub is_needless: bool,
    /// Whether it is an SSH rule.
    pub is_ssh: bool,
    /// The ways in which it is not as wide as can be, each with whether something would notice if it were.
    pub wider: Vec<(Mutation, bool)>,
    /// For what nothing would notice the lines that would; not for all is there one.
    pub pins: Vec<SuggestedTest>,
}

/// What tests and invariants would notice of all rules.
#[derive(Clone, Debug)]
pub struct MutationCoverage {
    /// Every rule that a test can be about: grants with ports, acls, then SSH rules.
    pub rules: Vec<RuleCoverage>,
    /// How many grants give capabilities of applications alone, which no test can probe.
    pub untestable: usize,
}

impl MutationCoverage {
    /// How many rules are needed.
    pub fn needed(&self) -> usize {
        self.rules.iter().filter(|covered| covered.is_needed).count()
    }

    /// The same in hundredths of all, rounded down; all of none are needed.
    pub fn percent(&self) -> usize {
        self.needed().saturating_mul(100).checked_div(self.rules.len()).unwrap_or(100)
    }

    /// In how many ways rules could be wider with something to notice it, and in how many at all.
    pub fn held(&self) -> (usize, usize) {
        let ways = self.rules.iter().flat_map(|covered| &covered.wider);
        ways.fold((0, 0), |(held, all), (_, is_held)| (held + usize::from(*is_held), all + 1))
    }
}

/// A rule that can be changed.
#[derive(Clone, Copy)]
enum MutatedRule<'p> {
    Grant(&'p Grant),
    Acl(&'p Acl),
    Ssh(&'p SshRule),
}

/// What the tests and invariants of a valid policy would notice of its rules.
///
/// ```
/// use policy_core::Policy;

/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [
///         {"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},
///         {"src": ["tag:db"], "dst": ["tag:web"], "ip": ["tcp:443"]},
///     ],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"]}],
/// }"#);
/// let coverage = coverage::coverage(&policy);
/// assert_eq!((coverage.needed(), coverage.percent()), (1, 50));
/// let pin = &coverage.rules[1].pins[0];
/// assert_eq!((pin.src.as_str(), pin.target.as_str()), ("tag:db", "tag:web:443"));
/// ```
pub fn coverage(policy: &Policy) -> MutationCoverage {
    let (network, ssh) = (NetworkSuite::new(policy), SshSuite::new(policy));
    let (held, held_ssh) = (network.held(), ssh.held());
    let mut noticed: HashSet<(Origin, Mutation)> = HashSet::new();
    noticed.extend(held.needed.iter().chain(&held_ssh.needed).map(|&rule| (rule, Mutation::Deleted)));
    for (change, (permits, rules)) in WIDER.into_iter().zip(held.wider.iter().zip(&held_ssh.wider)) {
        let permits = permits.iter().filter_map(|number| network.permits.list.get(number));
        noticed.extend(permits.map(|permit| (permit.rule.origin(), change)));
        noticed.extend(rules.iter().map(|&rule| (rule, change)));
    }
    let rules = rules(policy);
    noticed.extend(invariants::noticed(policy, &rules, &noticed));
    let unneeded = rules.iter().any(|rule| !noticed.contains(&(rule.origin(), Mutation::Deleted)));
    let needless = if unneeded { needless(policy) } else { HashSet::new() };
    let mut pins = Suggestions::new(policy, &network, &ssh);
    let covered = rules.iter().map(|&rule| {
        let origin = rule.origin();
        let is_noticed = |change: Mutation| noticed.contains(&(origin, change));
        let (is_needed, is_needless) = (is_noticed(Mutation::Deleted), needless.contains(&origin));
        let wider: Vec<(Mutation, bool)> = rule.ways().map(|change| (change, is_noticed(change))).collect();
        let open = wider.iter().filter(|(_, is_held)| !is_held).map(|(change, _)| *change);
        let deleted = (!is_needed && !is_needless).then_some(Mutation::Deleted);
        let pins = deleted.into_iter().chain(open).filter_map(|change| pins.pin(rule, change)).collect();
        RuleCoverage { rule: origin, is_ssh: matches!(rule, MutatedRule::Ssh(_)), is_needed, is_needless, wider, pins }
    });
    let grants = policy.grants.iter().flatten();
    MutationCoverage { rules: covered.collect(), untestable: grants.filter(|grant| grant.ip.is_empty()).count() }
}

/// The ways to widen a rule.
const WIDER: [Mutation; 3] = [Mutation::AnySource, Mutation::AnyDestination, Mutation::AnyPort];

fn rules(policy: &Policy) -> Vec<MutatedRule<'_>> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(MutatedRule::Grant);
    let acls = policy.acls.iter().flatten().map(MutatedRule::Acl);
    let ssh = policy.ssh.iter().filter(|rule| rule.action.is_some()).map(MutatedRule::Ssh);
    grants.chain(acls).chain(ssh).collect()
}

/// The rules without which the policy would allow the same.
fn needless(policy: &Policy) -> HashSet<Origin> {
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

    /// How it could be wider.
    fn ways(self) -> impl Iterator<Item = Mutation> {
        let is_any = |selector: &Selector| selector.kind == SelectorKind::Wildcard;
        let is_on_all = match self {
            MutatedRule::Grant(grant) => grant.ip.iter().any(PortSpec::is_all),
            MutatedRule::Acl(acl) => {
                acl.proto.is_none() && acl.dst.iter().all(|dst| dst.ports.iter().any(|ports| ports.is_all()))
            }
            MutatedRule::Ssh(_) => false,
        };
        // Everybody who has devices of their own is a member.
        let is_member = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::Member));
        let is_own = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        // That is wider than `*`, which is the tailnet.
        let is_anybody = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::DangerAll));
        let is_of_all = self.src().iter().any(|selector| is_any(selector) || is_anybody(selector))
            || self.src().iter().any(is_member) && self.dst().into_iter().all(is_own);
        let is_widest = [is_of_all, self.dst().into_iter().any(is_any), is_on_all];
        WIDER.into_iter().zip(is_widest).filter(|(_, is_widest)| !is_widest).map(|(change, _)| change)
    }
}
