//! Cube containment: a proof that the rules of a policy cover a cube, or a part of it that they
//! leave uncovered.
//!
//! A [`Cube`] has some sources, some destinations and some ports, such as those of a rule that
//! could be removed. The rules *cover* it if they allow each of its sources to reach each of its
//! destinations on each of its ports, whatever postures the source meets. There are far too many
//! pairs of classes to examine each. The proof examines pairs that stand for many others:
//!
//! 1. **Examine the pair that is least likely to be covered**, which is the source class and the destination class that
//!    the fewest rules name. If the rules leave a port of this pair uncovered, the pair is a counterexample
//!    ([`Uncovered`]) and the proof ends. Most rules that are needed show it here.
//! 2. **Generalise.** If the rules that cover the pair have, for every selector of the cube, one that is at least as wide,
//!    they cover all of the cube.
//! 3. **Split otherwise.** A cube with several source selectors is split into one cube for each, and then by destination
//!    selectors. Each part starts at step 1.
//! 4. **Examine classes** in a cube of one source and one destination selector that cannot be generalised. The rules that
//!    cover a pair also cover it for every source and destination that they all name. What remains is a smaller cube.
//!
//! Only pairs of the same address family count, because no packet goes from IPv4 to IPv6.
//!
//! `autogroup:self` is a destination that depends on the source. It is examined for each user, or
//! for all users at once if the rules to `autogroup:self` are enough.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::slice::from_ref;

use crate::access::{PortSet, SelectorId, sorted};
use crate::model::{Date, Selector};
use crate::proof::class_rarity::{ClassRarity, count_uses};
use crate::proof::classes::{AccessClasses, ClassId, RuleId};
use crate::proof::epoch_set::EpochSet;
use crate::proof::port_index::PortIndex;

/// The number of candidate rules for a pair of classes from which the index of ports is faster than
/// examining each rule.
const PORT_INDEX_THRESHOLD: usize = 256;

/// The items of a rule that have not been removed.
#[derive(Clone, Debug, Default)]
pub(super) struct Remaining {
    pub(super) src: Vec<SelectorId>,
    pub(super) dst: Vec<SelectorId>,
    pub(super) ports: PortSet,
}

/// A part of a rule whose access must stay allowed.
#[derive(Clone, Copy)]
pub(super) struct Cube<'r> {
    /// The rule. The cube has its postures, routers and end date.
    pub(super) rule: RuleId,
    pub(super) src: &'r [SelectorId],
    pub(super) dst: &'r [SelectorId],
    pub(super) ports: &'r PortSet,
}

/// A counterexample: a part of a cube that no rule covers.
pub(super) struct Uncovered {
    pub(super) rule: RuleId,
    pub(super) source: ClassId,
    pub(super) destination: ClassId,
    /// True if source and destination are devices of one user.
    pub(super) is_same_user: bool,
    /// The ports that no rule allows there.
    pub(super) ports: PortSet,
}

/// Rules that cover a pair of classes.
struct PairCover {
    rules: Vec<RuleId>,
    /// True if they cover every pair that they all name, and not only pairs of devices of one user.
    is_general: bool,
}

/// The rules of a policy, without the items that have been removed.
pub(super) struct Containment<'a, 'p> {
    classes: &'a AccessClasses<'p>,
    /// By rule: its remaining items.
    remaining: Vec<Remaining>,
    /// By rule: the number of its set of routers.
    routers: Vec<usize>,
    /// By rule: its last day, if it has one.
    ends: Vec<Option<Date>>,
    sources: ClassRarity<'a, 'p>,
    destinations: ClassRarity<'a, 'p>,
    /// The rules by port. Computed when a pair has so many candidate rules that the index is
    /// faster.
    by_port: OnceCell<PortIndex>,
    port_index_threshold: usize,
    source_selectors: EpochSet,
    destination_selectors: EpochSet,
}

