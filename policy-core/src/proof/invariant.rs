//! Proves invariants, or finds a counterexample.
//!
//! An invariant distinguishes few cells of classes (see [`Partition`]). For each rule it is enough to look at one class
//! of each cell that the rule names: within a cell, the invariant and the rule say the same of every class. Only
//! `autogroup:self`, which relates two classes, requires a look at each class.

use std::cell::LazyCell;

use crate::access::{AccessRule, PortSet, SelectorId};
use crate::model::{Autogroup, Invariant, InvariantKind, InvariantTarget, Protocol, Selector, SelectorKind};
use crate::proof::classes::{AccessClasses, ClassAccess, ClassId, RuleId};
use crate::proof::partition::{CellId, Partition};
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
    /// Whether source and destination are devices of one user.
    pub is_same_user: bool,
    /// The protocol and port. Protocols without ports have port 0.
    pub packet: (Protocol, u16),
    /// The rule that allows the packet, with every port that it opens there against the invariant.
    pub access: ClassAccess,
    /// The number of rules that allow what the invariant forbids.
    pub rules: usize,
}

/// Returns the best counterexample to each invariant that does not hold, in the order of the invariants.
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

/// Returns the best counterexample to an invariant of the policy, if it does not hold.
pub fn violation<'p>(classes: &AccessClasses<'p>, invariant: &'p Invariant) -> Option<Violation<'p>> {
    let found: Vec<Breach> = InvariantProver::new(classes, invariant).breaches().collect();
    // An ACL may be several access rules.
    let mut rules: Vec<Origin> = found.iter().filter_map(|breach| origin(classes, breach)).collect();
    rules.dedup();
    // The earlier a class comes, the more useful it is as an example.
    let best = found.into_iter().min_by_key(|breach| (breach.source + breach.destination, breach.source))?;
    let Breach { rule, source, destination, is_same_user, ports } = best;
    let packet = ports.example()?;
    let access = ClassAccess { ports, ..classes.class_access(rule)? };
    Some(Violation { invariant, source, destination, is_same_user, packet, access, rules: rules.len() })
}

/// Returns every rule that allows what an invariant forbids.
pub fn breaking(classes: &AccessClasses, invariant: &Invariant) -> Vec<Origin> {
    InvariantProver::new(classes, invariant).breaches().filter_map(|breach| origin(classes, &breach)).collect()
}

fn origin(classes: &AccessClasses, breach: &Breach) -> Option<Origin> {
    Some(classes.rule(breach.rule)?.rule.origin())
}

/// An invariant in terms of classes.
pub(super) struct InvariantProver<'a, 'p> {
    classes: &'a AccessClasses<'p>,
    invariant: &'a Invariant,
    sources: Partition,
    destinations: Partition,
    targets: Vec<TargetPorts>,
    exceptions: Vec<TargetPorts>,
    /// Whether `autogroup:self` is a target or an exception.
    has_own_devices: bool,
}

/// Ports that a rule opens between two classes against the invariant.
pub(super) struct Breach {
    /// The rule.
    pub(super) rule: RuleId,
    source: ClassId,
    destination: ClassId,
    is_same_user: bool,
    ports: PortSet,
}

/// The ports of a target or an exception.
struct TargetPorts {
    /// Whether `autogroup:self` is one of its destinations.
    is_own_devices: bool,
    /// `None` for all ports.
    ports: Option<PortSet>,
}

impl TargetPorts {
    fn new(target: &InvariantTarget) -> TargetPorts {
        let is_own = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        let ports = PortSet::new(target.ip.iter().map(|spec| (spec.protocol, spec.ports)));
        TargetPorts { is_own_devices: target.dst.iter().any(is_own), ports: (!target.ip.is_empty()).then_some(ports) }
    }

    /// Returns the ports that are among the target's.
    fn restrict(&self, ports: &PortSet) -> PortSet {
        self.ports.as_ref().map_or_else(|| ports.clone(), |own| own.common(ports))
    }

    /// Returns the ports that are not among the target's.
    fn subtract_from(&self, ports: &PortSet) -> PortSet {
        self.ports.as_ref().map_or_else(PortSet::default, |own| ports.without(own))
    }
}

