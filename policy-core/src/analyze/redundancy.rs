//! Rules, and parts of rules, that the others make needless.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::eval::permits::{Permit, RuleRef};
use crate::eval::selectors::SelectorId;
use crate::model::{Origin, Text};

use super::Ports;
use super::space::{Class, ClassId, Space, meets};

/// A rule, or an item of one of its lists, without which the policy would allow the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redundancy {
    /// The rule.
    pub rule: Origin,
    /// What of it is needless.
    pub part: Part,
    /// The other rules that allow it, and the rule itself where other items of it do.
    pub covered_by: Vec<Origin>,
}

/// What of a rule is needless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
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
/// use policy_core::{Policy, analyze::{Part, Space, redundancies}};
/// let policy = Policy::parse(r#"{
///     "tagOwners": {"tag:web": []},
///     "grants": [
///         {"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:1-99"]},
///         {"src": ["*"], "dst": ["tag:web"], "ip": ["tcp:100-200"]},
///         {"src": ["alice@example.com"], "dst": ["tag:web"], "ip": ["tcp:80-120"]},
///     ],
/// }"#);
/// let found = redundancies(&Space::new(&policy));
/// assert_eq!((&found[0].part, found[0].covered_by.len(), found.len()), (&Part::Rule, 2, 1));
/// ```
pub fn redundancies(space: &Space) -> Vec<Redundancy> {
    let mut pruner = Pruner::new(space);
    let mut found = Vec::new();
    for rule in (0..pruner.rules.len()).rev() {
        pruner.prune(rule, &mut found);
    }
    found.reverse();
    found
}

/// A permit, less the items that have been taken away.
#[derive(Clone, Debug)]
struct Live {
    src: Vec<SelectorId>,
    dst: Vec<SelectorId>,
    ports: Ports,
}

impl Live {
    fn is_void(&self) -> bool {
        self.src.is_empty() || self.dst.is_empty() || self.ports.is_empty()
    }
}

/// Which items of a rule's lists are left.
#[derive(Clone, Debug)]
struct Items {
    src: Vec<bool>,
    dst: Vec<bool>,
    ports: Vec<bool>,
}

/// What somebody must be able to reach without it, and in which states.
struct Region<'p> {
    /// The permit that allows it now.
    permit: usize,
    live: Live,
    /// A device that has this posture and no other; `None` for one that has none. What it may do, all may that have more.
    postures: Vec<Option<&'p str>>,
}

struct Pruner<'a, 'p> {
    space: &'a Space<'p>,
    rules: Vec<(RuleRef<'p>, Range<usize>, Items)>,
    /// By number, what is left of each permit
    live: Vec<Live>,
    /// By number, the rule of each permit
    origins: Vec<Origin>,
    /// By number, the routers of each permit, a number for each set of them
    via: Vec<usize>,
    /// Whether all that one selector names the other does, as sources and as destinations.
    contained: [HashMap<(SelectorId, SelectorId), bool>; 2],
    /// By class, how many permits it is an end of: where there are few, coverage is least likely.
    weights: [Vec<usize>; 2],
    /// By selector, its class with the least weight
    rarest: [Vec<Option<ClassId>>; 2],
}

impl<'a, 'p> Pruner<'a, 'p> {
    fn new(space: &'a Space<'p>) -> Self {
        let list = &space.permits.list;
        let live = list.iter().zip(&space.ports);
        let live =
            live.map(|(permit, ports)| Live { src: permit.src.clone(), dst: permit.dst.clone(), ports: ports.clone() });
        let mut rules: Vec<(RuleRef, Range<usize>, Items)> = Vec::new();
        for (number, permit) in list.iter().enumerate() {
            match rules.last_mut() {
                Some((rule, range, _)) if rule.origin() == permit.rule.origin() => range.end = number + 1,
                _ => rules.push((permit.rule, number..number + 1, Items::of(permit.rule))),
            }
        }
        let weigh = |classes: &[Class], uses: &[usize]| -> Vec<usize> {
            let weight = |class: &Class| class.selectors.iter().filter_map(|&id| uses.get(id)).sum();
            classes.iter().map(weight).collect()
        };
        let mut uses = [vec![0; space.permits.selectors.len()], vec![0; space.permits.selectors.len()]];
        let [src_uses, dst_uses] = &mut uses;
        for permit in list {
            permit.src.iter().for_each(|&id| src_uses.get_mut(id).into_iter().for_each(|uses| *uses += 1));
            permit.dst.iter().for_each(|&id| dst_uses.get_mut(id).into_iter().for_each(|uses| *uses += 1));
        }
        let weights = [weigh(&space.sources, src_uses), weigh(&space.destinations, dst_uses)];
        let [src_weights, dst_weights] = &weights;
        let rarest = |lists: &[Vec<ClassId>], weights: &[usize]| -> Vec<Option<ClassId>> {
            // Of equals the last is taken, which is the one with the least of a name.
            let least = |list: &Vec<ClassId>| list.iter().rev().copied().min_by_key(|&class| weights.get(class));
            lists.iter().map(least).collect()
        };
        let mut sets: HashMap<BTreeSet<&str>, usize> = HashMap::new();
        let via = list.iter().map(|permit| {
            let next = sets.len();
            *sets.entry(permit.via().iter().map(|tag| tag.text.as_str()).collect()).or_insert(next)
        });
        let via = via.collect();
        let rarest = [rarest(&space.sources_of, src_weights), rarest(&space.destinations_of, dst_weights)];
        Pruner {
            space,
            rules,
            live: live.collect(),
            origins: list.iter().map(|permit| permit.rule.origin()).collect(),
            via,
            contained: [HashMap::new(), HashMap::new()],
            weights,
            rarest,
        }
    }