impl<'a, 'p> Containment<'a, 'p> {
    /// Starts with the complete rules.
    pub(super) fn new(classes: &'a AccessClasses<'p>) -> Self {
        let rules = &classes.rules;
        let mut sets: HashMap<BTreeSet<&str>, usize> = HashMap::new();
        let routers = rules.list.iter().map(|rule| {
            let next = sets.len();
            *sets.entry(rule.via().iter().map(|tag| tag.text.as_str()).collect()).or_insert(next)
        });
        let remaining = rules.list.iter().zip(&classes.ports).map(|(rule, ports)| Remaining {
            src: rule.src.clone(),
            dst: classes.opened(rule).into_owned(),
            ports: ports.clone(),
        });
        Containment {
            classes,
            remaining: remaining.collect(),
            routers: routers.collect(),
            ends: rules.list.iter().map(|rule| rule.rule.until().map(|until| until.date)).collect(),
            sources: ClassRarity::new(&classes.sources, &classes.sources_of, rules.by_source()),
            destinations: ClassRarity::new(&classes.destinations, &classes.destinations_of, rules.by_destination()),
            by_port: OnceCell::new(),
            port_index_threshold: PORT_INDEX_THRESHOLD,
            source_selectors: EpochSet::new(rules.selectors.len()),
            destination_selectors: EpochSet::new(rules.selectors.len()),
        }
    }

    /// Sets another threshold for the index of ports, which must not change any result.
    #[cfg(test)]
    pub(super) fn with_port_index_threshold(self, port_index_threshold: usize) -> Self {
        Containment { port_index_threshold, ..self }
    }

    /// Returns the remaining items of a rule.
    pub(super) fn remaining(&self, rule: RuleId) -> Option<&Remaining> {
        self.remaining.get(rule)
    }

    /// Replaces the remaining items of a rule, and returns the previous ones.
    pub(super) fn replace(&mut self, rule: RuleId, remaining: Remaining) -> Remaining {
        self.remaining.get_mut(rule).map(|slot| std::mem::replace(slot, remaining)).unwrap_or_default()
    }

    /// Returns `true` if a cube has no ports, or no source with a destination of its family.
    pub(super) fn is_empty(&self, cube: &Cube) -> bool {
        let own = self.classes.rules.selectors.own_devices();
        let is_to_own = own.is_some_and(|own| cube.dst.contains(&own));
        let has_pair = if is_to_own {
            self.sources.rarest_named_by(cube.src) != [None; 2]
        } else {
            self.rarest_pairs(cube) != [None; 2]
        };
        cube.ports.is_empty() || !has_pair
    }

    /// Returns, for each family, the pair of classes that is least likely to be covered. If both
    /// have the same pair, it is returned once.
    fn rarest_pairs(&self, cube: &Cube) -> [Option<(ClassId, ClassId)>; 2] {
        let [source_v4, source_v6] = self.sources.rarest_named_by(cube.src);
        let [destination_v4, destination_v6] = self.destinations.rarest_named_by(cube.dst);
        let (v4, v6) = (source_v4.zip(destination_v4), source_v6.zip(destination_v6));
        // In most cubes, both families have the same rarest pair.
        if v4 == v6 { [v4, None] } else { [v4, v6] }
    }

    /// Proves that rules cover a cube, and adds them to `by`.
    ///
    /// # Errors
    /// Returns a part of the cube that no rule covers.
    pub(super) fn cover(&mut self, cube: &Cube, by: &mut BTreeSet<RuleId>) -> Result<(), Uncovered> {
        let Some(own) = self.classes.rules.selectors.own_devices().filter(|own| cube.dst.contains(own)) else {
            return self.cover_named(cube, by);
        };
        let named: Vec<SelectorId> = cube.dst.iter().copied().filter(|&id| id != own).collect();
        self.cover_named(&Cube { dst: &named, ..*cube }, by)?;
        self.cover_own_devices(&Cube { dst: &[own], ..*cube }, by)
    }