impl<'a, 'p> InvariantProver<'a, 'p> {
    /// Partitions the classes of both ends by what the invariant says about them.
    pub(super) fn new(classes: &'a AccessClasses<'p>, invariant: &'a Invariant) -> Self {
        let ids = |list: &[Selector]| -> Vec<SelectorId> { classes.rules.selectors.ids(list) };
        let mut sources = Partition::new(classes.sources.len());
        let mut destinations = Partition::new(classes.destinations.len());
        let subjects = ids(&invariant.src);
        sources.refine(&classes.sources_named_by(&subjects), |cell| cell.is_subject = true);
        sources.refine(&classes.sources_named_by(&ids(&invariant.src_except)), |cell| cell.is_subject = false);
        destinations.refine(&classes.destinations_named_by(&subjects), |cell| cell.is_subject = true);
        for (number, target) in invariant.targets.iter().enumerate() {
            let named = classes.destinations_named_by(&ids(&target.dst));
            destinations.refine(&named, |cell| cell.targets.push(number));
        }
        for (number, target) in invariant.except.iter().enumerate() {
            let ids = ids(&target.dst);
            destinations.refine(&classes.destinations_named_by(&ids), |cell| cell.exceptions.push(number));
            // An exception of `isolated` also allows access from there.
            sources.refine(&classes.sources_named_by(&ids), |cell| cell.exceptions.push(number));
        }
        sources.index(&classes.sources_of);
        destinations.index(&classes.destinations_of);
        let targets: Vec<TargetPorts> = invariant.targets.iter().map(TargetPorts::new).collect();
        let exceptions: Vec<TargetPorts> = invariant.except.iter().map(TargetPorts::new).collect();
        let has_own_devices = targets.iter().chain(&exceptions).any(|target| target.is_own_devices);
        InvariantProver { classes, invariant, sources, destinations, targets, exceptions, has_own_devices }
    }