    /// Takes away what is needless of a rule: all, or else item by item from the last.
    fn prune(&mut self, rule: usize, found: &mut Vec<Redundancy>) {
        let Some((reference, _, items)) = self.rules.get(rule).cloned() else { return };
        let (src, dst, ports): (Vec<&Text>, Vec<&Text>, Vec<&Text>) = match reference {
            RuleRef::Grant(grant) if grant.app.is_none() => (
                grant.src.iter().map(|selector| &selector.text).collect(),
                grant.dst.iter().map(|selector| &selector.text).collect(),
                grant.ip.iter().map(|spec| &spec.text).collect(),
            ),
            RuleRef::Acl(acl) => (
                acl.src.iter().map(|selector| &selector.text).collect(),
                acl.dst.iter().map(|destination| &destination.text).collect(),
                Vec::new(),
            ),
            RuleRef::Grant(_) | RuleRef::NoRules(_) => return,
        };
        let origin = reference.origin();
        let none = Items { src: vec![false; items.src.len()], ..items };
        if let Some(covered_by) = self.take_away(rule, none) {
            found.push(Redundancy { rule: origin, part: Part::Rule, covered_by });
            return;
        }
        for (list, places) in [&src, &dst, &ports].into_iter().enumerate() {
            for (item, &text) in places.iter().enumerate().rev() {
                let Some((.., items)) = self.rules.get(rule) else { return };
                let mut left = items.clone();
                let flags = match list {
                    0 => &mut left.src,
                    1 => &mut left.dst,
                    _ => &mut left.ports,
                };
                if let Some(flag) = flags.get_mut(item) {
                    *flag = false;
                }
                // The last item goes only with its rule.
                if !flags.contains(&true) {
                    continue;
                }
                if let Some(covered_by) = self.take_away(rule, left) {
                    found.push(Redundancy { rule: origin, part: Part::Item(text.clone()), covered_by });
                }
            }
        }
    }

    /// Leaves these items of a rule, if that changes nothing of what the policy allows; and says what covers the rest.
    fn take_away(&mut self, rule: usize, left: Items) -> Option<Vec<Origin>> {
        let (reference, permits, items) = self.rules.get(rule).cloned()?;
        let before: Vec<Live> = self.live.get(permits.clone())?.to_vec();
        let mut regions = Vec::new();
        for number in permits.clone() {
            let (Some(slot), Some(now)) = (self.live.get_mut(number), self.space.permit(number)) else { continue };
            let after = left.of_permit(reference, now, slot);
            regions.push(Region {
                permit: number,
                live: items.gone(&left, reference, now, slot),
                postures: match now.postures {
                    [] => vec![None],
                    some => some.iter().map(|posture| Some(posture.text.as_str())).collect(),
                },
            });
            *slot = after;
        }
        regions.retain(|region| !self.is_empty(&region.live));
        let mut used = BTreeSet::new();
        if !regions.is_empty() && regions.iter().all(|region| self.covers(region, &mut used)) {
            if let Some((.., items)) = self.rules.get_mut(rule) {
                *items = left;
            }
            let mut origins: Vec<Origin> =
                used.iter().filter_map(|&permit| self.origins.get(permit)).copied().collect();
            origins.dedup();
            return Some(origins);
        }
        for (slot, live) in self.live.iter_mut().skip(permits.start).zip(before) {
            *slot = live;
        }
        None
    }

