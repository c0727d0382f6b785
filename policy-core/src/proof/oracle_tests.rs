//! Tests of proofs and redundancies against the [reference model](super::oracle).

use std::collections::{HashMap, HashSet};

use crate::model::Policy;
use crate::proof::oracle::*;
use crate::proof::redundancy::redundancies_with_threshold;
use crate::proof::{AccessClasses, RedundantPart, redundancies, unverified_invariant, violation};
use crate::source::Origin;
use policy_generate::small;
use policy_generate::small::Random;

/// Returns a policy and its facts with some single-family selectors, and devices with addresses of
/// one or both families.
fn policy_of_families(random: &mut Random) -> (String, String) {
    let (mut text, mut facts) = small::policy(random);
    for (from, to) in [("100.64.0.0/29", "100.64.0.0/10"), ("100.64.0.9", "fd7a:115c:a1e0::/48")] {
        if random.below(3) == 0 {
            text = text.replace(&format!("\"{from}\""), &format!("\"{to}\""));
        }
        if random.below(3) == 0 {
            let (invariants, word) = (facts.find("\"invariants\"").unwrap(), format!("\"{from}\""));
            let (known, last) = facts.split_at(invariants);
            facts = format!("{known}{}", last.replace(&word, &format!("\"{to}\"")));
        }
    }
    for (device, both) in [("100.64.0.2", r#""ipv6": "fd7a:115c:a1e0::2", "#), ("100.64.0.3", "")] {
        let v4 = format!("\"ipv4\": \"{device}\"");
        match random.below(4) {
            0 => facts = facts.replace(&v4, &format!("{both}{v4}")),
            1 => facts = facts.replace(&v4, "\"ipv6\": \"fd7a:115c:a1e0::3\""),
            2 => facts = facts.replace(&format!(", {v4}"), ""),
            _ => {}
        }
    }
    (text, facts)
}

#[test]
fn an_invariant_holds_if_no_packet_breaks_it_whatever_the_facts_are() {
    let mut verdicts = [0; 3];
    for seed in small::seeds(150) {
        let (text, facts) = policy_of_families(&mut Random::new(seed));
        let policy = Policy::with_facts(text.as_str(), facts.as_str());
        if policy.facts.invariants.is_empty() {
            continue;
        }
        let everybody = everybody(&policy);
        let rules = rules(&policy, &everybody);
        let classes = AccessClasses::new(&policy);
        for invariant in &policy.facts.invariants {
            let mut broken: HashSet<Pair> = HashSet::new();
            for rule in &rules {
                let opening = rule.whole();
                let sources = everybody.iter().enumerate().filter(|(from, _)| opening.src.get(*from) == Some(&true));
                for (from, source) in sources.filter(|(_, one)| one.may_be_source(&policy)) {
                    for (to, destination) in everybody.iter().enumerate() {
                        let direct = opening.dst.get(to).copied().unwrap_or_default();
                        if direct | opening.own == 0 || !destination.may_be_destination() {
                            continue;
                        }
                        for is_own in source.meetings(destination) {
                            let open = opening.packets((from, to, is_own));
                            if open != 0 && forbidden(&policy, invariant, (source, destination, is_own), open) != 0 {
                                broken.insert((from, to, is_own));
                            }
                        }
                    }
                }
            }
            let (error, unverified) = (violation(&classes, invariant), unverified_invariant(&classes, invariant));
            let place = || {
                let pair = broken.iter().next().map(|&(from, to, _)| (&everybody[from], &everybody[to]));
                let name = |from: usize, to: usize| (classes.sources[from].name(), classes.destinations[to].name());
                let error = error.as_ref().map(|one| (name(one.source, one.destination), one.packet));
                format!("seed {seed}\n{text}\n{facts}\n{invariant:?}\n{pair:?}\n{error:?}\n{unverified:?}")
            };
            assert_eq!(broken.is_empty(), error.is_none() && unverified.is_none(), "{}", place());
            if error.is_some() {
                // Two endpoints break it, whatever the facts about them are.
                let slot = |one: usize| everybody[one].slot.as_deref();
                let mut failing: HashMap<(&str, &str, bool), usize> = HashMap::new();
                for &(from, to, is_own) in &broken {
                    if let (Some(a), Some(b)) = (slot(from), slot(to)) {
                        *failing.entry((a, b, is_own)).or_default() += 1;
                    }
                }
                let is_certain = |(&(a, b, is_own), &count): (&(&str, &str, bool), &usize)| {
                    let all = |slot: &str| -> Vec<&Oracle> {
                        everybody.iter().filter(|one| one.slot.as_deref() == Some(slot)).collect()
                    };
                    let (sources, destinations) = (all(a), all(b));
                    let meet = |source: &&Oracle| {
                        destinations.iter().filter(|to| source.meetings(to).contains(&is_own)).count()
                    };
                    sources.iter().map(meet).sum::<usize>() == count
                };
                assert!(failing.iter().any(is_certain), "{}", place());
            }
            verdicts[if broken.is_empty() { 0 } else { 1 + usize::from(error.is_some()) }] += 1;
        }
    }
    assert!(verdicts.iter().all(|&count| count > 10), "{verdicts:?}");
}

#[test]
fn exactly_what_is_redundant_can_be_removed() {
    let mut found_any = 0;
    for seed in small::seeds(150) {
        let (text, facts) = policy_of_families(&mut Random::new(seed));
        let policy = Policy::with_facts(text.as_str(), facts.as_str());
        let everybody = everybody(&policy);
        let (pairs, rules) = (pairs(&policy, &everybody), rules(&policy, &everybody));
        // The packets that are open in each state: with no posture or each posture, without and
        // with the routers.
        let open = |removed: &HashSet<Origin>| -> Vec<[u16; 6]> {
            let openings: Vec<(&OracleRule, Opening)> =
                rules.iter().map(|rule| (rule, rule.without(removed))).collect();
            let each = pairs.iter().map(|&pair| {
                let mut open = [0; 6];
                for (rule, opening) in &openings {
                    let packets = opening.packets(pair);
                    if packets == 0 {
                        continue;
                    }
                    for (state, posture) in [None, Some("posture:p"), Some("posture:q")].into_iter().enumerate() {
                        let is_met = rule.postures.is_empty()
                            || posture.is_some_and(|posture| rule.postures.iter().any(|one| one == posture));
                        if is_met {
                            open[state + 3 * usize::from(rule.via)] |= packets;
                        }
                    }
                }
                open
            });
            each.collect()
        };
        let classes = AccessClasses::new(&policy);
        let found = redundancies(&classes);
        assert!(redundancies_with_threshold(&classes, 1) == found, "seed {seed}\n{text}\n{facts}\n{found:#?}");
        let mut removed = HashSet::new();
        for redundancy in &found {
            removed.insert(match &redundancy.part {
                RedundantPart::Rule => redundancy.rule,
                RedundantPart::Item(text) => text.origin,
            });
        }
        found_any += usize::from(!found.is_empty());
        let before = open(&HashSet::new());
        assert!(before == open(&removed), "seed {seed}\n{text}\n{facts}\n{found:#?}");
        // Nothing else can be removed.
        for rule in rules.iter().filter(|rule| !rule.app && !removed.contains(&rule.origin)) {
            let opens = |without: &HashSet<Origin>| {
                let opening = rule.without(without);
                pairs.iter().any(|&pair| opening.packets(pair) != 0)
            };
            let lists =
                rule.places.iter().filter(|list| list.iter().filter(|place| !removed.contains(place)).count() > 1);
            let items = lists.flatten().chain([&rule.origin]);
            for place in items.filter(|place| !removed.contains(place)) {
                // An item that names nothing does not count as redundant.
                let list = rule.places.iter().find(|list| list.contains(place));
                let others = list.into_iter().flatten().filter(|other| *other != place).copied().collect();
                if !opens(&others) {
                    continue;
                }
                let mut less = removed.clone();
                less.insert(*place);
                let word = text.get(place.start as usize..place.end as usize);
                assert!(before != open(&less), "seed {seed}\n{text}\n{facts}\n{word:?} could go, too\n{found:#?}");
            }
        }
    }
    assert!(found_any > 30, "{found_any}");
}
