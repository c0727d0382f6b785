//! Evaluation of the policy's own `tests`.

use std::collections::HashMap;

use crate::access::{RuleIndex, Side, Tailnet, Ternary};
use crate::model::{Policy, Target, Test};
use crate::source::Origin;
use crate::testing::decision::RuleDecision;
use crate::testing::known_logins::KnownLogins;
use crate::testing::near_miss::{Conditions, NearMisses, named_as, nearest_rules};
use crate::testing::network_end::{EndResolver, TestEnd, index_unknowns};
use crate::testing::outcome::{Decider, DecidingRule, Evaluation, Expectation, MultiTagBypass, Outcome, Probe};
use crate::testing::packet::Packet;
use crate::testing::reading::other_reading;
use crate::testing::readings::Readings;

/// Returns the number of failures for which the nearest rules are searched. It is a hundred, more
/// than anyone reads at once, and less if there are thousands of rules to search for each.
pub(super) fn most_explained(rules: usize) -> usize {
    (100_000 / rules.max(1)).clamp(1, 100)
}

/// Returns the outcome of every target of the policy's `tests`, in the order of the policy.
///
/// A target is reached if every device of the source can reach some device of the destination.
/// `policytest-allpass-acls-group-src-host-dst` It is denied if none can reach any. Users and tags
/// need no devices. A test without a protocol is about TCP. `policytest-proto-udp` [`crate::check`]
/// reports invalid tests.
///
/// ```
/// use policy_core::Policy;
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": [], "tag:db": []},
///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
///     "tests": [{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}],
/// }"#);
/// assert!(policy_core::testing::test_outcomes(&policy).iter().all(|outcome| outcome.passes()));
/// ```
pub fn test_outcomes(policy: &Policy) -> Vec<Outcome<'_>> {
    if policy.tests.is_empty() {
        return Vec::new();
    }
    let tailnet = Tailnet::new(policy);
    let rules = RuleIndex::new(policy, &tailnet);
    let unknowns = index_unknowns(&tailnet, &rules);
    let resolver = EndResolver { tailnet: &tailnet, rules: &rules, unknowns: &unknowns };
    let known_logins = KnownLogins::new(policy);
    let mut hosts: HashMap<&str, Vec<TestEnd>> = HashMap::new();
    let mut multi_tag_hosts: HashMap<&str, Option<Vec<TestEnd>>> = HashMap::new();
    let mut outcomes = Vec::new();
    let (mut explained, most) = (0, most_explained(rules.list.len()));
    for test in &policy.tests {
        let sources = test.src.as_ref().map_or(Vec::new(), |src| resolver.ends(src, Side::Source));
        let mut multi_tag_sources = None;
        let run = TestRun { policy, resolver, test, sources: &sources };
        let accepted = test.accept.iter().map(|target| (Expectation::Accept, target));
        for (expectation, target) in accepted.chain(test.deny.iter().map(|target| (Expectation::Deny, target))) {
            let destinations =
                hosts.entry(&target.host.text).or_insert_with(|| resolver.ends(&target.host, Side::Destination));
            let mut outcome = run.outcome(expectation, target, destinations, explained < most);
            known_logins.doubt(&mut outcome);
            if expectation == Expectation::Deny && outcome.passes() {
                let from = multi_tag_sources.get_or_insert_with(|| {
                    test.src.as_ref().and_then(|src| resolver.multi_tag_devices(src, Side::Source))
                });
                let to = multi_tag_hosts
                    .entry(&target.host.text)
                    .or_insert_with(|| resolver.multi_tag_devices(&target.host, Side::Destination));
                outcome.bypass = run.bypass(from.as_deref(), to.as_deref(), destinations, target.port);
            }
            explained += usize::from(outcome.near_misses.is_some());
            outcomes.push(outcome);
        }
    }
    outcomes
}

/// A test that is being run.
#[derive(Clone, Copy)]
pub struct TestRun<'a, 'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The tailnet and the rules of the policy.
    pub resolver: EndResolver<'a, 'p>,
    /// The test.
    pub test: &'p Test,
    /// Everything that the source of the test stands for.
    pub sources: &'a [TestEnd<'p>],
}

