//! The ends of SSH tests, with the SSH rules of each.

use crate::access::{BitSet, SelectorIndex, Side, SshRuleIndex, Tailnet, Ternary, UnknownIndex, ssh_rule_selectors};
use crate::model::{Policy, Selector, SshRule};
use crate::testing::reading::Reading;
use crate::testing::test_endpoint::{TestEndpoint, carriers, parties};

/// The SSH rules of a policy, with the data that is needed to find those of an end.
pub struct SshEndResolver<'p> {
    selectors: SelectorIndex<'p>,
    /// The SSH rules of the policy.
    pub rules: SshRuleIndex<'p>,
    unknowns: UnknownIndex,
}

/// An end of a login.
pub struct SshEnd<'p> {
    /// The endpoint.
    pub endpoint: TestEndpoint<'p>,
    /// The rules that match or may match it at this end.
    pub possible: BitSet,
}

impl<'p> SshEndResolver<'p> {
    /// Indexes the SSH rules of a policy.
    pub fn new(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Self {
        let selectors = SelectorIndex::new(tailnet, ssh_rule_selectors(policy));
        let rules = SshRuleIndex::new(policy, &selectors);
        let unknowns =
            UnknownIndex::new(tailnet, &selectors, |ids| [rules.by_source.rules(ids), rules.by_destination.rules(ids)]);
        SshEndResolver { selectors, rules, unknowns }
    }

    /// Returns everything that a selector of a test stands for.
    pub fn ends(&self, tailnet: &Tailnet<'p>, selector: &'p Selector, side: Side) -> Vec<SshEnd<'p>> {
        parties(tailnet, selector).into_iter().map(|endpoint| self.end(tailnet, endpoint, side)).collect()
    }

    /// Returns the devices of a tag with all their tags, if one of them has several.
    pub fn multi_tag_devices(
        &self,
        tailnet: &Tailnet<'p>,
        selector: &'p Selector,
        side: Side,
    ) -> Option<Vec<SshEnd<'p>>> {
        let devices = carriers(tailnet, selector)?.into_iter();
        Some(devices.map(|endpoint| self.end(tailnet, endpoint, side)).collect())
    }

    /// Returns the sources in another reading.
    pub fn read_as(&self, tailnet: &Tailnet<'p>, sources: &[SshEnd<'p>], reading: Reading<'p>) -> Vec<SshEnd<'p>> {
        let read = |source: &SshEnd<'p>| self.end(tailnet, source.endpoint.read_as(reading), Side::Source);
        sources.iter().map(read).collect()
    }

    /// Returns the sources with only the rules that may apply to all of them.
    pub fn in_common(&self, sources: &[SshEnd<'p>]) -> Vec<SshEnd<'p>> {
        let Some(first) = sources.first() else { return Vec::new() };
        let mut common = first.possible.clone();
        sources.iter().for_each(|source| common.keep_all(&source.possible));
        let with = |source: &SshEnd<'p>| SshEnd { endpoint: source.endpoint.clone(), possible: common.clone() };
        sources.iter().map(with).collect()
    }

    fn end(&self, tailnet: &Tailnet<'p>, endpoint: TestEndpoint<'p>, side: Side) -> SshEnd<'p> {
        let identity = endpoint.endpoint();
        let mut possible = match side {
            Side::Source => {
                let named = self.selectors.of_source(tailnet, identity);
                self.rules.by_source.rules(&endpoint.reading().among(&self.selectors, named))
            }
            Side::Destination => self.rules.by_destination.rules(&self.selectors.of_destination(identity)),
        };
        self.unknowns.add_to(&mut possible, &endpoint.unknown_facts(), side);
        SshEnd { endpoint, possible }
    }

    /// Returns the rules that may match both ends, in order.
    pub fn between(&self, source: &SshEnd<'p>, destination: &SshEnd<'p>) -> impl Iterator<Item = &'p SshRule> {
        let may_be_own = destination.endpoint.is_own_device_of(&source.endpoint) != Ternary::No;
        let to_own = may_be_own.then_some(&self.rules.to_own);
        self.rules.rules(source.possible.also_in(&destination.possible, to_own))
    }

    /// Returns the rules that may match at least one of the ends, in order.
    pub fn of_either(&self, source: &SshEnd<'p>, destination: &SshEnd<'p>) -> impl Iterator<Item = &'p SshRule> {
        let mut rules = source.possible.clone();
        rules.add_all(&destination.possible);
        // Both ends decide whether a device is the source's own.
        rules.add_all(&self.rules.to_own);
        self.rules.rules(rules.iter().collect::<Vec<usize>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Autogroup, SelectorKind};
    use crate::source::{Origin, Text};
    use policy_generate::small;
    use policy_generate::small::Random;

    const SOURCES: &[&str] = &[
        "alice@example.com",
        "bob@example.com",
        "group:eng",
        "group:staff@example.com",
        "user:*@example.com",
        "autogroup:member",
        "autogroup:admin",
        "autogroup:tagged",
        "tag:a",
        "tag:b",
    ];
    const DESTINATIONS: &[&str] = &["tag:a", "tag:b", "alice@example.com", "autogroup:self", "autogroup:tagged"];
    const ENDS: &[&str] = &["alice@example.com", "bob@example.com", "group:eng", "tag:a", "tag:b", "100.64.0.2"];

    #[test]
    fn what_is_looked_up_is_what_a_look_at_every_rule_finds() {
        let ends: Vec<Selector> =
            ENDS.iter().map(|word| Selector::new(Text::escaped(*word, Origin::default()))).collect();
        let mut found = 0;
        for seed in small::seeds(100) {
            let mut random = Random::new(seed);
            let (rest, facts) = small::policy(&mut random);
            let rules: Vec<String> = (0..4)
                .map(|_| {
                    let (src, dst) = (random.one(SOURCES), random.one(DESTINATIONS));
                    format!(r#"{{"action": "accept", "src": ["{src}", "tag:b"], "dst": ["{dst}"], "users": ["root"]}}"#)
                })
                .collect();
            let text = format!("{}, \"ssh\": [{}]}}", rest.trim_end_matches('}'), rules.join(", "));
            for policy in [Policy::with_facts(&text, &facts), Policy::parse(&text)] {
                let tailnet = Tailnet::new(&policy);
                let resolver = SshEndResolver::new(&policy, &tailnet);
                let all =
                    |side| ends.iter().flat_map(|selector| resolver.ends(&tailnet, selector, side)).collect::<Vec<_>>();
                for (source, destination) in all(Side::Source)
                    .iter()
                    .flat_map(|source| all(Side::Destination).into_iter().map(move |destination| (source, destination)))
                {
                    let goes_to = |selector: &Selector| {
                        Ternary::No
                            != match selector.kind {
                                SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => {
                                    destination.endpoint.is_own_device_of(&source.endpoint)
                                }
                                _ => destination.endpoint.is_destination(&tailnet, selector),
                            }
                    };
                    let is_about = |rule: &&SshRule| {
                        rule.src.iter().any(|selector| source.endpoint.is_source(&tailnet, selector) != Ternary::No)
                            && rule.dst.iter().any(goes_to)
                    };
                    let expected: Vec<Origin> = policy.ssh.iter().filter(is_about).map(|rule| rule.origin).collect();
                    let looked_up = resolver.between(source, &destination).filter(|rule| is_about(rule));
                    assert_eq!(looked_up.map(|rule| rule.origin).collect::<Vec<_>>(), expected, "{text}");
                    found += expected.len();
                }
            }
        }
        assert!(found > 1000, "{found}");
    }
}