    /// Steps 1 to 3, for a cube without `autogroup:self`.
    fn cover_named(&mut self, cube: &Cube, by: &mut BTreeSet<RuleId>) -> Result<(), Uncovered> {
        let mut parts = vec![*cube];
        while let Some(part) = parts.pop() {
            let (mut is_covered, mut rules) = (true, Vec::new());
            for pair in self.rarest_pairs(&part) {
                let Some((source, destination)) = pair else { continue };
                let cover = self.cover_pair(&part, source, destination)?;
                is_covered &= cover.is_general && cover.rules.iter().all(|&rule| self.is_wide(&part, rule));
                rules.extend(cover.rules);
            }
            if is_covered {
                by.extend(rules);
            } else if part.src.len() > 1 {
                parts.extend(part.src.iter().rev().map(|id| Cube { src: from_ref(id), ..part }));
            } else if part.dst.len() > 1 {
                parts.extend(part.dst.iter().rev().map(|id| Cube { dst: from_ref(id), ..part }));
            } else {
                self.cover_classes(&part, by)?;
            }
        }
        Ok(())
    }

    /// Step 4: examines every class of sources with every class of destinations.
    fn cover_classes(&mut self, cube: &Cube, by: &mut BTreeSet<RuleId>) -> Result<(), Uncovered> {
        let classes = self.classes;
        let mut blocks = vec![(classes.sources_named_by(cube.src), classes.destinations_named_by(cube.dst))];
        while let Some((mut sources, destinations)) = blocks.pop() {
            let Some(destination) = self.destinations.rarest_of(&destinations) else { continue };
            let mut done = HashSet::new();
            // The last classes have the least specific names, which are the most likely to be
            // uncovered.
            while let Some(source) = sources.pop() {
                if done.contains(&source) {
                    continue;
                }
                let cover = self.cover_pair(cube, source, destination)?;
                let (mut rows, mut columns) = (vec![source], destinations.clone());
                if cover.is_general {
                    let named = self.sources_of_all(&cover.rules).into_iter();
                    rows.extend(named.filter(|row| sources.binary_search(row).is_ok() && !done.contains(row)));
                    columns.retain(|&destination| !self.all_target(&cover.rules, destination));
                } else {
                    // The source is one user, so these destinations are reached only as devices of
                    // the same user.
                    for &destination in &destinations {
                        let is_same_user = classes.may_be_same_user(source, destination);
                        if is_same_user && !classes.may_be_different_users(source, destination) {
                            by.extend(self.cover_pair(cube, source, destination)?.rules);
                        }
                    }
                    columns.retain(|&destination| classes.may_be_different_users(source, destination));
                }
                by.extend(cover.rules);
                done.extend(rows.iter().copied());
                rows.sort_unstable();
                blocks.push((rows, columns));
            }
        }
        Ok(())
    }

    /// Covers `autogroup:self` for each user.
    fn cover_own_devices(&mut self, cube: &Cube, by: &mut BTreeSet<RuleId>) -> Result<(), Uncovered> {
        let classes = self.classes;
        let mut done = HashSet::new();
        for source in classes.sources_named_by(cube.src).into_iter().rev() {
            let destinations = classes.same_user.get(source).map_or(&[][..], Vec::as_slice);
            if destinations.is_empty() || done.contains(&source) {
                continue;
            }
            let to_own_devices = self.candidates(cube, source, cube.dst);
            if let Ok(rules) = self.cover_ports(cube, to_own_devices) {
                // The rules cover all of their sources, whatever devices these have.
                done.extend(self.sources_of_all(&rules));
                by.extend(rules);
                continue;
            }
            for &destination in destinations {
                by.extend(self.cover_same_user(cube, source, destination)?);
            }
        }
        Ok(())
    }

    /// Covers a pair of classes. They count as devices of different users if they may be that.
    fn cover_pair(&mut self, cube: &Cube, source: ClassId, destination: ClassId) -> Result<PairCover, Uncovered> {
        let classes = self.classes;
        let to = classes.destinations.get(destination).map_or(&[][..], |class| &class.selectors);
        let covered = match self.rarest_uncovered_ports(cube, source, to) {
            Some(ports) => Err(ports),
            None => {
                let candidates = self.candidates(cube, source, to);
                self.cover_ports(cube, candidates)
            }
        };
        match covered {
            Ok(rules) => Ok(PairCover { rules, is_general: true }),
            Err(ports) if classes.may_be_different_users(source, destination) => {
                Err(Uncovered { rule: cube.rule, source, destination, is_same_user: false, ports })
            }
            Err(_) if classes.may_be_same_user(source, destination) => {
                let rules = self.cover_same_user(cube, source, destination)?;
                Ok(PairCover { rules, is_general: false })
            }
            // No packet goes between these classes.
            Err(_) => Ok(PairCover { rules: Vec::new(), is_general: false }),
        }
    }