    /// Whether it is about nobody or nothing, which is another mistake.
    fn is_empty(&self, live: &Live) -> bool {
        let [sources, destinations] = &self.rarest;
        let own = self.space.permits.selectors.own_devices();
        let is_void = |ids: &[SelectorId], rarest: &[Option<ClassId>]| {
            ids.iter().all(|&id| Some(id) != own && rarest.get(id).is_none_or(Option::is_none))
        };
        live.is_void() || is_void(&live.src, sources) || is_void(&live.dst, destinations)
    }

    /// Whether what is left allows all of a region, and by which permits.
    fn covers(&mut self, region: &Region<'p>, used: &mut BTreeSet<usize>) -> bool {
        let own = self.space.permits.selectors.own_devices();
        let direct: Vec<SelectorId> = region.live.dst.iter().copied().filter(|&id| Some(id) != own).collect();
        let is_home = direct.len() < region.live.dst.len();
        (direct.is_empty() || self.covers_direct(region, &direct, used)) && (!is_home || self.covers_home(region, used))
    }

    fn covers_direct(&mut self, region: &Region<'p>, dst: &[SelectorId], used: &mut BTreeSet<usize>) -> bool {
        let src = &region.live.src;
        let [sources, destinations] = &self.rarest;
        let (Some(source), Some(destination)) = (self.least(0, src, sources), self.least(1, dst, destinations)) else {
            return true;
        };
        // Most rules are needed, and most often it shows at the pair that the fewest others are about.
        if !self.covers_pair(region, source, destination, false, &mut BTreeSet::new()) {
            return false;
        }
        let near = self.meeting(source, destination);
        let around = near.into_iter().filter(|&permit| self.contains(0, src, permit) && self.contains(1, dst, permit));
        let around: Vec<usize> = around.collect();
        if self.open(region, &around, used) {
            return true;
        }
        self.covers_rows(region, dst, used)
    }

    /// Source by source.
    fn covers_rows(&mut self, region: &Region<'p>, dst: &[SelectorId], used: &mut BTreeSet<usize>) -> bool {
        let space = self.space;
        let (sources, destinations) = (space.sources_among(&region.live.src), space.destinations_among(dst));
        let weight = |classes: &[ClassId], weights: &[usize]| -> usize {
            classes.iter().filter_map(|&class| weights.get(class)).sum()
        };
        let [src_weights, dst_weights] = &self.weights;
        let mut candidates: Vec<usize> = if weight(&destinations, dst_weights) < weight(&sources, src_weights) {
            destinations.iter().flat_map(|&class| space.permits_to(class)).collect()
        } else {
            sources.iter().flat_map(|&class| space.permits_from(class)).collect()
        };
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&permit| self.may_help(region, permit));
        let around: Vec<usize> = candidates.iter().copied().filter(|&permit| self.contains(1, dst, permit)).collect();
        // Where some have all of the sources, no look at each is needed.
        let wide: Vec<usize> =
            candidates.iter().copied().filter(|&permit| self.contains(0, &region.live.src, permit)).collect();
        let rest: Vec<ClassId> = destinations
            .into_iter()
            .filter(|&destination| {
                let to: Vec<usize> =
                    wide.iter().copied().filter(|&permit| self.leads_to(permit, destination)).collect();
                !self.open(region, &to, used)
            })
            .collect();
        let mut covered_rows: HashSet<Vec<usize>> = HashSet::new();
        // The last are those with the least of a name, which is where coverage ends soonest.
        rest.is_empty()
            || sources.iter().rev().all(|&source| {
                let row: Vec<usize> =
                    candidates.iter().copied().filter(|&permit| self.comes_from(permit, source)).collect();
                if covered_rows.contains(&row) {
                    return true;
                }
                let whole: Vec<usize> =
                    around.iter().copied().filter(|permit| row.binary_search(permit).is_ok()).collect();
                let is_covered = self.open(region, &whole, used)
                    || rest.iter().all(|&destination| {
                        let to: Vec<usize> =
                            row.iter().copied().filter(|&permit| self.leads_to(permit, destination)).collect();
                        self.open(region, &to, used)
                    });
                if is_covered {
                    covered_rows.insert(row);
                }
                is_covered || rest.iter().all(|&destination| self.covers_pair(region, source, destination, false, used))
            })
    }