impl<'p> TestRun<'_, 'p> {
    /// Returns the outcome of one target. With `explain`, it includes the nearest rules if no rule
    /// allows it.
    pub fn outcome(
        &self,
        expectation: Expectation,
        target: &'p Target,
        destinations: &[TestEnd<'p>],
        explain: bool,
    ) -> Outcome<'p> {
        let mut outcome = Outcome {
            test: self.test.origin,
            source: self.test.src.as_ref(),
            expectation,
            destination: &target.host,
            probe: Probe::Network { target: &target.text, port: target.port, protocol: self.test.proto },
            attributes: &self.test.src_posture_attrs,
            evaluation: Evaluation::PENDING,
            decider: None,
            bypass: None,
            near_misses: None,
        };
        if self.sources.is_empty() || destinations.is_empty() {
            let source = outcome.source.filter(|_| self.sources.is_empty());
            let empty = source.into_iter().chain(destinations.is_empty().then_some(&target.host));
            outcome.evaluation = Evaluation::of_empty(expectation, empty);
            return outcome;
        }
        let evaluate = |source: &TestEnd<'p>| {
            let decisions = destinations.iter().map(|destination| self.decide(source, destination, target.port));
            Evaluation::new(expectation, RuleDecision::any(decisions), None)
        };
        let evaluations: Vec<Evaluation> = self.sources.iter().map(evaluate).collect();
        if let Some((place, differ)) = Evaluation::decisive(&evaluations)
            && let (Some(evaluation), Some(source)) = (evaluations.get(place), self.sources.get(place))
        {
            outcome.evaluation = *evaluation;
            if let Some(selector) = outcome.source
                && let Some(reading) = other_reading(self.resolver.tailnet, selector, &target.host)
            {
                let evaluate_all = |sources: Vec<TestEnd<'p>>| sources.iter().map(evaluate).collect();
                let readings = Readings {
                    other: evaluate_all(self.resolver.read_as(self.sources, reading)),
                    in_common: evaluate_all(self.resolver.in_common(self.sources)),
                    by_itself: evaluations,
                };
                outcome.evaluation = readings.settle(outcome.evaluation, reading, selector);
            }
            outcome.decider = differ.then(|| Decider::from(&source.endpoint));
            if explain
                && outcome.fails()
                && outcome.evaluation.rule.is_none()
                && let Some(destination) = destinations.first()
            {
                outcome.near_misses = Some(self.near_misses(source, destination, target));
            }
        }
        outcome
    }

    /// Returns a rule that allows a packet between devices, although no rule allows it between the
    /// tags that the test names.
    fn bypass(
        &self,
        from: Option<&[TestEnd<'p>]>,
        to: Option<&[TestEnd<'p>]>,
        destinations: &[TestEnd<'p>],
        port: u16,
    ) -> Option<MultiTagBypass<'p>> {
        if from.is_none() && to.is_none() {
            return None;
        }
        let (sources, destinations) = (from.unwrap_or(self.sources), to.unwrap_or(destinations));
        for source in sources {
            for destination in destinations {
                if let RuleDecision::Allow(origin) = self.decide(source, destination, port) {
                    return Some(MultiTagBypass {
                        source: source.endpoint.device().filter(|_| from.is_some()),
                        destination: destination.endpoint.device().filter(|_| to.is_some()),
                        rule: DecidingRule { origin, action: None },
                    });
                }
            }
        }
        None
    }

    fn near_misses(&self, source: &TestEnd<'p>, destination: &TestEnd<'p>, target: &Target) -> NearMisses<'p> {
        let packet = self.packet(source, destination, target.port);
        let may_be_own = destination.endpoint.is_own_device_of(&source.endpoint) != Ternary::No;
        nearest_rules(&self.resolver.rules.list, 1, |number, rule| {
            let may_be_there =
                destination.possible.contains(number) || may_be_own && self.resolver.rules.is_to_own(number);
            Conditions {
                source: source.certain.contains(number)
                    || source.possible.contains(number) && packet.matches_source(rule.rule) != Ternary::No,
                // A rule that may lead there, depending on a fact, would not help.
                destination: if may_be_there {
                    let matches = |selector| packet.matches_destination(selector) == Ternary::Yes;
                    named_as(rule.destinations(), &target.host.text, matches)
                } else {
                    None
                },
                ports: packet.matches_ports(rule) != Ternary::No,
                posture: packet.meets_posture(rule.postures),
            }
        })
    }

    /// Returns the packet that the test tries between two ends.
    pub fn packet<'a>(&'a self, source: &'a TestEnd<'p>, destination: &'a TestEnd<'p>, port: u16) -> Packet<'a, 'p> {
        Packet {
            policy: self.policy,
            tailnet: self.resolver.tailnet,
            attributes: &self.test.src_posture_attrs,
            source: &source.endpoint,
            destination: &destination.endpoint,
            protocol: self.test.proto,
            port,
        }
    }

    /// Returns a rule that allows or may allow a source to reach one of the destinations, and
    /// whether it is the only one.
    pub fn first_rule(&self, source: &TestEnd<'p>, destinations: &[TestEnd<'p>], port: u16) -> Option<(Origin, bool)> {
        let mut first: Option<Origin> = None;
        for destination in destinations {
            for (rule, matches) in self.matches(source, destination, port) {
                match first {
                    _ if matches == Ternary::No => {}
                    None => first = Some(rule),
                    Some(known) if known != rule => return Some((known, false)),
                    Some(_) => {}
                }
            }
        }
        first.map(|rule| (rule, true))
    }

    /// Returns, for each rule that may match both ends, whether it allows a packet.
    fn matches<'b>(
        &'b self,
        source: &'b TestEnd<'p>,
        destination: &'b TestEnd<'p>,
        port: u16,
    ) -> impl Iterator<Item = (Origin, Ternary<'p>)> + use<'b, 'p> {
        let is_own = destination.endpoint.is_own_device_of(&source.endpoint);
        let candidates = self.resolver.rules.between(&source.possible, &destination.possible, is_own != Ternary::No);
        candidates.map(move |(number, rule)| {
            let packet = self.packet(source, destination, port);
            let is_self = || is_own == Ternary::Yes && self.resolver.rules.is_to_own(number);
            let is_certain = source.certain.contains(number) && (destination.certain.contains(number) || is_self());
            let matches = if is_certain { packet.matches_between_ends(rule) } else { packet.matches_rule(rule.rule) };
            (rule.rule.origin(), matches)
        })
    }

    /// Decides a packet by the first rule that allows it, or otherwise by the first that may allow
    /// it. A policy without rules allows everything.
    pub fn decide(&self, source: &TestEnd<'p>, destination: &TestEnd<'p>, port: u16) -> RuleDecision<'p> {
        let packet = self.packet(source, destination, port);
        let is_own = destination.endpoint.is_own_device_of(&source.endpoint);
        let mut certain = self.resolver.rules.between(&source.certain, &destination.certain, is_own == Ternary::Yes);
        if let Some((_, rule)) = certain.find(|(_, rule)| packet.matches_between_ends(rule) == Ternary::Yes) {
            return RuleDecision::Allow(rule.rule.origin());
        }
        let mut decisions =
            self.matches(source, destination, port).map(|(rule, matches)| RuleDecision::new(matches, rule));
        decisions.find(|decision| *decision != RuleDecision::Deny).unwrap_or(RuleDecision::Deny)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Protocol, Selector};
    use crate::source::Text;
    use crate::testing::packet::access_rules;
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
            // Run the policy both with all facts and without any.
            for policy in [Policy::with_facts(&text, &facts), Policy::parse(&text)] {
                let tailnet = Tailnet::new(&policy);
                let rules = RuleIndex::new(&policy, &tailnet);
                let unknowns = index_unknowns(&tailnet, &rules);
                let resolver = EndResolver { tailnet: &tailnet, rules: &rules, unknowns: &unknowns };
                let ends = |side| move |selector| resolver.ends(selector, side);
                let from: Vec<TestEnd> = sources.iter().flat_map(ends(Side::Source)).collect();
                let to: Vec<TestEnd> = destinations.iter().flat_map(ends(Side::Destination)).collect();
                for (number, (source, destination)) in
                    from.iter().flat_map(|source| to.iter().map(move |destination| (source, destination))).enumerate()
                {
                    let test = &tests[number % tests.len()];
                    let run = TestRun { policy: &policy, resolver, test, sources: &[] };
                    for port in 1..4 {
                        let packet = run.packet(source, destination, port);
                        let rules = access_rules(&policy);
                        let expected = match policy.grants.is_none() && policy.acls.is_none() {
                            true => RuleDecision::Allow(policy.origin),
                            false => RuleDecision::any(
                                rules.map(|rule| RuleDecision::new(packet.matches_rule(rule), rule.origin())),
                            ),
                        };
                        let found = run.decide(source, destination, port);
                        assert_eq!(found, expected, "{text}\n{:?} {:?} {port}", source.endpoint, destination.endpoint);
                    }
                }
            }
        }
    }

    /// A result that is certain without facts is the same in every tailnet.
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
                match before.evaluation.holds {
                    Ternary::Maybe(_) => doubtful += 1,
                    holds => {
                        certain += 1;
                        let place =
                            format!("{} {:?} {}", before.source.unwrap(), before.expectation, before.probe.text());
                        assert_eq!(holds, after.evaluation.holds, "{text}\n{facts}\n{place}");
                    }
                }
            }
        }
        assert!(certain > 1000 && doubtful > 1000, "{certain} certain, {doubtful} doubtful");
    }
}
