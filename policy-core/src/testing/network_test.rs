//! Whether the policy's own `tests` hold.

use std::collections::{HashMap, HashSet};

use crate::access::bit_set::BitSet;
use crate::access::rule_index::{RuleIndex, RuleRef};
use crate::access::tailnet::Tailnet;
use crate::model::{Policy, Selector, Target, Test};
use crate::source::Origin;
use crate::testing::near_miss;
use crate::testing::outcome::{Decider, Evaluation, Expectation, MultiTagBypass, Outcome};
use crate::testing::packet::{Decision, Packet, access_rules};
use crate::testing::ternary::Ternary;
use crate::testing::test_endpoint::{TestEndpoint, carriers, parties};
use crate::testing::unknowns::{Side, UnknownIndex};

/// For how many targets that must be allowed, and are not, the nearest of so many rules is looked for: of a hundred,
/// which is more than anyone reads at once, and of fewer where every look is at thousands of rules.
pub fn explained_at_most(rules: usize) -> usize {
    (100_000 / rules.max(1)).clamp(1, 100)
}

/// What becomes of every target of the policy's `tests`, in the order of the policy.
///
/// A target is reached if every device of the source may reach some device of the destination. `policytest-allpass-acls-group-src-host-dst`
/// It is denied if none may reach any. Users and tags need no devices. Without a protocol a test is of TCP.
/// `policytest-proto-udp` What is wrong with a test in itself is for [`crate::check`] to say.
///
/// ```
/// use policy_core::Policy;
/// use policy_analysis::compile;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
/// }"#);
/// assert!(policy_core::testing::network_test::test_outcomes(&policy).iter().all(|outcome| outcome.passes()));
/// ```
pub fn test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    if policy.tests.is_empty() {
        return Vec::new();
    }
    let tailnet = Tailnet::new(policy);
    let permits = RuleIndex::new(policy, &tailnet);
    let in_doubt = in_doubt(policy, &tailnet, &permits);
    let lookup = EndResolver { tailnet: &tailnet, permits: &permits, in_doubt: &in_doubt };
    let mut hosts: HashMap<&str, Vec<TestEnd>> = HashMap::new();
    let mut hosts_with_tags: HashMap<&str, Option<Vec<TestEnd>>> = HashMap::new();
    let mut outcomes = Vec::new();
    let (mut explained, at_most) = (0, explained_at_most(permits.list.len()));
    for test in &policy.tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| lookup.ends(src, Side::Source));
        let mut sources_with_tags = None;
        let wanted = test.accept.iter().map(|target| (Expectation::Accept, target));
        for (expectation, target) in wanted.chain(test.deny.iter().map(|target| (Expectation::Deny, target))) {
            let destinations =
                hosts.entry(&target.host.text).or_insert_with(|| lookup.ends(&target.host, Side::Destination));
            let run = TestRun { policy, tailnet: &tailnet, permits: &permits, test, sources: &sources };
            let mut outcome = run.outcome(expectation, target, destinations, explained < at_most);
            if expectation == Expectation::Deny && outcome.passes() {
                let from = sources_with_tags
                    .get_or_insert_with(|| test.src.as_ref().and_then(|src| lookup.carriers(src, Side::Source)));
                let to = hosts_with_tags
                    .entry(&target.host.text)
                    .or_insert_with(|| lookup.carriers(&target.host, Side::Destination));
                outcome.leak = run.leak(from.as_deref(), to.as_deref(), destinations, target.port);
            }
            outcomes.push(outcome);
            explained += usize::from(outcomes.last().is_some_and(|outcome| outcome.nearest.is_some()));
        }
    }
    outcomes
}

pub fn in_doubt(policy: &Policy, tailnet: &Tailnet, permits: &RuleIndex) -> UnknownIndex {
    let rules = || access_rules(policy);
    let src = rules().flat_map(RuleRef::src);
    let dst = rules().flat_map(RuleRef::destinations).map(|(dst, _)| dst);
    UnknownIndex::new(tailnet, src.chain(dst), &permits.selectors, |ids| permits.with(ids))
}

