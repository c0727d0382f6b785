//! The mutants of grants and ACLs that the policy's own `tests` kill.
//!
//! An `accept` target kills the deletion of a rule if, for one of its sources, no other rule allows
//! the access. A `deny` target kills a widened rule if every other part of the rule already
//! matches. So only rules that match at least one end of a target are considered, and no rule is
//! actually deleted or widened.

use std::collections::{HashMap, HashSet};

use policy_core::json::Map;

use policy_core::access::{BitSet, RuleIndex, Side, Tailnet, Ternary, UnknownIndex, opens, posture};
use policy_core::model::{Policy, PortRange, Protocol, Selector, SelectorKind, Target, Test};
use policy_core::source::{Origin, Text};
use policy_core::testing::{
    EndResolver, Expectation, KnownLogins, Packet, Reading, RuleDecision, TestEnd, TestRun, index_unknowns,
    other_reading,
};

use crate::mutation::killed::Killed;

/// A policy whose `tests` are run against mutants.
pub(crate) struct NetworkSuite<'p> {
    policy: &'p Policy,
    tailnet: Tailnet<'p>,
    pub(crate) rules: RuleIndex<'p>,
    unknowns: UnknownIndex,
    wildcard: Selector,
    known_logins: KnownLogins,
}

/// The number of an assumed set of attributes among those of all tests.
type AttributesId = usize;

/// The properties of a packet that decide, apart from its ends, whether a rule matches.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Traffic {
    protocol: Option<Protocol>,
    port: u16,
    attributes: AttributesId,
}

/// Rules that match some traffic, by the selector of their end.
type RulesByTraffic<'t> = HashMap<(&'t str, Traffic), BitSet>;

/// Results that several targets share.
#[derive(Default)]
struct Cache<'t> {
    hosts: HashMap<&'t str, Vec<TestEnd<'t>>>,
    attributes: Vec<&'t Map>,
    of_sources: HashMap<(&'t str, Traffic, Reading<'t>), BitSet>,
    of_destinations: RulesByTraffic<'t>,
    to_own: HashMap<Traffic, BitSet>,
}

impl<'t> Cache<'t> {
    fn traffic(&mut self, test: &'t Test, port: u16) -> Traffic {
        let own = &test.src_posture_attrs;
        let known = self.attributes.iter().position(|known| *known == own);
        let attributes = known.unwrap_or_else(|| {
            self.attributes.push(own);
            self.attributes.len() - 1
        });
        Traffic { protocol: test.proto, port, attributes }
    }
}

