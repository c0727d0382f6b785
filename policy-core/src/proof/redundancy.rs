//! Finds rules, and items of rules, that the other rules cover.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::access::{PortSet, RuleRef, SelectorId, sorted};
use crate::model::{PortSpec, Selector};
use crate::proof::classes::{AccessClasses, RuleId};
use crate::proof::containment::{Containment, Cube, Remaining, Uncovered};
use crate::proof::port_items::PortItems;
use crate::source::{Origin, Text};

/// A rule, or an item of one of its lists, that can be removed without changing what the policy
/// allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundancy {
    /// The rule.
    pub rule: Origin,
    /// The redundant part of it.
    pub part: RedundantPart,
    /// The other rules that cover the part. Includes the rule itself if other items of it do.
    pub covered_by: Vec<Origin>,
}

/// The redundant part of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedundantPart {
    /// The whole rule.
    Rule,
    /// An item of its sources, destinations or ports.
    Item(Text),
}

/// Returns everything that can be removed at once without changing what the policy allows, in the order of the policy. Of
/// two equal rules, the later one is redundant.
///
/// A rule with `app` is never redundant, because it grants more than ports. A rule with `via` is
/// compared only with rules that have the same routers. A rule with an end date cannot cover one
/// that ends later or never.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::{AccessClasses, RedundantPart, redundancies};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": []},
///     "grants": [
///         {"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:1-99"]},
///         {"src": ["*"], "dst": ["tag:web"], "ip": ["tcp:100-200"]},
///         {"src": ["alice@example.com"], "dst": ["tag:web"], "ip": ["tcp:80-120"]},
///     ],
/// }"#);
/// let found = redundancies(&AccessClasses::new(&policy));
/// assert_eq!((&found[0].part, found[0].covered_by.len(), found.len()), (&RedundantPart::Rule, 2, 1));
/// ```
pub fn redundancies(classes: &AccessClasses) -> Vec<Redundancy> {
    prune(classes, Containment::new(classes))
}

/// Like [`redundancies`], with another threshold for the index of ports, which must not change the result.
#[cfg(test)]
pub(super) fn redundancies_with_threshold(classes: &AccessClasses, port_index_threshold: usize) -> Vec<Redundancy> {
    prune(classes, Containment::new(classes).with_port_index_threshold(port_index_threshold))
}

fn prune<'a, 'p>(classes: &'a AccessClasses<'p>, mut containment: Containment<'a, 'p>) -> Vec<Redundancy> {
    let mut found = Vec::new();
    for (rule, access_rules) in rules(classes).into_iter().rev() {
        let containment = &mut containment;
        Pruner { classes, containment, rule, access_rules, uncovered: Vec::new() }.prune(&mut found);
    }
    found.reverse();
    found
}

/// Returns each rule of the policy with its access rules. An ACL may have several.
fn rules<'p>(classes: &AccessClasses<'p>) -> Vec<(RuleRef<'p>, Range<RuleId>)> {
    let mut rules: Vec<(RuleRef, Range<RuleId>)> = Vec::new();
    for (id, access_rule) in classes.rules.list.iter().enumerate() {
        match rules.last_mut() {
            Some((rule, range)) if rule.origin() == access_rule.rule.origin() => range.end = id + 1,
            _ => rules.push((access_rule.rule, id..id + 1)),
        }
    }
    rules
}

/// Removes what is redundant in one rule.
struct Pruner<'c, 'a, 'p> {
    classes: &'a AccessClasses<'p>,
    containment: &'c mut Containment<'a, 'p>,
    rule: RuleRef<'p>,
    access_rules: Range<RuleId>,
    /// Access that, as far as known, only this rule allows. An item is needed if no other item
    /// allows some of it.
    uncovered: Vec<Uncovered>,
}