/// One side of a test.
#[derive(Clone)]
pub struct TestEnd<'p> {
    pub party: TestEndpoint<'p>,
    /// The permits that it is one side of.
    pub certain: BitSet,
    /// Those, and the ones that it may be one side of.
    pub possible: BitSet,
}

/// Where the permits of somebody are found.
#[derive(Clone, Copy)]
pub struct EndResolver<'a, 'p> {
    pub tailnet: &'a Tailnet<'p>,
    pub permits: &'a RuleIndex<'p>,
    pub in_doubt: &'a UnknownIndex,
}

impl<'p> EndResolver<'_, 'p> {
    /// Everybody that a selector of a test stands for.
    pub fn ends(self, selector: &'p Selector, side: Side) -> Vec<TestEnd<'p>> {
        self.distinct(parties(self.tailnet, selector), side)
    }

    /// The devices of a tag with all their tags, if one of them has several.
    fn carriers(self, selector: &'p Selector, side: Side) -> Option<Vec<TestEnd<'p>>> {
        Some(self.distinct(carriers(self.tailnet, selector)?, side))
    }

    /// One of all those that the rules do not tell apart: a tag may have a thousand devices.
    fn distinct(self, parties: Vec<TestEndpoint<'p>>, side: Side) -> Vec<TestEnd<'p>> {
        let mut seen = HashSet::new();
        let ends = parties.into_iter().map(|party| self.end(party, side));
        ends.filter(|end| end.certain != end.possible || seen.insert((end.certain.clone(), end.party.user()))).collect()
    }

    fn end(self, party: TestEndpoint<'p>, side: Side) -> TestEnd<'p> {
        let certain = match side {
            Side::Source => self.permits.from(self.tailnet, &party.identity()),
            Side::Destination => self.permits.to(&party.identity()),
        };
        let mut possible = certain.clone();
        self.in_doubt.add_to(&mut possible, party.gaps(), side);
        TestEnd { party, certain, possible }
    }
}

/// A test that is being run.
pub struct TestRun<'a, 'p> {
    pub policy: &'p Policy,
    pub tailnet: &'a Tailnet<'p>,
    pub permits: &'a RuleIndex<'p>,
    pub test: &'p Test,
    pub sources: &'a [TestEnd<'p>],
}

impl<'p> TestRun<'_, 'p> {
    pub fn outcome(
        &self,
        expectation: Expectation,
        target: &'p Target,
        destinations: &[TestEnd<'p>],
        explain: bool,
    ) -> Outcome<'p> {
        let mut outcome = Outcome::of_test(self.test, expectation, target);
        if self.sources.is_empty() || destinations.is_empty() {
            return outcome.without_parties(self.sources.is_empty(), destinations.is_empty());
        }
        let finding = |source| {
            let answers = destinations.iter().map(|destination| self.answer(source, destination, target.port));
            Evaluation::new(expectation != Expectation::Deny, Decision::first(answers))
        };
        let findings: Vec<Evaluation> = self.sources.iter().map(finding).collect();
        let Some((decisive, index, differ)) = Evaluation::of_all(&findings) else { return outcome };
        (outcome.verdict, outcome.rule) = (decisive.verdict, decisive.rule);
        let source = self.sources.get(index);
        outcome.who = source.filter(|_| differ).map(|source| Decider::of(&source.party));
        if let (true, true, Some(source), Some(destination)) =
            (explain, outcome.fails() && outcome.rule.is_none(), source, destinations.first())
        {
            let packet = self.packet(source, destination, target.port);
            outcome.nearest = Some(near_miss::to_packet(&packet, &target.host));
        }
        outcome
    }

    /// A packet that goes through between devices, though none does between the tags that the test names.
    fn leak(
        &self,
        from: Option<&[TestEnd<'p>]>,
        to: Option<&[TestEnd<'p>]>,
        destinations: &[TestEnd<'p>],
        port: u16,
    ) -> Option<MultiTagBypass<'p>> {
        if from.is_none() && to.is_none() {
            return None;
        }
        let name = |is_tag: bool, end: &TestEnd<'p>| end.party.device().filter(|_| is_tag);
        let (sources, destinations) = (from.unwrap_or(self.sources), to.unwrap_or(destinations));
        let pairs = sources.iter().flat_map(|source| destinations.iter().map(move |other| (source, other)));
        pairs.into_iter().find_map(|(source, destination)| match self.answer(source, destination, port) {
            Decision::Allowed(rule) => Some(MultiTagBypass {
                source: name(from.is_some(), source),
                destination: name(to.is_some(), destination),
                rule,
                action: None,
            }),
            _ => None,
        })
    }

    pub fn packet<'a>(&'a self, source: &'a TestEnd<'p>, destination: &'a TestEnd<'p>, port: u16) -> Packet<'a, 'p> {
        Packet {
            policy: self.policy,
            tailnet: self.tailnet,
            attributes: &self.test.src_posture_attrs,
            source: &source.party,
            destination: &destination.party,
            protocol: self.test.proto,
            port,
        }
    }

    /// A rule that lets a source through to one of some destinations, or may do so, and whether there is no other one.
    pub fn first_rules(&self, source: &TestEnd<'p>, destinations: &[TestEnd<'p>], port: u16) -> Option<(Origin, bool)> {
        let mut first: Option<Origin> = None;
        for destination in destinations {
            for (rule, fit) in self.fits(source, destination, port) {
                match first {
                    _ if fit == Ternary::No => {}
                    None => first = Some(rule),
                    Some(known) if known != rule => return Some((known, false)),
                    Some(_) => {}
                }
            }
        }
        first.map(|rule| (rule, true))
    }

    /// Whether each rule that may be about two lets a packet through.
    fn fits<'b>(
        &'b self,
        source: &'b TestEnd<'p>,
        destination: &'b TestEnd<'p>,
        port: u16,
    ) -> impl Iterator<Item = (Origin, Ternary<'p>)> + use<'b, 'p> {
        let is_own = destination.party.is_own_device_of(&source.party);
        let candidates = self.permits.between(&source.possible, &destination.possible, is_own != Ternary::No);
        candidates.map(move |(number, permit)| {
            let packet = self.packet(source, destination, port);
            let is_self = || is_own == Ternary::Yes && self.permits.is_to_own(number);
            let is_certain = source.certain.contains(number) && (destination.certain.contains(number) || is_self());
            let fit = if is_certain { packet.goes_by_permit(permit) } else { packet.goes_by(permit.rule) };
            (permit.rule.origin(), fit)
        })
    }

    /// The first rule that lets a packet through; the whole policy where that has no rules at all, and so allows everything.
    pub fn answer(&self, source: &TestEnd<'p>, destination: &TestEnd<'p>, port: u16) -> Decision<'p> {
        let packet = self.packet(source, destination, port);
        let is_own = destination.party.is_own_device_of(&source.party);
        let mut certain = self.permits.between(&source.certain, &destination.certain, is_own == Ternary::Yes);
        if let Some((_, permit)) = certain.find(|(_, permit)| packet.goes_by_permit(permit) == Ternary::Yes) {
            return Decision::Allowed(permit.rule.origin());
        }
        // Nothing allows it for certain, so the first rule that may do so is what it hangs on.
        let answers = self.fits(source, destination, port).map(|(rule, fit)| Decision::of_rule(fit, rule));
        answers.into_iter().find(|answer| *answer != Decision::Denied).unwrap_or(Decision::Denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Protocol;
    use crate::source::{Origin, Text};
    use crate::testing::outcome::TestResult;
    use policy_generate::small;
    use policy_generate::small::{DESTINATIONS, Random, SOURCES};

    #[test]
    fn what_is_looked_up_is_what_a_look_at_every_rule_finds() {
        let selector = |word: &&str| Selector::new(Text::escaped(*word, Origin::default()));
        let (sources, destinations): (Vec<_>, Vec<_>) =
            (SOURCES.iter().map(selector).collect(), DESTINATIONS.iter().map(selector).collect());
        let protocols = [None, Some(Protocol::UDP), Some(Protocol::ICMP), Some(Protocol(47))];
        let tests = protocols.map(|proto| Test { proto, ..Test::default() });
        for seed in small::seeds(120) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            // The same policy once with all that is known of its tailnet, and once with nothing.
            for policy in [Policy::with_facts(&text, &facts), Policy::parse(&text)] {
                let tailnet = Tailnet::new(&policy);
                let permits = RuleIndex::new(&policy, &tailnet);
                let in_doubt = in_doubt(&policy, &tailnet, &permits);
                let lookup = EndResolver { tailnet: &tailnet, permits: &permits, in_doubt: &in_doubt };
                let ends = |side| move |selector| lookup.ends(selector, side);
                let from: Vec<TestEnd> = sources.iter().flat_map(ends(Side::Source)).collect();
                let to: Vec<TestEnd> = destinations.iter().flat_map(ends(Side::Destination)).collect();
                for (number, (source, destination)) in
                    from.iter().flat_map(|source| to.iter().map(move |destination| (source, destination))).enumerate()
                {
                    let test = &tests[number % tests.len()];
                    let run = TestRun { policy: &policy, tailnet: &tailnet, permits: &permits, test, sources: &[] };
                    for port in 1..4 {
                        let packet = run.packet(source, destination, port);
                        let rules = access_rules(&policy);
                        let expected = match policy.grants.is_none() && policy.acls.is_none() {
                            true => Decision::Allowed(policy.origin),
                            false => Decision::first(
                                rules.map(|rule| Decision::of_rule(packet.goes_by(rule), rule.origin())),
                            ),
                        };
                        let found = run.answer(source, destination, port);
                        assert_eq!(found, expected, "{text}\n{:?} {:?} {port}", source.party, destination.party);
                    }
                }
            }
        }
    }

    /// What is certain with nothing known of a tailnet stays so, whatever the tailnet is.
    #[test]
    fn facts_change_only_what_was_in_doubt() {
        let quoted = |words: &[&str], port: &str| {
            words.iter().map(|word| format!("\"{word}{port}\"")).collect::<Vec<_>>().join(", ")
        };
        let targets = quoted(DESTINATIONS, ":2");
        let tests: Vec<String> = SOURCES
            .iter()
            .chain(&["10.0.0.1", "100.64.0.9"])
            .map(|src| format!(r#"{{"src": "{src}", "accept": [{targets}], "deny": [{targets}]}}"#))
            .collect();
        let (mut certain, mut doubtful) = (0, 0);
        for seed in small::seeds(150) {
            let (text, facts) = small::policy(&mut Random::new(seed));
            let text = format!("{}, \"tests\": [{}]}}", text.trim_end_matches('}'), tests.join(", "));
            let (bare, full) = (Policy::parse(&text), Policy::with_facts(&text, &facts));
            let (bare, full) = (test_outcomes(&bare), test_outcomes(&full));
            assert_eq!(bare.len(), full.len());
            assert!(bare.len() > 500);
            for (before, after) in bare.iter().zip(&full) {
                match before.verdict {
                    TestResult::Unknown(_) => doubtful += 1,
                    verdict => {
                        certain += 1;
                        let place = format!("{} {:?} {}", before.source.unwrap(), before.expectation, before.target);
                        assert_eq!(verdict, after.verdict, "{text}\n{facts}\n{place}");
                    }
                }
            }
        }
        assert!(certain > 1000 && doubtful > 1000, "{certain} certain, {doubtful} doubtful");
    }
}