    /// Covers a pair of classes as devices of one user.
    fn cover_same_user(
        &mut self,
        cube: &Cube,
        source: ClassId,
        destination: ClassId,
    ) -> Result<Vec<RuleId>, Uncovered> {
        let class = self.classes.destinations.get(destination);
        let named = class.into_iter().flat_map(|class| &class.selectors).copied();
        let to: Vec<SelectorId> = named.chain(self.classes.rules.selectors.own_devices()).collect();
        let candidates = self.candidates(cube, source, &to);
        let uncovered = |ports| Uncovered { rule: cube.rule, source, destination, is_same_user: true, ports };
        self.cover_ports(cube, candidates).map_err(uncovered)
    }

    /// Returns ports of a cube that no rule allows from a class to any of some selectors, if the
    /// index of ports shows it. That is frequent, because most rules have a port that few others
    /// have.
    fn rarest_uncovered_ports(&mut self, cube: &Cube, source: ClassId, to: &[SelectorId]) -> Option<PortSet> {
        let rules = &self.classes.rules;
        let from = self.classes.sources.get(source).map_or(&[][..], |class| &class.selectors);
        let near = count_uses(rules.by_source(), from).min(count_uses(rules.by_destination(), to));
        if near < self.port_index_threshold {
            return None;
        }
        let by_port = self.by_port.get_or_init(|| PortIndex::new(&self.classes.ports));
        let (piece, _) = by_port.rarest(cube.ports).filter(|&(_, count)| count < near)?;
        let ports = by_port.ports(piece).common(cube.ports);
        self.source_selectors.replace(from);
        self.destination_selectors.replace(to);
        for rule in by_port.rules(piece) {
            if let Some(remaining) = self.remaining.get(rule)
                && self.source_selectors.contains_any(&remaining.src)
                && self.destination_selectors.contains_any(&remaining.dst)
                && remaining.ports.overlap(&ports)
            {
                return None;
            }
        }
        Some(ports)
    }

    /// Returns the rules from a class to any of some selectors that may cover a part of a cube, in
    /// order.
    fn candidates(&mut self, cube: &Cube, source: ClassId, to: &[SelectorId]) -> Vec<RuleId> {
        let mut found = Vec::new();
        let from = self.classes.sources.get(source).map_or(&[][..], |class| &class.selectors);
        let (by_source, by_destination) = (self.classes.rules.by_source(), self.classes.rules.by_destination());
        // Start at the end with fewer rules.
        let is_from = count_uses(by_source, from) < count_uses(by_destination, to);
        let (near, lists, far) = if is_from { (from, by_source, to) } else { (to, by_destination, from) };
        let far_selectors = if is_from { &mut self.destination_selectors } else { &mut self.source_selectors };
        far_selectors.replace(far);
        let (routers, far_selectors) = (self.routers.get(cube.rule), &*far_selectors);
        let end = self.ends.get(cube.rule).copied().flatten();
        for &id in near {
            for &rule in lists.get(id).map_or(&[][..], Vec::as_slice) {
                let Some(remaining) = self.remaining.get(rule) else { continue };
                let (here, there) =
                    if is_from { (&remaining.src, &remaining.dst) } else { (&remaining.dst, &remaining.src) };
                if far_selectors.contains_any(there)
                    && here.contains(&id)
                    && self.routers.get(rule) == routers
                    && lasts_until(self.ends.get(rule).copied().flatten(), end)
                    && remaining.ports.overlap(cube.ports)
                {
                    found.push(rule);
                }
            }
        }
        sorted::sort(found)
    }