impl Pruner<'_, '_, '_> {
    /// Removes the whole rule, or otherwise item by item, starting with the last.
    fn prune(&mut self, found: &mut Vec<Redundancy>) {
        let (src, ip): (&[Selector], &[PortSpec]) = match self.rule {
            RuleRef::Grant(grant) if grant.app.is_none() => (&grant.src, &grant.ip),
            RuleRef::Acl(acl) => (&acl.src, &[]),
            RuleRef::Grant(_) | RuleRef::ImplicitAllowAll(_) => return,
        };
        let rule = self.rule.origin();
        let nothing = self.access_rules.clone().map(|id| (id, Remaining::default())).collect();
        if let Some(covered_by) = self.try_remove(nothing, &Removed::default()) {
            found.push(Redundancy { rule, part: RedundantPart::Rule, covered_by });
            return;
        }
        let mut push = |text: &Text, covered_by: Vec<Origin>| {
            found.push(Redundancy { rule, part: RedundantPart::Item(text.clone()), covered_by });
        };
        for (item, selector) in src.iter().enumerate().rev() {
            if let Some(covered_by) = self.try_remove_source(item) {
                push(&selector.text, covered_by);
            }
        }
        for destination in self.destinations() {
            if let Some(covered_by) = self.try_remove_destination(&destination)
                && let Some(text) = self.destination_text(destination.item)
            {
                push(text, covered_by);
            }
        }
        let items: Vec<PortSet> = ip.iter().map(|spec| PortSet::new([(spec.protocol, spec.ports)])).collect();
        if self.needs_all_ports(&items) {
            return;
        }
        let (mut items, mut marked) = (PortItems::new(items), 0);
        for (item, spec) in ip.iter().enumerate().rev() {
            let new = self.uncovered.get(marked..).into_iter().flatten();
            new.for_each(|uncovered| items.mark_uncovered(&uncovered.ports));
            marked = self.uncovered.len();
            if let Some(covered_by) = self.try_remove_ports(&items, item) {
                items.remove(item);
                push(&spec.text, covered_by);
            }
        }
    }

    /// Returns the text of a destination in the rule.
    fn destination_text(&self, item: usize) -> Option<&Text> {
        match self.rule {
            RuleRef::Grant(grant) => grant.dst.get(item).map(|selector| &selector.text),
            RuleRef::Acl(acl) => acl.dst.get(item).map(|destination| &destination.text),
            RuleRef::ImplicitAllowAll(_) => None,
        }
    }

    /// Returns `true` if some pair has no other rule for any port of this rule, and no two of its
    /// items have a port in common. This is true of most rules.
    fn needs_all_ports(&self, items: &[PortSet]) -> bool {
        let Some(Remaining { ports, .. }) = self.containment.remaining(self.access_rules.start) else { return false };
        self.uncovered.iter().any(|uncovered| uncovered.ports == *ports)
            && items.iter().map(PortSet::count).sum::<usize>() == ports.count()
    }

    /// Returns the destinations, last first.
    fn destinations(&self) -> Vec<DestinationItem> {
        let mut destinations = Vec::new();
        for id in self.access_rules.clone() {
            let Some(rule) = self.classes.rule(id) else { continue };
            let all = rule.dst.iter().zip(&rule.dst_items);
            let opened = all.filter(|&(&id, _)| rule.via().is_empty() || self.classes.is_behind_routers(id));
            let items = opened.map(|(_, &item)| item).enumerate();
            destinations.extend(items.map(|(place, item)| DestinationItem { id, place, item }));
        }
        destinations.sort_unstable_by_key(|destination| Reverse(destination.item));
        destinations
    }

    /// Removes a source if it is covered. Returns the covering rules.
    fn try_remove_source(&mut self, item: usize) -> Option<Vec<Origin>> {
        let first = self.containment.remaining(self.access_rules.start)?;
        let (&source, others) = (first.src.get(item)?, without_item(&first.src, item));
        let is_needed = |uncovered: &Uncovered| {
            let class = self.classes.sources.get(uncovered.source);
            let has = |ids: &[SelectorId]| class.is_some_and(|class| sorted::intersects(ids, &class.selectors));
            has(&[source]) && !has(&others)
        };
        // The last item can be removed only together with the rule.
        if others.is_empty() || self.uncovered.iter().any(is_needed) {
            return None;
        }
        let kept = self.access_rules.clone().filter_map(|id| {
            let remaining = self.containment.remaining(id)?;
            Some((id, Remaining { src: others.clone(), ..remaining.clone() }))
        });
        self.try_remove(kept.collect(), &Removed { src: Some(&[source]), ..Removed::default() })
    }

    /// Removes a destination if it is covered. Returns the covering rules.
    fn try_remove_destination(&mut self, &DestinationItem { id, place, .. }: &DestinationItem) -> Option<Vec<Origin>> {
        let own = self.classes.rules.selectors.own_devices();
        let remaining = self.containment.remaining(id)?;
        let (&destination, others) = (remaining.dst.get(place)?, without_item(&remaining.dst, place));
        let elsewhere = self.access_rules.clone().filter(|&other| other != id);
        let elsewhere = elsewhere.filter_map(|other| self.containment.remaining(other));
        let others_of_rule: Vec<SelectorId> = elsewhere.flat_map(|other| &other.dst).chain(&others).copied().collect();
        let is_needed = |uncovered: &Uncovered| {
            let class = self.classes.destinations.get(uncovered.destination);
            let has = |ids: &[SelectorId]| {
                class.is_some_and(|class| sorted::intersects(ids, &class.selectors))
                    || uncovered.is_same_user && own.is_some_and(|own| ids.contains(&own))
            };
            uncovered.rule == id && has(&[destination]) && !has(&others_of_rule)
        };
        if others_of_rule.is_empty() || self.uncovered.iter().any(is_needed) {
            return None;
        }
        let kept = Remaining { dst: others, ..remaining.clone() };
        self.try_remove(vec![(id, kept)], &Removed { dst: Some(&[destination]), ..Removed::default() })
    }

    /// Removes a port item of a grant if it is covered. Returns the covering rules.
    fn try_remove_ports(&mut self, items: &PortItems, item: usize) -> Option<Vec<Origin>> {
        if items.left() < 2 || items.is_needed(item) {
            return None;
        }
        let id = self.access_rules.start;
        let remaining = self.containment.remaining(id)?;
        let others = remaining.ports.without(&items.own_ports(item));
        let kept = Remaining { src: remaining.src.clone(), dst: remaining.dst.clone(), ports: others };
        self.try_remove(vec![(id, kept)], &Removed { ports: Some(&items.ports(item)), ..Removed::default() })
    }

    /// Reduces some access rules to `kept` if `removed` stays covered. Returns the covering rules.
    fn try_remove(&mut self, kept: Vec<(RuleId, Remaining)>, removed: &Removed) -> Option<Vec<Origin>> {
        let replaced = kept.into_iter().map(|(id, remaining)| (id, self.containment.replace(id, remaining)));
        let before: Vec<(RuleId, Remaining)> = replaced.collect();
        let cubes = before.iter().map(|(id, remaining)| Cube {
            rule: *id,
            src: removed.src.unwrap_or(&remaining.src),
            dst: removed.dst.unwrap_or(&remaining.dst),
            ports: removed.ports.unwrap_or(&remaining.ports),
        });
        // An item that names nothing is reported elsewhere.
        let cubes: Vec<Cube> = cubes.filter(|cube| !self.containment.is_empty(cube)).collect();
        let mut by = BTreeSet::new();
        match cubes.iter().try_for_each(|cube| self.containment.cover(cube, &mut by)) {
            Ok(()) if !cubes.is_empty() => {
                let rules = by.into_iter().filter_map(|id| self.classes.rule(id));
                let mut origins: Vec<Origin> = rules.map(|rule| rule.rule.origin()).collect();
                origins.dedup();
                return Some(origins);
            }
            Ok(()) => {}
            Err(uncovered) => self.uncovered.push(uncovered),
        }
        for (id, remaining) in before {
            self.containment.replace(id, remaining);
        }
        None
    }
}