impl<'p> NetworkSuite<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let rules = RuleIndex::new(policy, &tailnet);
        let unknowns = index_unknowns(&tailnet, &rules);
        let wildcard = Selector::new(Text::escaped("*", Origin::default()));
        NetworkSuite { policy, tailnet, rules, unknowns, wildcard, known_logins: KnownLogins::new(policy) }
    }

    fn resolver<'t>(&self) -> EndResolver<'_, 't>
    where
        'p: 't,
    {
        EndResolver { tailnet: &self.tailnet, rules: &self.rules, unknowns: &self.unknowns }
    }

    /// Returns the mutants that the tests kill.
    pub(crate) fn killed_by(&self, tests: &[Test]) -> Killed<BitSet> {
        let none = BitSet::new(self.rules.list.len());
        let mut killed = Killed::new(none);
        let mut cache = Cache::default();
        for test in tests {
            self.kill_by_test(test, &mut cache, &mut killed);
        }
        killed
    }

    fn kill_by_test<'t>(&self, test: &'t Test, cache: &mut Cache<'t>, killed: &mut Killed<BitSet>)
    where
        'p: 't,
    {
        let Some(src) = &test.src else { return };
        let sources: Vec<TestEnd<'t>> = self.resolver().ends(src, Side::Source);
        let run = TestRun { policy: self.policy, resolver: self.resolver(), test, sources: &sources };
        for target in &test.accept {
            kill_deletions(&run, self.hosts(cache, target), target.port, killed);
        }
        for target in &test.deny {
            // If an end may not exist, the test does not fail for certain, regardless of what is
            // allowed.
            if self.known_logins.unknown(src).or_else(|| self.known_logins.unknown(&target.host)).is_some() {
                continue;
            }
            let destinations = self.hosts(cache, target).clone();
            let reading = other_reading(&self.tailnet, src, &target.host);
            let sources = reading.map(|reading| self.resolver().read_as(&sources, reading));
            let run = TestRun { sources: sources.as_deref().unwrap_or(run.sources), ..run };
            let is_allowed = |source: &TestEnd<'t>| {
                let allows =
                    |destination| matches!(run.decide(source, destination, target.port), RuleDecision::Allow(_));
                destinations.iter().any(allows)
            };
            if matches!(reading, Some(Reading::MemberOf(_))) {
                let open: Vec<&TestEnd> = run.sources.iter().filter(|source| !is_allowed(source)).collect();
                self.kill_widenings_for_all(&run, &open, target, &destinations, cache, killed);
            } else if !run.sources.iter().any(is_allowed) {
                self.kill_widenings(&run, target, &destinations, cache, killed);
            }
        }
    }

    /// Adds the wider rules that open the target to each of these sources. A test of a group fails
    /// for certain only if it fails for each member. If there are no such sources, the test already
    /// fails and cannot detect a mutation.
    fn kill_widenings_for_all<'t>(
        &self,
        run: &TestRun<'_, 't>,
        sources: &[&TestEnd<'t>],
        target: &'t Target,
        destinations: &[TestEnd<'t>],
        cache: &mut Cache<'t>,
        killed: &mut Killed<BitSet>,
    ) where
        'p: 't,
    {
        // The members of a group differ only in their own devices.
        let is_to_users = destinations.iter().any(|destination| destination.endpoint.user().is_some());
        let mut by_all: Option<Killed<BitSet>> = None;
        for source in sources.iter().take(if is_to_users { sources.len() } else { 1 }) {
            let run = TestRun { sources: std::slice::from_ref(*source), ..*run };
            let mut by_one = Killed::new(BitSet::new(self.rules.list.len()));
            self.kill_widenings(&run, target, destinations, cache, &mut by_one);
            by_all = Some(match by_all {
                None => by_one,
                Some(mut all) => {
                    all.sources.keep_all(&by_one.sources);
                    all.destinations.keep_all(&by_one.destinations);
                    all.ports.keep_all(&by_one.ports);
                    all
                }
            });
        }
        if let Some(by_all) = by_all {
            killed.sources.add_all(&by_all.sources);
            killed.destinations.add_all(&by_all.destinations);
            killed.ports.add_all(&by_all.ports);
        }
    }

    /// Returns the ends that the host of a target stands for.
    fn hosts<'c, 't>(&self, cache: &'c mut Cache<'t>, target: &'t Target) -> &'c Vec<TestEnd<'t>>
    where
        'p: 't,
    {
        let resolver = self.resolver();
        cache.hosts.entry(&target.host.text).or_insert_with(|| resolver.ends(&target.host, Side::Destination))
    }

    /// Adds the wider rules that a `deny` target kills.
    fn kill_widenings<'t>(
        &self,
        run: &TestRun<'_, 't>,
        target: &'t Target,
        destinations: &[TestEnd<'t>],
        cache: &mut Cache<'t>,
        killed: &mut Killed<BitSet>,
    ) where
        'p: 't,
    {
        let Some(src) = &run.test.src else { return };
        let (Some(first), Some(any)) = (run.sources.first(), destinations.first()) else { return };
        let traffic = cache.traffic(run.test, target.port);
        let packet = run.packet(first, any, target.port);
        let is_in_wildcard = |end: &&TestEnd<'t>| end.endpoint.is_source(&self.tailnet, &self.wildcard) == Ternary::Yes;
        let in_wildcard: Vec<&TestEnd> = run.sources.iter().filter(is_in_wildcard).collect();
        if !in_wildcard.is_empty() {
            let rules = cache
                .of_destinations
                .entry((&target.host.text, traffic))
                .or_insert_with(|| self.matching(&packet, &union(destinations, &self.rules)));
            killed.sources.add_all(rules);
            if in_wildcard.iter().any(|source| destinations.iter().any(|other| is_own(source, other))) {
                let rules = cache.to_own.entry(traffic).or_insert_with(|| self.matching(&packet, &self.rules.to_own));
                killed.sources.add_all(rules);
            }
        }
        // As a destination, `*` is everything.
        let rules = cache
            .of_sources
            .entry((&src.text, traffic, first.endpoint.reading()))
            .or_insert_with(|| self.matching(&packet, &union(run.sources, &self.rules)));
        killed.destinations.add_all(rules);
        if opens((None, PortRange::ALL), run.test.proto.unwrap_or(Protocol::TCP), target.port) {
            for source in run.sources {
                for destination in destinations {
                    let is_own = is_own(source, destination);
                    for (number, rule) in self.rules.between(&source.certain, &destination.certain, is_own) {
                        if packet.meets_posture(rule.postures) {
                            killed.ports.insert(number);
                        }
                    }
                }
            }
        }
    }

    /// Returns the rules that match the traffic of a packet.
    fn matching(&self, packet: &Packet, rules: &BitSet) -> BitSet {
        let mut matching = BitSet::new(self.rules.list.len());
        for number in rules.iter() {
            if let Some(rule) = self.rules.list.get(number)
                && packet.matches_between_ends(rule) == Ternary::Yes
            {
                matching.insert(number);
            }
        }
        matching
    }

    /// Returns the ports that rules other than `except` may open between two ends, for a source
    /// with these attributes.
    pub(crate) fn open_between(
        &self,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
        except: Option<Origin>,
    ) -> Vec<(Option<Protocol>, PortRange)> {
        let resolver = self.resolver();
        let destinations = resolver.ends(destination, Side::Destination);
        let mut open = Vec::new();
        for source in resolver.ends(source, Side::Source) {
            for destination in &destinations {
                let may_be_own = destination.endpoint.is_own_device_of(&source.endpoint) != Ternary::No;
                for (_, rule) in self.rules.between(&source.possible, &destination.possible, may_be_own) {
                    if except != Some(rule.rule.origin()) && posture::holds(self.policy, rule.postures, attributes) {
                        open.extend(rule.ports.iter().copied());
                    }
                }
            }
        }
        open
    }

    /// Returns whether a test passes for certain.
    pub(crate) fn passes<'t>(&self, test: &'t Test) -> bool
    where
        'p: 't,
    {
        let resolver = self.resolver();
        let Some(src) = &test.src else { return false };
        let sources = resolver.ends(src, Side::Source);
        let run = TestRun { policy: self.policy, resolver, test, sources: &sources };
        let passes = |expectation: Expectation, target: &'t Target| {
            let destinations = resolver.ends(&target.host, Side::Destination);
            run.outcome(expectation, target, &destinations, false).passes()
        };
        test.accept.iter().all(|target| passes(Expectation::Accept, target))
            && test.deny.iter().all(|target| passes(Expectation::Deny, target))
    }
}

/// Returns the rules that certainly match one of the ends.
fn union(ends: &[TestEnd], rules: &RuleIndex) -> BitSet {
    let mut all = BitSet::new(rules.list.len());
    for end in ends {
        all.add_all(&end.certain);
    }
    all
}

fn is_own<'t>(source: &TestEnd<'t>, destination: &TestEnd<'t>) -> bool {
    destination.endpoint.is_own_device_of(&source.endpoint) == Ternary::Yes
}

/// Adds the rules whose deletion blocks a target that is reached now, or may be reached.
fn kill_deletions(run: &TestRun, destinations: &[TestEnd], port: u16, killed: &mut Killed<BitSet>) {
    let is_group = run.test.src.as_ref().is_some_and(|src| src.kind == SelectorKind::Group);
    let mut needed = HashSet::new();
    for source in run.sources {
        match run.first_rule(source, destinations, port) {
            Some((rule, true)) => drop(needed.insert(rule)),
            // A test of a group fails for certain only if it fails for each member.
            Some((_, false)) if is_group => return,
            None if is_group => {}
            Some((_, false)) => {}
            // No rule allows this source, so the test already fails.
            None => return,
        }
    }
    if needed.len() == 1 || !is_group {
        killed.deletions.extend(needed);
    }
}
