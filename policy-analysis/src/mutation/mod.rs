//! Which rules no test and no invariant would miss.
//!
//! A rule is *needed* if a test that is as it must be would fail without it, and it is *held* at its sources, destinations
//! or ports if a test would fail or an invariant would break were it for every one of them. What nothing would notice is
//! said with the line of a test that would, tried out before it is said.

mod example;
mod hold;
mod hold_ssh;
mod invariants;
mod pin;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::mutation::hold::NetworkSuite;
use crate::mutation::hold_ssh::SshSuite;
use policy_core::model::{Acl, Autogroup, Grant, Policy, PortSpec, Protocol, Selector, SelectorKind, SshRule};
use policy_core::proof::redundancy::{Part, redundancies};
use policy_core::proof::space::Space;
use policy_core::source::Origin;
use policy_core::testing::outcome::Expectation;

use pin::Pins;

/// A change of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
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
pub struct Pin {
    /// Which change.
    pub change: Change,
    /// The source of the test.
    pub src: String,
    /// The protocol, if it is not TCP.
    pub proto: Option<Protocol>,
    /// The imagined posture of the source.
    pub attributes: Map<String, Value>,
    /// What must be so.
    pub expectation: Expectation,
    /// The target, as `tag:web:443`; of an SSH test the account.
    pub target: String,
    /// The destination of an SSH test.
    pub destination: Option<String>,
}

/// What tests and invariants would notice of one rule.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The rule.
    pub rule: Origin,
    /// Whether something would fail without it.
    pub is_needed: bool,
    /// Whether the policy would allow the same without it, so that no test could need it.
    pub is_needless: bool,
    /// Whether it is an SSH rule.
    pub is_ssh: bool,
    /// The ways in which it is not as wide as can be, each with whether something would notice if it were.
    pub wider: Vec<(Change, bool)>,
    /// For what nothing would notice the lines that would; not for all is there one.
    pub pins: Vec<Pin>,
}

/// What tests and invariants would notice of all rules.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Every rule that a test can be about: grants with ports, acls, then SSH rules.
    pub rules: Vec<Covered>,
    /// How many grants give capabilities of applications alone, which no test can probe.
    pub untestable: usize,
}

impl Coverage {
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
enum Rule<'p> {
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
pub fn coverage(policy: &Policy) -> Coverage {
    let (network, ssh) = (NetworkSuite::new(policy), SshSuite::new(policy));
    let (held, held_ssh) = (network.held(), ssh.held());
    let mut noticed: HashSet<(Origin, Change)> = HashSet::new();
    noticed.extend(held.needed.iter().chain(&held_ssh.needed).map(|&rule| (rule, Change::Deleted)));
    for (change, (permits, rules)) in WIDER.into_iter().zip(held.wider.iter().zip(&held_ssh.wider)) {
        let permits = permits.iter().filter_map(|number| network.permits.list.get(number));
        noticed.extend(permits.map(|permit| (permit.rule.origin(), change)));
        noticed.extend(rules.iter().map(|&rule| (rule, change)));
    }
    let rules = rules(policy);
    noticed.extend(invariants::noticed(policy, &rules, &noticed));
    let unneeded = rules.iter().any(|rule| !noticed.contains(&(rule.origin(), Change::Deleted)));
    let needless = if unneeded { needless(policy) } else { HashSet::new() };
    let mut pins = Pins::new(policy, &network, &ssh);
    let covered = rules.iter().map(|&rule| {
        let origin = rule.origin();
        let is_noticed = |change: Change| noticed.contains(&(origin, change));
        let (is_needed, is_needless) = (is_noticed(Change::Deleted), needless.contains(&origin));
        let wider: Vec<(Change, bool)> = rule.ways().map(|change| (change, is_noticed(change))).collect();
        let open = wider.iter().filter(|(_, is_held)| !is_held).map(|(change, _)| *change);
        let deleted = (!is_needed && !is_needless).then_some(Change::Deleted);
        let pins = deleted.into_iter().chain(open).filter_map(|change| pins.pin(rule, change)).collect();
        Covered { rule: origin, is_ssh: matches!(rule, Rule::Ssh(_)), is_needed, is_needless, wider, pins }
    });
    let grants = policy.grants.iter().flatten();
    Coverage { rules: covered.collect(), untestable: grants.filter(|grant| grant.ip.is_empty()).count() }
}

/// The ways to widen a rule.
const WIDER: [Change; 3] = [Change::AnySource, Change::AnyDestination, Change::AnyPort];

fn rules(policy: &Policy) -> Vec<Rule<'_>> {
    let grants = policy.grants.iter().flatten().filter(|grant| !grant.ip.is_empty()).map(Rule::Grant);
    let acls = policy.acls.iter().flatten().map(Rule::Acl);
    let ssh = policy.ssh.iter().filter(|rule| rule.action.is_some()).map(Rule::Ssh);
    grants.chain(acls).chain(ssh).collect()
}

/// The rules without which the policy would allow the same.
fn needless(policy: &Policy) -> HashSet<Origin> {
    let redundant = redundancies(&Space::new(policy)).into_iter();
    redundant.filter(|redundancy| redundancy.part == Part::Rule).map(|redundancy| redundancy.rule).collect()
}

impl<'p> Rule<'p> {
    fn origin(self) -> Origin {
        match self {
            Rule::Grant(grant) => grant.origin,
            Rule::Acl(acl) => acl.origin,
            Rule::Ssh(rule) => rule.origin,
        }
    }

    fn src(self) -> &'p [Selector] {
        match self {
            Rule::Grant(grant) => &grant.src,
            Rule::Acl(acl) => &acl.src,
            Rule::Ssh(rule) => &rule.src,
        }
    }

    fn dst(self) -> Vec<&'p Selector> {
        match self {
            Rule::Grant(grant) => grant.dst.iter().collect(),
            Rule::Acl(acl) => acl.dst.iter().map(|destination| &destination.host).collect(),
            Rule::Ssh(rule) => rule.dst.iter().collect(),
        }
    }

    fn postures(self) -> &'p [Selector] {
        match self {
            Rule::Grant(grant) => &grant.src_posture,
            Rule::Acl(acl) => &acl.src_posture,
            Rule::Ssh(rule) => &rule.src_posture,
        }
    }

    /// How it could be wider.
    fn ways(self) -> impl Iterator<Item = Change> {
        let is_any = |selector: &Selector| selector.kind == SelectorKind::Wildcard;
        let is_on_all = match self {
            Rule::Grant(grant) => grant.ip.iter().any(PortSpec::is_all),
            Rule::Acl(acl) => {
                acl.proto.is_none() && acl.dst.iter().all(|dst| dst.ports.iter().any(|ports| ports.is_all()))
            }
            Rule::Ssh(_) => false,
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