    /// Between devices of one user, for each user.
    fn covers_home(&mut self, region: &Region<'p>, used: &mut BTreeSet<usize>) -> bool {
        let space = self.space;
        let sources = space.sources_among(&region.live.src);
        let mut checked: Option<Vec<usize>> = None;
        // The last are those with the least of a name.
        sources.iter().rev().all(|&source| {
            let Some(own) = space.own.get(source).filter(|own| !own.is_empty()) else { return true };
            // Whoever covers all sources covers the rest, too.
            if checked.is_none() {
                let home: Vec<usize> =
                    space.permits_from(source).into_iter().filter(|&permit| self.leads_home(permit)).collect();
                let around = home.into_iter().filter(|&permit| self.contains(0, &region.live.src, permit)).collect();
                checked = Some(around);
            }
            let around = checked.as_deref().unwrap_or_default();
            self.open(region, around, used)
                || own.iter().all(|&destination| self.covers_pair(region, source, destination, true, used))
        })
    }

    /// At one source and destination; `home` if they are devices of one user.
    fn covers_pair(
        &self,
        region: &Region<'p>,
        source: ClassId,
        destination: ClassId,
        home: bool,
        used: &mut BTreeSet<usize>,
    ) -> bool {
        let (two, own) =
            (!home && self.space.may_be_two(source, destination), self.space.may_be_own(source, destination));
        if !two && !own {
            return true;
        }
        let mut permits = self.meeting(source, destination);
        if !two {
            let homeward = self.space.permits_from(source).into_iter();
            permits.extend(homeward.filter(|&permit| self.leads_home(permit) && self.comes_from(permit, source)));
        }
        self.open(region, &permits, used)
    }

    /// Whether these together open all ports of the region, whatever posture there is.
    fn open(&self, region: &Region<'p>, permits: &[usize], used: &mut BTreeSet<usize>) -> bool {
        let mut by = Vec::new();
        let is_open = region.postures.iter().all(|posture| {
            let mut rest = region.live.ports.clone();
            for &permit in permits.iter().filter(|&&permit| self.is_on_the_way(region, permit)) {
                let allows = self.space.permit(permit).is_some_and(|permit| {
                    let mut required = permit.postures.iter().map(|posture| posture.text.as_str());
                    permit.postures.is_empty() || required.any(|required| Some(required) == *posture)
                });
                let Some(live) = self.live.get(permit).filter(|_| allows) else { continue };
                let less = rest.without(&live.ports);
                if less != rest {
                    by.push(permit);
                    rest = less;
                }
                if rest.is_empty() {
                    return true;
                }
            }
            rest.is_empty()
        });
        if is_open {
            used.extend(by);
        }
        is_open
    }

    /// Whether it leads through the same routers.
    fn is_on_the_way(&self, region: &Region<'p>, permit: usize) -> bool {
        self.via.get(permit) == self.via.get(region.permit)
    }

    fn may_help(&self, region: &Region<'p>, permit: usize) -> bool {
        let shares = |live: &Live| !live.is_void() && !live.ports.common(&region.live.ports).is_empty();
        self.live.get(permit).is_some_and(shares) && self.is_on_the_way(region, permit)
    }

    /// The permits between a source and a destination, in order.
    fn meeting(&self, source: ClassId, destination: ClassId) -> Vec<usize> {
        let [src_weights, dst_weights] = &self.weights;
        let permits = match src_weights.get(source) < dst_weights.get(destination) {
            true => self.space.permits_from(source),
            false => self.space.permits_to(destination),
        };
        let meets = |permit: &usize| self.comes_from(*permit, source) && self.leads_to(*permit, destination);
        permits.into_iter().filter(meets).collect()
    }