    /// Returns a breach by each rule that breaks the invariant, in order.
    pub(super) fn breaches(&self) -> impl Iterator<Item = Breach> + '_ {
        (0..self.classes.ports.len()).filter_map(|rule| self.breach_by(rule))
    }

    /// Returns the ports that a rule from a source opens to a destination against the invariant. The two are not devices
    /// of one user.
    pub(super) fn forbidden_ports(&self, rule: RuleId, source: ClassId, destination: ClassId) -> PortSet {
        match self.classes.ports.get(rule) {
            Some(ports) if self.classes.targets(rule, destination) => {
                self.forbidden(self.sources.cell_of(source), self.destinations.cell_of(destination), false, ports)
            }
            _ => PortSet::default(),
        }
    }

    fn breach_by(&self, rule: RuleId) -> Option<Breach> {
        let (access_rule, ports) = (self.classes.rule(rule)?, self.classes.ports.get(rule)?);
        let targets_self = self.classes.targets_self(rule);
        if ports.is_empty() || !self.may_be_broken_by(access_rule, ports, targets_self) {
            return None;
        }
        let rule = (rule, access_rule, ports);
        self.breach_between(rule).or_else(|| if targets_self { self.breach_at_same_user(rule) } else { None })
    }

    /// Returns `false` if the selectors of a rule, one by one, show that it cannot break the invariant.
    fn may_be_broken_by(&self, rule: &AccessRule, ports: &PortSet, targets_self: bool) -> bool {
        let is_from_subject = self.sources.has_subject(&rule.src);
        match self.invariant.kind {
            InvariantKind::Only => is_from_subject,
            InvariantKind::Never => {
                let is_to_target = targets_self || self.has_own_devices || self.destinations.has_target(&rule.dst);
                let overlaps = |target: &TargetPorts| target.ports.as_ref().is_none_or(|own| own.overlap(ports));
                is_from_subject && is_to_target && self.targets.iter().any(overlaps)
            }
            InvariantKind::Isolated => is_from_subject || self.destinations.has_subject(&rule.dst),
        }
    }

    /// Returns a breach from the sources of a rule to its destinations, apart from `autogroup:self`.
    fn breach_between(&self, rule: RuleWithPorts) -> Option<Breach> {
        let (id, access_rule, ports) = rule;
        let from = self.sources.firsts_named_by(&access_rule.src);
        if self.has_own_devices {
            return self.breach_by_class(rule, &from);
        }
        for (destination, to) in self.destinations.firsts_named_by(&access_rule.dst) {
            for &(source, cell) in &from {
                let ports = self.forbidden(cell, to, false, ports);
                if ports.is_empty() {
                    continue;
                }
                // The first classes of two cells can nearly always be of different users.
                return match self.classes.may_be_different_users(source, destination) {
                    true => Some(Breach { rule: id, source, destination, is_same_user: false, ports }),
                    false => self.breach_by_class(rule, &from),
                };
            }
        }
        None
    }

    /// Like [`breach_between`](Self::breach_between), but examines each class.
    fn breach_by_class(&self, (rule, access_rule, ports): RuleWithPorts, from: &[(ClassId, CellId)]) -> Option<Breach> {
        let classes = self.classes;
        let sources = LazyCell::new(|| classes.sources_named_by(&access_rule.src));
        for destination in classes.destinations_named_by(&access_rule.dst) {
            let to = self.destinations.cell_of(destination);
            for &(_, cell) in from {
                let ports = self.forbidden(cell, to, false, ports);
                if ports.is_empty() {
                    continue;
                }
                let mut of_cell = sources.iter().filter(|&&source| self.sources.cell_of(source) == cell);
                if let Some(&source) = of_cell.find(|&&source| classes.may_be_different_users(source, destination)) {
                    return Some(Breach { rule, source, destination, is_same_user: false, ports });
                }
            }
            for &source in classes.same_user_sources.get(destination).into_iter().flatten() {
                let ports = self.forbidden(self.sources.cell_of(source), to, true, ports);
                if !ports.is_empty() && sources.binary_search(&source).is_ok() {
                    return Some(Breach { rule, source, destination, is_same_user: true, ports });
                }
            }
        }
        None
    }

    /// Returns a breach from the sources of a rule to devices of the same user.
    fn breach_at_same_user(&self, (rule, access_rule, ports): RuleWithPorts) -> Option<Breach> {
        for source in self.classes.sources_named_by(&access_rule.src) {
            let from = self.sources.cell_of(source);
            for &destination in self.classes.same_user.get(source).into_iter().flatten() {
                let ports = self.forbidden(from, self.destinations.cell_of(destination), true, ports);
                if !ports.is_empty() {
                    return Some(Breach { rule, source, destination, is_same_user: true, ports });
                }
            }
        }
        None
    }

    /// Returns those of the ports that the invariant forbids between two cells.
    fn forbidden(&self, from: CellId, to: CellId, is_same_user: bool, ports: &PortSet) -> PortSet {
        let (Some(from), Some(to)) = (self.sources.get(from), self.destinations.get(to)) else {
            return PortSet::default();
        };
        if self.invariant.kind == InvariantKind::Isolated {
            if from.is_subject == to.is_subject {
                return PortSet::default();
            }
            let exceptions = if from.is_subject { &to.exceptions } else { &from.exceptions };
            let exceptions = select(&self.exceptions, exceptions, false);
            return exceptions.fold(ports.clone(), |ports, exception| exception.subtract_from(&ports));
        }
        if !from.is_subject {
            return PortSet::default();
        }
        let named = select(&self.targets, &to.targets, is_same_user)
            .fold(PortSet::default(), |named, target| named.with(&target.restrict(ports)));
        let named = select(&self.exceptions, &to.exceptions, is_same_user)
            .fold(named, |named, exception| exception.subtract_from(&named));
        if self.invariant.kind == InvariantKind::Never { named } else { ports.without(&named) }
    }
}

/// A rule and the ports that it opens.
type RuleWithPorts<'r, 'p> = (RuleId, &'r AccessRule<'p>, &'r PortSet);

/// Returns the targets with some numbers, and between devices of one user those with `autogroup:self`.
fn select<'t>(
    targets: &'t [TargetPorts],
    numbers: &'t [usize],
    is_same_user: bool,
) -> impl Iterator<Item = &'t TargetPorts> {
    let own = targets.iter().filter(move |target| is_same_user && target.is_own_devices);
    numbers.iter().filter_map(|&number| targets.get(number)).chain(own)
}
