//! SSH rules, found by their two ends.

use crate::access::bit_set::BitSet;
use crate::access::selector_index::{SelectorId, SelectorIndex};
use crate::access::tailnet::Tailnet;
use crate::model::{Policy, SshRule};
use crate::testing::ternary::Ternary;
use crate::testing::test_endpoint::TestEndpoint;
use crate::testing::unknowns::{Side, UnknownIndex};

/// The SSH rules of a policy, and where to find them.
pub struct SshRuleIndex<'p> {
    list: Vec<&'p SshRule>,
    selectors: SelectorIndex<'p>,
    /// By selector, those that have it as a source
    from: Vec<Vec<usize>>,
    to: Vec<Vec<usize>>,
    /// Those to `autogroup:self`
    to_own: BitSet,
    in_doubt: UnknownIndex,
}

/// Somebody at one end of a login.
pub struct SshEnd<'p> {
    pub party: TestEndpoint<'p>,
    /// The rules that may be about them.
    rules: BitSet,
}

impl<'p> SshRuleIndex<'p> {
    pub fn new(policy: &'p Policy, tailnet: &Tailnet<'p>) -> Self {
        let all = || policy.ssh.iter().flat_map(|rule| rule.src.iter().chain(&rule.dst));
        let selectors = SelectorIndex::new(tailnet, all());
        let list: Vec<&SshRule> = policy.ssh.iter().collect();
        let (mut from, mut to) = (vec![Vec::new(); selectors.len()], vec![Vec::new(); selectors.len()]);
        for (number, rule) in list.iter().enumerate() {
            for (lists, end) in [(&mut from, &rule.src), (&mut to, &rule.dst)] {
                for id in selectors.ids(end) {
                    lists.get_mut(id).into_iter().for_each(|list| list.push(number));
                }
            }
        }
        let with = |ids: &[SelectorId]| [&from, &to].map(|by_selector| rules_of(list.len(), by_selector, ids));
        let in_doubt = UnknownIndex::new(tailnet, all(), &selectors, with);
        let own: Vec<SelectorId> = selectors.own_devices().into_iter().collect();
        let to_own = rules_of(list.len(), &to, &own);
        SshRuleIndex { list, selectors, from, to, to_own, in_doubt }
    }

    /// Somebody at that end of a login.
    pub fn end(&self, tailnet: &Tailnet<'p>, party: TestEndpoint<'p>, side: Side) -> SshEnd<'p> {
        let identity = party.identity();
        let mut rules = match side {
            Side::Source => rules_of(self.list.len(), &self.from, &self.selectors.of_source(tailnet, &identity)),
            Side::Destination => rules_of(self.list.len(), &self.to, &self.selectors.of_destination(&identity)),
        };
        self.in_doubt.add_to(&mut rules, party.gaps(), side);
        SshEnd { party, rules }
    }

    /// The rules that may lead from the one to the other, in their order.
    pub fn between(&self, source: &SshEnd<'p>, destination: &SshEnd<'p>) -> impl Iterator<Item = &'p SshRule> {
        let is_own = destination.party.is_own_device_of(&source.party) != Ternary::No;
        let numbers = source.rules.also_in(&destination.rules, is_own.then_some(&self.to_own));
        numbers.filter_map(|number| self.list.get(number).copied())
    }

    /// The rules that may be about one of the two, in their order.
    pub fn of_either(&self, source: &SshEnd<'p>, destination: &SshEnd<'p>) -> impl Iterator<Item = &'p SshRule> {
        let mut rules = source.rules.clone();
        rules.add_all(&destination.rules);
        // Whether one is the other's own device hangs on both.
        rules.add_all(&self.to_own);
        let numbers: Vec<usize> = rules.iter().collect();
        numbers.into_iter().filter_map(|number| self.list.get(number).copied())
    }
}

/// The rules that have one of some selectors.
fn rules_of(count: usize, by_selector: &[Vec<usize>], selectors: &[SelectorId]) -> BitSet {
    let mut rules = BitSet::new(count);
    let numbers = selectors.iter().filter_map(|&id| by_selector.get(id)).flatten();
    numbers.for_each(|&number| rules.insert(number));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Autogroup, Selector, SelectorKind};
    use crate::source::{Origin, Text};
    use crate::testing::test_endpoint::parties;
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
                let rules = SshRuleIndex::new(&policy, &tailnet);
                let all = |side| {
                    let parties = ends.iter().flat_map(|selector| parties(&tailnet, selector));
                    parties.map(|party| rules.end(&tailnet, party, side)).collect::<Vec<_>>()
                };
                for (source, destination) in all(Side::Source)
                    .iter()
                    .flat_map(|source| all(Side::Destination).into_iter().map(move |destination| (source, destination)))
                {
                    let goes_to = |selector: &Selector| {
                        Ternary::No
                            != match selector.kind {
                                SelectorKind::Autogroup(Some(Autogroup::SelfDevices)) => {
                                    destination.party.is_own_device_of(&source.party)
                                }
                                _ => destination.party.is_destination(&tailnet, selector),
                            }
                    };
                    let is_about = |rule: &&SshRule| {
                        rule.src.iter().any(|selector| source.party.is_source(&tailnet, selector) != Ternary::No)
                            && rule.dst.iter().any(goes_to)
                    };
                    let expected: Vec<Origin> = policy.ssh.iter().filter(is_about).map(|rule| rule.origin).collect();
                    let looked_up = rules.between(source, &destination).filter(|rule| is_about(rule));
                    assert_eq!(looked_up.map(|rule| rule.origin).collect::<Vec<_>>(), expected, "{text}");
                    found += expected.len();
                }
            }
        }
        assert!(found > 1000, "{found}");
    }
}
