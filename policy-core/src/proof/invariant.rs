//! Proves invariants or finds counterexamples.
//!
//! An invariant distinguishes few cells of classes (see [`Partition`]). For each rule it is enough
//! to examine one class of each cell that the rule names: the invariant and the rule treat all
//! classes of a cell in the same way. Only `autogroup:self`, which relates two classes, requires
//! examining each class.

use std::cell::LazyCell;

use crate::access::{AccessRule, PortSet, SelectorId, Side, sorted};
use crate::model::{Invariant, InvariantKind, InvariantTarget, PortRange, Protocol, Selector};
use crate::proof::classes::{AccessClasses, Class, ClassAccess, ClassId, RuleId};
use crate::proof::partition::{CellId, Partition, PartitionCell};
use crate::proof::target_ports::{TargetPorts, select};
use crate::source::Origin;

/// A packet that an invariant forbids and a rule allows.
#[derive(Clone, Debug)]
pub struct Violation<'p> {
    /// The invariant.
    pub invariant: &'p Invariant,
    /// The class that sends the packet.
    pub source: ClassId,
    /// The class that receives it.
    pub destination: ClassId,
    /// True if source and destination are devices of one user.
    pub is_same_user: bool,
    /// The protocol and port. Protocols without ports have port 0.
    pub packet: (Protocol, u16),
    /// The rule that allows the packet, with every port that it allows there against the invariant.
    pub access: ClassAccess,
    /// True if the packet is a ping. The rule allows other ports, and pings pass wherever any port
    /// is open.
    pub is_ping: bool,
    /// The number of rules that allow something that the invariant forbids.
    pub rules: usize,
}

/// The way to evaluate an invariant if facts are unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It fails whatever the facts are. Possible exceptions count.
    Certain,
    /// It fails for some facts. Only certain exceptions count.
    Possible,
}

/// Returns the best counterexample to each invariant that does not hold whatever the unknown facts are, in the order of the invariants.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::{AccessClasses, violations};
/// let facts = r#"{"invariants": [{"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:db"]}]}]}"#;
/// let policy = Policy::with_facts(r#"{
///     "groups": {"group:dba": ["alice@example.com"]},
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#, facts);
/// let classes = AccessClasses::new(&policy);
/// let found = violations(&classes);
/// assert_eq!(classes.sources[found[0].source].name(), "`alice@example.com`");
/// assert_eq!(found[0].packet.1, 5432);
/// ```
pub fn violations<'p>(classes: &AccessClasses<'p>) -> Vec<Violation<'p>> {
    classes.policy.facts.invariants.iter().filter_map(|invariant| violation(classes, invariant)).collect()
}

/// Returns the best counterexample to an invariant of the policy, if it does not hold whatever the unknown facts are.
pub fn violation<'p>(classes: &AccessClasses<'p>, invariant: &'p Invariant) -> Option<Violation<'p>> {
    best_violation(classes, invariant, &InvariantProver::new(classes, invariant, Reading::Certain))
}

/// Returns the best counterexample that a prover finds.
pub(super) fn best_violation<'p>(
    classes: &AccessClasses<'p>,
    invariant: &'p Invariant,
    prover: &InvariantProver<'_, 'p>,
) -> Option<Violation<'p>> {
    let found: Vec<Breach> = prover.breaches().collect();
    // An ACL may be several access rules.
    let mut rules: Vec<Origin> = found.iter().filter_map(|breach| origin(classes, breach)).collect();
    rules.dedup();
    // An earlier class is a more useful example.
    let best = found.into_iter().min_by_key(|breach| (breach.source + breach.destination, breach.source))?;
    Some(Violation { rules: rules.len(), ..best.to_violation(classes, invariant)? })
}

/// Returns every rule that allows something that the invariant forbids, whatever the unknown facts
/// are.
pub fn breaking(classes: &AccessClasses, invariant: &Invariant) -> Vec<Origin> {
    let prover = InvariantProver::new(classes, invariant, Reading::Certain);
    prover.breaches().filter_map(|breach| origin(classes, &breach)).collect()
}