    /// Returns the candidates that together allow every port of a cube, whatever postures the
    /// source meets. Prefers rules that cover the whole cube, and one rule to two.
    ///
    /// # Errors
    /// Returns the ports that stay uncovered.
    fn cover_ports(&mut self, cube: &Cube, mut candidates: Vec<RuleId>) -> Result<Vec<RuleId>, PortSet> {
        let rules = self.cover_ports_in_order(cube, &candidates)?;
        if let [one] = *rules
            && (candidates.len() == 1 || self.is_wide(cube, one))
        {
            return Ok(rules);
        }
        candidates.sort_by_cached_key(|&rule| {
            let has_all = self.remaining.get(rule).is_some_and(|remaining| remaining.ports.contains(cube.ports));
            (!self.is_wide(cube, rule), !has_all)
        });
        self.cover_ports_in_order(cube, &candidates)
    }

    /// Like [`cover_ports`](Self::cover_ports), but takes the first candidates that are enough.
    fn cover_ports_in_order(&self, cube: &Cube, candidates: &[RuleId]) -> Result<Vec<RuleId>, PortSet> {
        let mut rules = Vec::new();
        // Try a device that meets only one posture, for each posture, or one that meets none. A
        // device that meets more postures has no less access.
        let postures = self.classes.rule(cube.rule).map_or(&[][..], |rule| rule.postures);
        let states = postures.iter().map(Some).chain(postures.is_empty().then_some(None));
        for posture in states {
            let mut uncovered = cube.ports.clone();
            for &rule in candidates.iter().filter(|&&rule| self.accepts(rule, posture)) {
                let Some(remaining) = self.remaining.get(rule) else { continue };
                let less = uncovered.without(&remaining.ports);
                if less != uncovered {
                    rules.push(rule);
                    uncovered = less;
                }
                if uncovered.is_empty() {
                    break;
                }
            }
            if !uncovered.is_empty() {
                return Err(uncovered);
            }
        }
        Ok(rules)
    }

    /// Returns `true` if a rule requires no posture, or accepts this one.
    fn accepts(&self, rule: RuleId, posture: Option<&Selector>) -> bool {
        self.classes.rule(rule).is_some_and(|rule| {
            rule.postures.is_empty()
                || posture.is_some_and(|posture| rule.postures.iter().any(|one| *one.text == *posture.text))
        })
    }

    /// Returns `true` if a rule has, for every source and destination selector of a cube, one that is at least as wide.
    fn is_wide(&mut self, cube: &Cube, rule: RuleId) -> bool {
        let Some(remaining) = self.remaining.get(rule) else { return false };
        cube.src.iter().all(|&id| self.sources.has_wider(id, &remaining.src))
            && cube.dst.iter().all(|&id| self.destinations.has_wider(id, &remaining.dst))
    }

    /// Returns the classes that all of the rules have as a source, in order.
    fn sources_of_all(&self, rules: &[RuleId]) -> Vec<ClassId> {
        let all: Vec<&Remaining> = rules.iter().filter_map(|&rule| self.remaining.get(rule)).collect();
        let fewest = all.iter().min_by_key(|remaining| count_uses(&self.classes.sources_of, &remaining.src));
        let mut sources = fewest.map_or(Vec::new(), |remaining| self.classes.sources_named_by(&remaining.src));
        sources.retain(|&source| {
            let class = self.classes.sources.get(source);
            class.is_some_and(|class| all.iter().all(|remaining| sorted::intersects(&remaining.src, &class.selectors)))
        });
        sources
    }

    /// Returns `true` if all of the rules have a class as a destination.
    fn all_target(&self, rules: &[RuleId], destination: ClassId) -> bool {
        let class = self.classes.destinations.get(destination);
        let targets =
            |remaining: &Remaining| class.is_some_and(|class| sorted::intersects(&remaining.dst, &class.selectors));
        rules.iter().all(|&rule| self.remaining.get(rule).is_some_and(targets))
    }
}

/// Returns whether a rule with the last day `own` is still in force on the last day `end` of
/// another one.
fn lasts_until(own: Option<Date>, end: Option<Date>) -> bool {
    own.is_none_or(|own| end.is_some_and(|end| end <= own))
}
