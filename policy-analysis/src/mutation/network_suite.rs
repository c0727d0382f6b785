//! Which changes of grants and acls the policy's own tests would notice.
//!
//! A rule is needed by a target that must be reached if for one of its sources no other rule does that. A wider rule is
//! noticed by a target that must not be reached if all of the rule but the part that is widened is about it already.
//! So it takes a look only at rules that are about one end of a target at least, and no rule is taken away or widened
//! in fact.

use std::collections::{HashMap, HashSet};

use policy_core::json::Map;

use policy_core::access::bit_set::BitSet;
use policy_core::access::posture;
use policy_core::access::rule_index::{AccessRule, RuleIndex, opens};
use policy_core::access::tailnet::Tailnet;
use policy_core::model::{Policy, PortRange, Protocol, Selector, Target, Test};
use policy_core::source::{Origin, Text};
use policy_core::testing::network_test::{EndResolver, TestEnd, TestRun, in_doubt};
use policy_core::testing::outcome::Expectation;
use policy_core::testing::packet::Decision;
use policy_core::testing::ternary::Ternary;
use policy_core::testing::unknowns::{Side, UnknownIndex};

/// A policy whose tests are looked at.
pub(crate) struct NetworkSuite<'p> {
    policy: &'p Policy,
    tailnet: Tailnet<'p>,
    pub(crate) permits: RuleIndex<'p>,
    in_doubt: UnknownIndex,
    anybody: Selector,
}

/// Which changes of rules some tests would notice.
#[derive(Debug, Default)]
pub(crate) struct Killed {
    /// The rules that cannot go.
    pub(crate) needed: HashSet<Origin>,
    /// The permits that cannot be widened to every source, to every destination, to every port.
    pub(crate) wider: [BitSet; 3],
}

/// The permits that lead to some destinations, or from some sources, on a port.
type Cache<'p> = HashMap<(&'p str, Option<Protocol>, u16, String), BitSet>;

/// What is known already of the ends of tests.
#[derive(Default)]
struct Caches<'p> {
    hosts: HashMap<&'p str, Vec<TestEnd<'p>>>,
    from: Cache<'p>,
    to: Cache<'p>,
    to_own: Cache<'p>,
}