fn origin(classes: &AccessClasses, breach: &Breach) -> Option<Origin> {
    Some(classes.rule(breach.rule)?.rule.origin())
}

/// An invariant in terms of classes.
pub(super) struct InvariantProver<'a, 'p> {
    pub(super) classes: &'a AccessClasses<'p>,
    pub(super) invariant: &'a Invariant,
    pub(super) sources: Partition,
    pub(super) destinations: Partition,
    pub(super) terms: InvariantTerms,
    targets: Vec<TargetPorts>,
    exceptions: Vec<TargetPorts>,
    /// True if `autogroup:self` is a target or an exception.
    pub(super) has_own_devices: bool,
    reading: Reading,
}

/// The selectors of an invariant.
pub(super) struct InvariantTerms {
    pub(super) subjects: Vec<SelectorId>,
    pub(super) src_except: Vec<SelectorId>,
    /// By target.
    pub(super) targets: Vec<Vec<SelectorId>>,
    /// By exception.
    pub(super) exceptions: Vec<Vec<SelectorId>>,
}

impl InvariantTerms {
    fn new(classes: &AccessClasses, invariant: &Invariant) -> InvariantTerms {
        let ids = |list: &[Selector]| classes.rules.selectors.asked_ids(list);
        let each = |list: &[InvariantTarget]| list.iter().map(|target| ids(&target.dst)).collect();
        InvariantTerms {
            subjects: ids(&invariant.src),
            src_except: ids(&invariant.src_except),
            targets: each(&invariant.targets),
            exceptions: each(&invariant.except),
        }
    }
}

/// Ports that a rule allows between two classes against the invariant.
#[derive(Clone)]
pub(super) struct Breach {
    /// The rule.
    pub(super) rule: RuleId,
    pub(super) source: ClassId,
    pub(super) destination: ClassId,
    pub(super) is_same_user: bool,
    pub(super) ports: PortSet,
}

impl Breach {
    pub(super) fn to_violation<'p>(
        &self,
        classes: &AccessClasses<'p>,
        invariant: &'p Invariant,
    ) -> Option<Violation<'p>> {
        let Breach { rule, source, destination, is_same_user, ref ports } = *self;
        let access = classes.class_access(rule)?;
        let is_ping = !access.ports.overlap(ports);
        let ports = if is_ping { access.ports.clone() } else { ports.clone() };
        Some(Violation {
            invariant,
            source,
            destination,
            is_same_user,
            packet: self.ports.example()?,
            access: ClassAccess { ports, ..access },
            is_ping,
            rules: 1,
        })
    }
}

impl<'a, 'p> InvariantProver<'a, 'p> {
    /// Partitions the classes of both ends by the invariant's statements about them.
    pub(super) fn new(classes: &'a AccessClasses<'p>, invariant: &'a Invariant, reading: Reading) -> Self {
        InvariantProver::with_cells(classes, invariant, reading, |class| PartitionCell {
            families: class.families,
            is_conditional: reading == Reading::Certain && class.is_conditional,
            ..PartitionCell::default()
        })
    }

