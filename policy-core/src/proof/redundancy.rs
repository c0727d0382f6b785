//! Rules, and parts of rules, that the others make needless.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::access::port_set::PortSet;
use crate::access::rule_index::RuleRef;
use crate::access::selector_index::SelectorId;
use crate::model::PortSpec;
use crate::proof::classes::{AccessClasses, meets};
use crate::proof::containment::{Containment, Cube, Remaining, Uncovered};
use crate::source::{Origin, Text};

/// A rule, or an item of one of its lists, without which the policy would allow the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundancy {
    /// The rule.
    pub rule: Origin,
    /// What of it is needless.
    pub part: RedundantPart,
    /// The other rules that allow it, and the rule itself where other items of it do.
    pub covered_by: Vec<Origin>,
}

/// What of a rule is needless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedundantPart {
    /// All of it
    Rule,
    /// An item of its sources, destinations or ports
    Item(Text),
}

/// All that could be taken away at once without a change of what the policy allows, in the order of the policy. Of
/// two equal rules it is the later one.
///
/// A rule with `app` says more than what is open, and one with `via` on which way, so the former stays and the
/// latter is compared with those of the same routers only.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::redundancy::{RedundantPart, redundancies};
/// use policy_core::proof::classes::AccessClasses;
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
pub fn redundancies(space: &AccessClasses) -> Vec<Redundancy> {
    let mut cover = Containment::new(space);
    let mut found = Vec::new();
    for (rule, permits) in rules(space).into_iter().rev() {
        Pruner { space, cover: &mut cover, rule, permits, lacks: Vec::new() }.prune(&mut found);
    }
    found.reverse();
    found
}

/// Each rule with its permits.
fn rules<'p>(space: &AccessClasses<'p>) -> Vec<(RuleRef<'p>, Range<usize>)> {
    let mut rules: Vec<(RuleRef, Range<usize>)> = Vec::new();
    for (number, permit) in space.permits.list.iter().enumerate() {
        match rules.last_mut() {
            Some((rule, range)) if rule.origin() == permit.rule.origin() => range.end = number + 1,
            _ => rules.push((permit.rule, number..number + 1)),
        }
    }
    rules
}

/// Takes away what is needless of one rule.
struct Pruner<'c, 'a, 'p> {
    space: &'a AccessClasses<'p>,
    cover: &'c mut Containment<'a, 'p>,
    rule: RuleRef<'p>,
    permits: Range<usize>,
    /// What this rule allows and no other does, as far as is known. An item that alone has a part in it is needed.
    lacks: Vec<Uncovered>,
}