/// A destination of a rule.
struct DestinationItem {
    /// The access rule that has it.
    id: RuleId,
    /// Its index in the access rule.
    place: usize,
    /// Its index in the rule of the policy.
    item: usize,
}

/// The removed part of some access rules: everything, or only these sources, destinations or ports.
#[derive(Default)]
struct Removed<'r> {
    src: Option<&'r [SelectorId]>,
    dst: Option<&'r [SelectorId]>,
    ports: Option<&'r PortSet>,
}

fn without_item(ids: &[SelectorId], item: usize) -> Vec<SelectorId> {
    ids.iter().enumerate().filter(|&(place, _)| place != item).map(|(_, &id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::proof::class_rarity::count_uses;
    use policy_generate::small;
    use policy_generate::small::Random;

    /// Returns a policy in which hundreds of rules lead from the same few sources to the same few destinations.
    fn crowded_policy(random: &mut Random) -> String {
        let sources = ["autogroup:member", "group:eng", "alice@example.com", "bob@example.com"];
        let destinations = ["tag:a", "tag:b", "autogroup:tagged", "autogroup:self"];
        let grants: Vec<String> = (0..700)
            .map(|_| {
                let (src, other_src) = (random.one(&sources), random.one(&sources));
                let (dst, first) = (random.one(&destinations), random.below(600) + 1);
                // A few ports are wide, so that they cover some of the others.
                let last = if random.below(40) == 0 { first + 60 } else { first };
                format!(r#"{{"src": ["{src}", "{other_src}"], "dst": ["{dst}"], "ip": ["tcp:{first}-{last}"]}}"#)
            })
            .collect();
        format!(
            r#"{{"groups": {{"group:eng": ["alice@example.com"]}}, "tagOwners": {{"tag:a": [], "tag:b": []}}, "grants": [{}]}}"#,
            grants.join(", ")
        )
    }

    #[test]
    fn an_item_is_covered_by_what_opens_the_same_for_certain() {
        let groups =
            r#""groups": {"group:eng": ["alice@example.com", "bob@example.com"], "group:guests": ["carol@other.org"]}"#;
        let cases = [
            // The routers of a `via` lead only to what is behind them.
            (r#"["*", "10.0.0.0/29"]"#, r#"["autogroup:member"]"#, r#", "via": ["tag:r"]"#, ""),
            (r#"["tag:a", "autogroup:tagged", "100.64.0.1"]"#, r#"["autogroup:member"]"#, r#", "via": ["tag:r"]"#, ""),
            (r#"["10.0.0.0/8", "10.0.0.0/29"]"#, r#"["autogroup:member"]"#, r#", "via": ["tag:r"]"#, "10.0.0.0/29"),
            (r#"["*", "10.0.0.0/29"]"#, r#"["autogroup:member"]"#, "", "10.0.0.0/29"),
            // A login of another domain may be that of a user of another tailnet.
            (r#"["tag:a"]"#, r#"["autogroup:member", "group:eng"]"#, "", "group:eng"),
            (r#"["tag:a"]"#, r#"["autogroup:member", "group:guests"]"#, "", ""),
            (r#"["tag:a"]"#, r#"["autogroup:member", "carol@other.org"]"#, "", ""),
            (r#"["tag:a"]"#, r#"["group:guests", "carol@other.org"]"#, "", "carol@other.org"),
            (r#"["group:guests"]"#, r#"["tag:a"]"#, "", ""),
            (r#"["autogroup:member", "group:guests"]"#, r#"["tag:a"]"#, "", ""),
        ];
        for (dst, src, via, expected) in cases {
            let policy = Policy::parse(format!(
                r#"{{{groups}, "tagOwners": {{"tag:a": [], "tag:r": []}}, "grants": [{{"src": {src}, "dst": {dst}, "ip": ["*"]{via}}}]}}"#
            ));
            let found = redundancies(&AccessClasses::new(&policy)).into_iter().map(|one| match one.part {
                RedundantPart::Rule => "the rule".to_owned(),
                RedundantPart::Item(text) => text.to_string(),
            });
            assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{src} -> {dst}{via}");
        }
    }

    #[test]
    fn the_index_of_ports_changes_no_result() {
        for seed in small::seeds(3) {
            let policy = Policy::parse(crowded_policy(&mut Random::new(seed)));
            let classes = AccessClasses::new(&policy);
            let crowded = |end: &[Vec<RuleId>], selectors: &[SelectorId]| count_uses(end, selectors) >= 256;
            let from = classes.sources.iter().filter(|one| crowded(classes.rules.by_source(), &one.selectors)).count();
            let to = &classes.destinations;
            let to = to.iter().filter(|one| crowded(classes.rules.by_destination(), &one.selectors)).count();
            assert!(from > 1 && to > 1, "the shipped threshold is not reached");
            let found = redundancies(&classes);
            let removed = found.iter().filter(|one| one.part == RedundantPart::Rule).count();
            assert!(removed > 20 && removed < 680 && found.len() > removed, "{removed} of {}", found.len());
            for threshold in [0, 1, usize::MAX] {
                assert!(redundancies_with_threshold(&classes, threshold) == found, "seed {seed}, {threshold}");
            }
        }
    }
}