    /// Like [`new`](Self::new), but starts with given cells.
    pub(super) fn with_cells(
        classes: &'a AccessClasses<'p>,
        invariant: &'a Invariant,
        reading: Reading,
        cell: impl Fn(&Class) -> PartitionCell,
    ) -> Self {
        let terms = InvariantTerms::new(classes, invariant);
        let mut sources = Partition::new(&classes.sources, &cell);
        let mut destinations = Partition::new(&classes.destinations, &cell);
        // The classes that selectors may name, depending on unknown facts. For a certain violation,
        // everything that may exempt a class counts as naming it.
        let is_certain = reading == Reading::Certain;
        let doubtful = |end: &[Class], ids: &[SelectorId]| {
            if is_certain { classes.possibly_named_by(end, ids) } else { Vec::new() }
        };
        let (from, to) = (&classes.sources, &classes.destinations);
        sources.refine(&classes.sources_named_by(&terms.subjects), |cell| cell.is_named = true);
        sources.refine(&classes.sources_named_by(&terms.src_except), |cell| cell.is_excepted = true);
        sources.refine(&doubtful(from, &terms.src_except), |cell| cell.is_excepted = true);
        if invariant.kind == InvariantKind::Isolated {
            destinations.refine(&classes.destinations_named_by(&terms.subjects), |cell| cell.is_named = true);
            sources.refine(&doubtful(from, &terms.subjects), |cell| cell.may_be_named = true);
            destinations.refine(&doubtful(to, &terms.subjects), |cell| cell.may_be_named = true);
        }
        for (number, ids) in terms.targets.iter().enumerate() {
            let mut named = classes.destinations_named_by(ids);
            if invariant.kind == InvariantKind::Only {
                named = sorted::union(&named, &doubtful(to, ids));
            }
            destinations.refine(&named, |cell| cell.targets.push(number));
        }
        for (number, ids) in terms.exceptions.iter().enumerate() {
            let mut named = classes.destinations_named_by(ids);
            // With fewer exceptions, `only` forbids less.
            if invariant.kind != InvariantKind::Only {
                named = sorted::union(&named, &doubtful(to, ids));
            }
            destinations.refine(&named, |cell| cell.exceptions.push(number));
            // An exception of `isolated` also allows access in the other direction.
            if invariant.kind == InvariantKind::Isolated {
                let named = sorted::union(&classes.sources_named_by(ids), &doubtful(from, ids));
                sources.refine(&named, |cell| cell.exceptions.push(number));
            }
        }
        sources.index(&classes.sources_of);
        destinations.index(&classes.destinations_of);
        let targets: Vec<TargetPorts> = invariant.targets.iter().map(TargetPorts::new).collect();
        let exceptions: Vec<TargetPorts> = invariant.except.iter().map(TargetPorts::new).collect();
        let has_own_devices = targets.iter().chain(&exceptions).any(|target| target.is_own_devices);
        InvariantProver {
            classes,
            invariant,
            sources,
            destinations,
            terms,
            targets,
            exceptions,
            has_own_devices,
            reading,
        }
    }

    /// Returns `false` if no packet from a cell breaks the invariant.
    pub(super) fn may_break_from(&self, cell: &PartitionCell) -> bool {
        self.invariant.kind == InvariantKind::Isolated || cell.is_subject()
    }

    /// Returns `false` if no rule with these ports breaks the invariant at a cell. Does not
    /// consider devices of one user.
    pub(super) fn may_break_to(&self, cell: &PartitionCell, ports: &PortSet) -> bool {
        let mut targets = cell.targets.iter().filter_map(|&target| self.targets.get(target));
        self.invariant.kind != InvariantKind::Never || targets.any(|target| target.may_forbid(ports))
    }

    /// Returns the invariant's statements about an end that these selectors name.
    pub(super) fn cell_of_selectors(&self, selectors: &[SelectorId], side: Side) -> PartitionCell {
        let named = |ids: &[SelectorId]| sorted::intersects(ids, selectors);
        let numbers = |lists: &[Vec<SelectorId>]| {
            let each = lists.iter().enumerate().filter(|(_, ids)| named(ids));
            each.map(|(number, _)| number).collect()
        };
        let (is_source, is_isolated) = (side == Side::Source, self.invariant.kind == InvariantKind::Isolated);
        PartitionCell {
            is_named: (is_source || is_isolated) && named(&self.terms.subjects),
            is_excepted: is_source && named(&self.terms.src_except),
            targets: if is_source { Vec::new() } else { numbers(&self.terms.targets) },
            exceptions: if is_source && !is_isolated { Vec::new() } else { numbers(&self.terms.exceptions) },
            ..PartitionCell::default()
        }
    }