impl<'p> NetworkSuite<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        let tailnet = Tailnet::new(policy);
        let permits = RuleIndex::new(policy, &tailnet);
        let in_doubt = in_doubt(policy, &tailnet, &permits);
        let anybody = Selector::new(Text::escaped("*", Origin::default()));
        NetworkSuite { policy, tailnet, permits, in_doubt, anybody }
    }

    /// What all tests of the policy hold.
    pub(crate) fn held(&self) -> Killed {
        self.held_by(&self.policy.tests)
    }

    /// What some tests hold.
    pub(crate) fn held_by(&self, tests: &[Test]) -> Killed {
        let empty = || BitSet::new(self.permits.list.len());
        let mut held = Killed { needed: HashSet::new(), wider: [empty(), empty(), empty()] };
        let mut caches = Caches::default();
        for test in tests {
            self.hold(test, &mut caches, &mut held);
        }
        held
    }

    fn hold<'t>(&self, test: &'t Test, caches: &mut Caches<'t>, held: &mut Killed)
    where
        'p: 't,
    {
        let lookup = EndResolver { tailnet: &self.tailnet, permits: &self.permits, in_doubt: &self.in_doubt };
        let Some(src) = &test.src else { return };
        let sources: Vec<TestEnd<'t>> = lookup.ends(src, Side::Source);
        let run =
            TestRun { policy: self.policy, tailnet: &self.tailnet, permits: &self.permits, test, sources: &sources };
        for target in &test.accept {
            let destinations =
                caches.hosts.entry(&target.host.text).or_insert_with(|| lookup.ends(&target.host, Side::Destination));
            held.needed.extend(needed(&run, destinations, target.port));
        }
        for target in &test.deny {
            let destinations =
                caches.hosts.entry(&target.host.text).or_insert_with(|| lookup.ends(&target.host, Side::Destination));
            let pairs = || sources.iter().flat_map(|source| destinations.iter().map(move |end| (source, end)));
            // What fails already notices nothing.
            if pairs().any(|(source, end)| matches!(run.answer(source, end, target.port), Decision::Allowed(_))) {
                continue;
            }
            let destinations: Vec<TestEnd<'t>> = destinations.clone();
            self.hold_back(&run, target, &destinations, caches, held);
        }
    }

    /// What a target that must not be reached keeps from being widened.
    fn hold_back<'t>(
        &self,
        run: &TestRun<'_, 't>,
        target: &'t Target,
        destinations: &[TestEnd<'t>],
        caches: &mut Caches<'t>,
        held: &mut Killed,
    ) where
        'p: 't,
    {
        let test = run.test;
        let Some(src) = &test.src else { return };
        let key = |word: &'t str| {
            let attributes = if test.src_posture_attrs.is_empty() {
                String::new()
            } else {
                policy_core::json::Value::from(test.src_posture_attrs.clone()).to_string()
            };
            (word, test.proto, target.port, attributes)
        };
        let (Some(first), Some(any)) = (run.sources.first(), destinations.first()) else { return };
        let packet = run.packet(first, any, target.port);
        let is_open = |permit: &AccessRule| packet.goes_by_permit(permit) == Ternary::Yes;
        let open = |ends: &[TestEnd], own: bool| {
            let mut all = BitSet::new(self.permits.list.len());
            for end in ends {
                all.add_all(&end.certain);
            }
            let numbers: Vec<usize> = if own { self.permits.own_numbers().collect() } else { all.iter().collect() };
            let mut found = BitSet::new(self.permits.list.len());
            let permits = numbers.into_iter().filter_map(|number| Some((number, self.permits.list.get(number)?)));
            permits.filter(|(_, permit)| is_open(permit)).for_each(|(number, _)| found.insert(number));
            found
        };
        let [wider_source, wider_destination, wider_ports] = &mut held.wider;
        let is_anybody = |end: &TestEnd<'t>| end.party.is_source(&self.tailnet, &self.anybody) == Ternary::Yes;
        let anybody: Vec<&TestEnd> = run.sources.iter().filter(|end| is_anybody(end)).collect();
        if !anybody.is_empty() {
            let to = caches.to.entry(key(&target.host.text)).or_insert_with(|| open(destinations, false));
            wider_source.add_all(to);
            let is_own = |end: &&TestEnd<'t>| {
                destinations.iter().any(|other| other.party.is_own_device_of(&end.party) == Ternary::Yes)
            };
            if anybody.iter().any(is_own) {
                let own = caches.to_own.entry(key("")).or_insert_with(|| open(&[], true));
                wider_source.add_all(own);
            }
        }
        // As a destination `*` is everything.
        let from = caches.from.entry(key(&src.text)).or_insert_with(|| open(run.sources, false));
        wider_destination.add_all(from);
        if opens((None, PortRange::ALL), test.proto.unwrap_or(Protocol::TCP), target.port) {
            for (source, end) in run.sources.iter().flat_map(|source| destinations.iter().map(move |end| (source, end)))
            {
                let is_own = end.party.is_own_device_of(&source.party) == Ternary::Yes;
                let between = self.permits.between(&source.certain, &end.certain, is_own);
                let met = between.filter(|(_, permit)| packet.has_one_of(permit.postures));
                met.for_each(|(number, _)| wider_ports.insert(number));
            }
        }
    }

    /// What rules may open between two, but for one of them, to a source with these attributes.
    pub(crate) fn open_between(
        &self,
        source: &Selector,
        destination: &Selector,
        attributes: &Map,
        but: Option<Origin>,
    ) -> Vec<(Option<Protocol>, PortRange)> {
        let lookup = EndResolver { tailnet: &self.tailnet, permits: &self.permits, in_doubt: &self.in_doubt };
        let (sources, destinations) = (lookup.ends(source, Side::Source), lookup.ends(destination, Side::Destination));
        let mut open = Vec::new();
        for (source, end) in sources.iter().flat_map(|source| destinations.iter().map(move |end| (source, end))) {
            let is_own = end.party.is_own_device_of(&source.party) != Ternary::No;
            let between = self.permits.between(&source.possible, &end.possible, is_own).map(|(_, permit)| permit);
            let others = between.filter(|permit| but != Some(permit.rule.origin()));
            let met = others.filter(|permit| posture::holds(self.policy, permit.postures, attributes));
            open.extend(met.flat_map(|permit| permit.ports.iter().copied()));
        }
        open
    }

    /// Whether a test is as it must be, for certain.
    pub(crate) fn passes<'t>(&self, test: &'t Test) -> bool
    where
        'p: 't,
    {
        let lookup = EndResolver { tailnet: &self.tailnet, permits: &self.permits, in_doubt: &self.in_doubt };
        let Some(src) = &test.src else { return false };
        let sources = lookup.ends(src, Side::Source);
        let run =
            TestRun { policy: self.policy, tailnet: &self.tailnet, permits: &self.permits, test, sources: &sources };
        let passes = |expectation: Expectation, target: &'t Target| {
            let destinations = lookup.ends(&target.host, Side::Destination);
            run.outcome(expectation, target, &destinations, false).passes()
        };
        test.accept.iter().all(|target| passes(Expectation::Accept, target))
            && test.deny.iter().all(|target| passes(Expectation::Deny, target))
    }
}

/// The rules without which a target would not be reached that is now, or may be.
fn needed(run: &TestRun, destinations: &[TestEnd], port: u16) -> Vec<Origin> {
    let rules: Vec<Option<(Origin, bool)>> =
        run.sources.iter().map(|source| run.first_rules(source, destinations, port)).collect();
    // One whom no rule lets through fails it already.
    if rules.iter().any(Option::is_none) {
        return Vec::new();
    }
    rules.into_iter().flatten().filter(|(_, is_only)| *is_only).map(|(rule, _)| rule).collect()
}