impl Pruner<'_, '_, '_> {
    /// All of it, or else item by item from the last.
    fn prune(&mut self, found: &mut Vec<Redundancy>) {
        let (src, dst, ip): (Vec<&Text>, Vec<&Text>, &[PortSpec]) = match self.rule {
            RuleRef::Grant(grant) if grant.app.is_none() => (
                grant.src.iter().map(|selector| &selector.text).collect(),
                grant.dst.iter().map(|selector| &selector.text).collect(),
                &grant.ip,
            ),
            RuleRef::Acl(acl) => (
                acl.src.iter().map(|selector| &selector.text).collect(),
                acl.dst.iter().map(|destination| &destination.text).collect(),
                &[],
            ),
            RuleRef::Grant(_) | RuleRef::NoRules(_) => return,
        };
        let rule = self.rule.origin();
        let nothing = self.permits.clone().map(|permit| (permit, Remaining::default())).collect();
        if let Some(covered_by) = self.leave(nothing, &Removed::default()) {
            found.push(Redundancy { rule, part: RedundantPart::Rule, covered_by });
            return;
        }
        let mut push = |text: &Text, covered_by: Option<Vec<Origin>>| {
            let part = RedundantPart::Item(text.clone());
            found.extend(covered_by.map(|covered_by| Redundancy { rule, part, covered_by }));
        };
        for (item, text) in src.iter().enumerate().rev() {
            push(text, self.without_source(item));
        }
        for (permit, item, place) in self.places() {
            dst.get(item).into_iter().for_each(|text| push(text, self.without_destination(permit, place)));
        }
        let mut left: Vec<(&PortSpec, PortSet)> =
            ip.iter().map(|spec| (spec, PortSet::new([(spec.protocol, spec.ports)]))).collect();
        for item in (0..ip.len()).rev() {
            let (spec, gone) = left.remove(item);
            match self.without_ports(&gone, left.iter().map(|(_, ports)| ports)) {
                None => left.insert(item, (spec, gone)),
                some => push(&spec.text, some),
            }
        }
    }

    /// The destinations with their permits, their places in the rule and their places in the permit, from the last.
    fn places(&self) -> Vec<(usize, usize, usize)> {
        let permits = self.permits.clone().filter_map(|number| Some((number, self.space.permit(number)?)));
        let places = permits.flat_map(|(number, permit)| {
            permit.dst_items.iter().enumerate().map(move |(place, &item)| (number, item, place))
        });
        let mut places: Vec<(usize, usize, usize)> = places.collect();
        places.sort_unstable_by_key(|&(_, item, _)| Reverse(item));
        places
    }

    /// Whether a source can go, and what covers it.
    fn without_source(&mut self, item: usize) -> Option<Vec<Origin>> {
        let first = self.cover.live(self.permits.start)?;
        let (&source, others) = (first.src.get(item)?, except(&first.src, item));
        let is_needed = |lack: &Uncovered| {
            let class = self.space.sources.get(lack.source);
            class.is_some_and(|class| meets(&[source], &class.selectors) && !meets(&others, &class.selectors))
        };
        // The last item goes only with its rule.
        if others.is_empty() || self.lacks.iter().any(is_needed) {
            return None;
        }
        let left = self.permits.clone().filter_map(|permit| {
            let live = self.cover.live(permit)?;
            Some((permit, Remaining { src: others.clone(), ..live.clone() }))
        });
        self.leave(left.collect(), &Removed { src: Some(&[source]), ..Removed::default() })
    }

    /// Whether a destination can go, and what covers it.
    fn without_destination(&mut self, permit: usize, place: usize) -> Option<Vec<Origin>> {
        let own = self.space.permits.selectors.own_devices();
        let live = self.cover.live(permit)?;
        let (&destination, others) = (live.dst.get(place)?, except(&live.dst, place));
        let elsewhere =
            self.permits.clone().filter(|&other| other != permit).filter_map(|other| self.cover.live(other));
        let remaining: Vec<SelectorId> = elsewhere.flat_map(|live| &live.dst).chain(&others).copied().collect();
        let is_needed = |lack: &Uncovered| {
            let class = self.space.destinations.get(lack.destination);
            let has = |ids: &[SelectorId]| {
                class.is_some_and(|class| meets(ids, &class.selectors))
                    || lack.is_own && own.is_some_and(|own| ids.contains(&own))
            };
            lack.permit == permit && has(&[destination]) && !has(&remaining)
        };
        if remaining.is_empty() || self.lacks.iter().any(is_needed) {
            return None;
        }
        let left = Remaining { dst: others, ..live.clone() };
        self.leave(vec![(permit, left)], &Removed { dst: Some(&[destination]), ..Removed::default() })
    }

    /// Whether ports of a grant can go, and what covers them.
    fn without_ports<'r>(
        &mut self,
        ports: &PortSet,
        others: impl Iterator<Item = &'r PortSet> + Clone,
    ) -> Option<Vec<Origin>> {
        let permit = self.permits.start;
        let is_needed = |lack: &Uncovered| {
            let part = lack.ports.common(ports);
            !part.is_empty() && !others.clone().any(|others| others.overlap(&part))
        };
        if others.clone().next().is_none() || self.lacks.iter().any(is_needed) {
            return None;
        }
        let others = others.flat_map(PortSet::ranges).map(|(protocol, range)| (Some(protocol), range));
        let left = Remaining { ports: PortSet::new(others), ..self.cover.live(permit)?.clone() };
        self.leave(vec![(permit, left)], &Removed { ports: Some(ports), ..Removed::default() })
    }

    /// Leaves that of some permits if what is gone is allowed all the same, and tells by which rules.
    fn leave(&mut self, left: Vec<(usize, Remaining)>, gone: &Removed) -> Option<Vec<Origin>> {
        let replaced = left.into_iter().map(|(permit, live)| (permit, self.cover.replace(permit, live)));
        let before: Vec<(usize, Remaining)> = replaced.collect();
        let regions = before.iter().map(|(permit, live)| Cube {
            permit: *permit,
            src: gone.src.unwrap_or(&live.src),
            dst: gone.dst.unwrap_or(&live.dst),
            ports: gone.ports.unwrap_or(&live.ports),
        });
        // What is about nobody or nothing is another mistake.
        let regions: Vec<Cube> = regions.filter(|region| !self.cover.is_empty(region)).collect();
        let mut by = BTreeSet::new();
        match regions.iter().try_for_each(|region| self.cover.allow(region, &mut by)) {
            Ok(()) if !regions.is_empty() => {
                let permits = by.into_iter().filter_map(|permit| self.space.permit(permit));
                let mut origins: Vec<Origin> = permits.map(|permit| permit.rule.origin()).collect();
                origins.dedup();
                return Some(origins);
            }
            Ok(()) => {}
            Err(lack) => self.lacks.push(lack),
        }
        for (permit, live) in before {
            self.cover.replace(permit, live);
        }
        None
    }
}

/// What is to go of some permits. What is not told is all.
#[derive(Default)]
struct Removed<'r> {
    src: Option<&'r [SelectorId]>,
    dst: Option<&'r [SelectorId]>,
    ports: Option<&'r PortSet>,
}

fn except(ids: &[SelectorId], item: usize) -> Vec<SelectorId> {
    ids.iter().enumerate().filter(|&(place, _)| place != item).map(|(_, &id)| id).collect()
}