    /// Returns a breach by each rule that breaks the invariant, in order.
    pub(super) fn breaches(&self) -> impl Iterator<Item = Breach> + '_ {
        (0..self.classes.ports.len()).filter_map(|rule| self.breach_by(rule))
    }

    /// Returns the ports that a rule allows from a source to a destination against the invariant,
    /// if the two are not devices of one user.
    pub(super) fn forbidden_ports(&self, rule: RuleId, source: ClassId, destination: ClassId) -> PortSet {
        match self.classes.ports.get(rule) {
            Some(ports) if self.opens(rule, destination) => self.forbidden_between(
                self.sources.cell_of(source),
                self.destinations.cell_of(destination),
                false,
                ports,
            ),
            _ => PortSet::default(),
        }
    }

    /// Returns `true` if a rule allows ports of a class other than as a device of the same user.
    pub(super) fn opens(&self, rule: RuleId, destination: ClassId) -> bool {
        let (rule, class) = (self.classes.rule(rule), self.classes.destinations.get(destination));
        rule.zip(class).is_some_and(|(rule, class)| sorted::intersects(&self.classes.opened(rule), &class.selectors))
    }

    fn breach_by(&self, rule: RuleId) -> Option<Breach> {
        let (access_rule, ports) = (self.classes.rule(rule)?, self.classes.ports.get(rule)?);
        let targets_self = access_rule.via().is_empty() && self.classes.targets_self(rule);
        let dst = self.classes.opened(access_rule);
        if ports.is_empty() || !self.may_be_broken_by(access_rule, &dst, ports, targets_self) {
            return None;
        }
        let rule = RuleOpening { rule, src: &access_rule.src, dst: &dst, ports };
        self.breach_between(rule).or_else(|| if targets_self { self.breach_at_same_user(rule) } else { None })
    }

    /// Returns `false` if single selectors of the rule already show that it cannot break the
    /// invariant.
    fn may_be_broken_by(&self, rule: &AccessRule, dst: &[SelectorId], ports: &PortSet, targets_self: bool) -> bool {
        let is_from_subject = self.sources.has_subject(&rule.src);
        match self.invariant.kind {
            InvariantKind::Only => is_from_subject,
            InvariantKind::Never => {
                let is_to_target = targets_self || self.has_own_devices || self.destinations.has_target(dst);
                let overlaps = |target: &TargetPorts| target.may_forbid(ports);
                is_from_subject && is_to_target && self.targets.iter().any(overlaps)
            }
            InvariantKind::Isolated => is_from_subject || self.destinations.has_subject(dst),
        }
    }

    /// Returns a breach from the sources of a rule to its destinations other than `autogroup:self`.
    fn breach_between(&self, rule: RuleOpening) -> Option<Breach> {
        let RuleOpening { rule: id, src, dst, ports } = rule;
        let from = self.sources.firsts_named_by(src);
        if self.has_own_devices {
            return self.breach_by_class(rule, &from);
        }
        for (destination, to) in self.destinations.firsts_named_by(dst) {
            for &(source, cell) in &from {
                let ports = self.forbidden_between(cell, to, false, ports);
                if ports.is_empty() {
                    continue;
                }
                // The first classes of two cells can almost always be of different users.
                return match self.classes.may_be_different_users(source, destination) {
                    true => Some(Breach { rule: id, source, destination, is_same_user: false, ports }),
                    false => self.breach_by_class(rule, &from),
                };
            }
        }
        None
    }

    /// Like [`breach_between`](Self::breach_between), but examines each class.
    fn breach_by_class(&self, opening: RuleOpening, from: &[(ClassId, CellId)]) -> Option<Breach> {
        let RuleOpening { rule, src, dst, ports } = opening;
        let classes = self.classes;
        let sources = LazyCell::new(|| classes.sources_named_by(src));
        for destination in classes.destinations_named_by(dst) {
            let to = self.destinations.cell_of(destination);
            for &(_, cell) in from {
                let ports = self.forbidden_between(cell, to, false, ports);
                if ports.is_empty() {
                    continue;
                }
                let mut of_cell = sources.iter().filter(|&&source| self.sources.cell_of(source) == cell);
                if let Some(&source) = of_cell.find(|&&source| classes.may_be_different_users(source, destination)) {
                    return Some(Breach { rule, source, destination, is_same_user: false, ports });
                }
            }
            for &source in classes.same_user_sources.get(destination).into_iter().flatten() {
                let ports = self.forbidden_between(self.sources.cell_of(source), to, true, ports);
                if !ports.is_empty()
                    && sources.binary_search(&source).is_ok()
                    && self.are_same_user(source, destination)
                {
                    return Some(Breach { rule, source, destination, is_same_user: true, ports });
                }
            }
        }
        None
    }

    /// Returns a breach from the sources of a rule to devices of the same user.
    fn breach_at_same_user(&self, RuleOpening { rule, src, ports, .. }: RuleOpening) -> Option<Breach> {
        for source in self.classes.sources_named_by(src) {
            let from = self.sources.cell_of(source);
            for &destination in self.classes.same_user.get(source).into_iter().flatten() {
                let ports = self.forbidden_between(from, self.destinations.cell_of(destination), true, ports);
                if !ports.is_empty() && self.are_same_user(source, destination) {
                    return Some(Breach { rule, source, destination, is_same_user: true, ports });
                }
            }
        }
        None
    }

    /// Returns whether two classes that may be devices of one user count as such.
    fn are_same_user(&self, source: ClassId, destination: ClassId) -> bool {
        self.reading == Reading::Possible || self.classes.are_same_user(source, destination)
    }

    fn forbidden_between(&self, from: CellId, to: CellId, is_same_user: bool, ports: &PortSet) -> PortSet {
        let cells = self.sources.get(from).zip(self.destinations.get(to));
        cells.map_or_else(PortSet::default, |(from, to)| self.forbidden(from, to, is_same_user, ports))
    }

    /// Returns the ports among `open` that the invariant forbids between two cells. If it forbids
    /// only the pings that pass wherever a port is open, returns the pings.
    pub(super) fn forbidden(
        &self,
        from: &PartitionCell,
        to: &PartitionCell,
        is_same_user: bool,
        ports: &PortSet,
    ) -> PortSet {
        let families = from.families.common(to.families);
        if families.is_empty() || from.is_conditional || to.is_conditional {
            return PortSet::default();
        }
        let pings = families.ping_protocols().iter().map(|&protocol| (Some(protocol), PortRange::ALL));
        let open = ports.with(&PortSet::new(pings));
        let forbidden = self.forbidden_of(from, to, is_same_user, &open);
        let own = forbidden.common(ports);
        if own.is_empty() { forbidden } else { own }
    }

    /// Returns the forbidden part of everything that is open between two cells.
    fn forbidden_of(&self, from: &PartitionCell, to: &PartitionCell, is_same_user: bool, open: &PortSet) -> PortSet {
        let not_allowed = |exceptions: &[usize], is_same_user: bool| {
            select(&self.exceptions, exceptions, is_same_user)
                .fold(open.clone(), |open, exception| exception.not_allowed_of(&open))
        };
        if self.invariant.kind == InvariantKind::Isolated {
            let is_out = from.is_subject() && !to.is_named && !to.may_be_named;
            let is_in = to.is_subject() && !from.is_named && !from.may_be_named;
            return match (is_out, is_in) {
                (true, _) => not_allowed(&to.exceptions, false),
                (false, true) => not_allowed(&from.exceptions, false),
                (false, false) => PortSet::default(),
            };
        }
        if !from.is_subject() {
            return PortSet::default();
        }
        let targets = select(&self.targets, &to.targets, is_same_user);
        if self.invariant.kind == InvariantKind::Only {
            let allowed = targets.fold(PortSet::default(), |all, target| all.with(&target.allowed_of(open)));
            let allowed = select(&self.exceptions, &to.exceptions, is_same_user)
                .fold(allowed, |allowed, exception| exception.not_forbidden_of(&allowed));
            return open.without(&allowed);
        }
        let open = not_allowed(&to.exceptions, is_same_user);
        targets.fold(PortSet::default(), |all, target| all.with(&target.forbidden_of(&open)))
    }
}

/// The access that a rule allows.
#[derive(Clone, Copy)]
struct RuleOpening<'r> {
    rule: RuleId,
    src: &'r [SelectorId],
    dst: &'r [SelectorId],
    ports: &'r PortSet,
}