    fn comes_from(&self, permit: usize, source: ClassId) -> bool {
        let (live, class) = (self.live.get(permit), self.space.sources.get(source));
        live.zip(class).is_some_and(|(live, class)| meets(&live.src, &class.selectors))
    }

    fn leads_to(&self, permit: usize, destination: ClassId) -> bool {
        let (live, class) = (self.live.get(permit), self.space.destinations.get(destination));
        live.zip(class).is_some_and(|(live, class)| meets(&live.dst, &class.selectors))
    }

    fn leads_home(&self, permit: usize) -> bool {
        let own = self.space.permits.selectors.own_devices();
        self.live.get(permit).zip(own).is_some_and(|(live, own)| live.dst.contains(&own))
    }

    /// Of all that the selectors name the class with the least weight.
    fn least(&self, end: usize, selectors: &[SelectorId], rarest: &[Option<ClassId>]) -> Option<ClassId> {
        let weights = self.weights.get(end)?;
        selectors.iter().filter_map(|&id| *rarest.get(id)?).min_by_key(|&class| weights.get(class))
    }

    /// Whether a permit has all that the selectors name, each by one of its own. End 0 is the sources.
    fn contains(&mut self, end: usize, selectors: &[SelectorId], permit: usize) -> bool {
        let Some(live) = self.live.get(permit) else { return false };
        let own = if end == 0 { &live.src } else { &live.dst };
        let space = self.space;
        let lists = if end == 0 { &space.sources_of } else { &space.destinations_of };
        let Some(contained) = self.contained.get_mut(end) else { return false };
        let classes = |id: SelectorId| lists.get(id).map_or(&[][..], Vec::as_slice);
        selectors.iter().all(|&small| {
            own.iter().any(|&big| {
                small == big
                    || *contained.entry((small, big)).or_insert_with(|| {
                        let big = classes(big);
                        classes(small).iter().all(|class| big.binary_search(class).is_ok())
                    })
            })
        })
    }
}

impl Items {
    /// All items of a rule.
    fn of(rule: RuleRef) -> Items {
        let (src, dst, ports) = match rule {
            RuleRef::Grant(grant) => (grant.src.len(), grant.dst.len(), grant.ip.len()),
            RuleRef::Acl(acl) => (acl.src.len(), acl.dst.len(), 0),
            RuleRef::NoRules(_) => (1, 1, 0),
        };
        Items { src: vec![true; src], dst: vec![true; dst], ports: vec![true; ports] }
    }

    /// What they leave of a permit.
    fn of_permit(&self, rule: RuleRef, permit: &Permit, now: &Live) -> Live {
        let is_left = |flags: &[bool], item: usize| flags.get(item).copied().unwrap_or_default();
        let src = permit.src.iter().enumerate().filter(|&(item, _)| is_left(&self.src, item));
        let dst = permit.dst.iter().zip(&permit.dst_items).filter(|&(_, &item)| is_left(&self.dst, item));
        let ports = match rule {
            RuleRef::Grant(grant) => {
                let specs = grant.ip.iter().enumerate().filter(|&(item, _)| is_left(&self.ports, item));
                Ports::new(specs.map(|(_, spec)| (spec.protocol, spec.ports)))
            }
            RuleRef::Acl(_) | RuleRef::NoRules(_) => now.ports.clone(),
        };
        Live { src: src.map(|(_, &id)| id).collect(), dst: dst.map(|(&id, _)| id).collect(), ports }
    }

    /// What a permit loses if only `left` stays: all but one list are the same.
    fn gone(&self, left: &Items, rule: RuleRef, permit: &Permit, now: &Live) -> Live {
        let lost = |before: &[bool], after: &[bool]| -> Vec<bool> {
            if before == after {
                return before.to_vec();
            }
            before.iter().zip(after).map(|(before, after)| *before && !after).collect()
        };
        let gone = Items {
            src: lost(&self.src, &left.src),
            dst: lost(&self.dst, &left.dst),
            ports: lost(&self.ports, &left.ports),
        };
        gone.of_permit(rule, permit, now)
    }
}
