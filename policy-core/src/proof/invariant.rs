//! Whether what must hold of the whole policy does.

use std::cell::LazyCell;

use crate::access::port_set::PortSet;
use crate::access::rule_index::AccessRule;
use crate::access::selector_index::SelectorId;
use crate::model::{Autogroup, Invariant, InvariantKind, InvariantTarget, Protocol, Selector, SelectorKind};
use crate::proof::classes::ClassAccess;
use crate::proof::classes::{AccessClasses, ClassId};
use crate::proof::partition::{CellId, Partition};
use crate::source::Origin;

/// A packet that an invariant forbids and a rule lets through.
#[derive(Clone, Debug)]
pub struct Violation<'p> {
    /// The invariant.
    pub invariant: &'p Invariant,
    /// From whom.
    pub source: ClassId,
    /// To whom.
    pub destination: ClassId,
    /// Whether both are devices of one user.
    pub is_own: bool,
    /// On which protocol and port. Protocols without ports have port 0.
    pub packet: (Protocol, u16),
    /// The rule that lets it through, with all that it opens there against the invariant.
    pub access: ClassAccess,
    /// How many rules let through what the invariant forbids.
    pub rules: usize,
}

/// The best counterexample to each invariant that does not hold, in the order of the invariants.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::classes::AccessClasses;
/// use policy_core::proof::invariant::violations;
/// let facts = r#"{"invariants": [{"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:db"]}]}]}"#;
/// let policy = Policy::with_facts(r#"{
///     "groups": {"group:dba": ["alice@example.com"]},
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#, facts);
/// let space = AccessClasses::new(&policy);
/// let found = violations(&space);
/// assert_eq!(space.sources[found[0].source].name(), "`alice@example.com`");
/// assert_eq!(found[0].packet.1, 5432);
/// ```
pub fn violations<'p>(space: &AccessClasses<'p>) -> Vec<Violation<'p>> {
    space.policy.facts.invariants.iter().filter_map(|invariant| violation(space, invariant)).collect()
}

/// The best counterexample to an invariant of the policy, if it does not hold.
pub fn violation<'p>(space: &AccessClasses<'p>, invariant: &'p Invariant) -> Option<Violation<'p>> {
    let demand = InvariantClasses::new(space, invariant);
    let mut found: Vec<Violation> = (0..space.ports.len()).filter_map(|permit| demand.broken_by(permit)).collect();
    // An acl may have several permits.
    let mut rules: Vec<_> = found.iter().map(|violation| violation.access.rule).collect();
    rules.dedup();
    // The sooner a class comes, the more it says to a reader.
    found.sort_by_key(|violation| (violation.source + violation.destination, violation.source));
    let best = found.into_iter().next()?;
    Some(Violation { rules: rules.len(), ..best })
}

/// Every rule that lets through what an invariant forbids.
pub fn breaking(space: &AccessClasses, invariant: &Invariant) -> Vec<Origin> {
    let demand = InvariantClasses::new(space, invariant);
    let broken = (0..space.ports.len()).filter_map(|permit| demand.broken_by(permit));
    broken.map(|violation| violation.access.rule).collect()
}

/// An invariant in classes.
struct InvariantClasses<'a, 'p> {
    space: &'a AccessClasses<'p>,
    invariant: &'p Invariant,
    sources: Partition,
    destinations: Partition,
    targets: Vec<TargetPorts>,
    except: Vec<TargetPorts>,
    /// Whether `autogroup:self` is among them.
    has_own: bool,
}

/// Destinations with ports.
struct TargetPorts {
    /// Whether `autogroup:self` is one of them.
    is_own: bool,
    /// `None` for all
    ports: Option<PortSet>,
}

impl TargetPorts {
    fn new(target: &InvariantTarget) -> TargetPorts {
        let is_own = |selector: &Selector| selector.kind == SelectorKind::Autogroup(Some(Autogroup::SelfDevices));
        let ports = PortSet::new(target.ip.iter().map(|spec| (spec.protocol, spec.ports)));
        TargetPorts { is_own: target.dst.iter().any(is_own), ports: (!target.ip.is_empty()).then_some(ports) }
    }

    fn opens(&self, ports: &PortSet) -> PortSet {
        self.ports.as_ref().map_or_else(|| ports.clone(), |open| open.common(ports))
    }

    fn leaves(&self, ports: &PortSet) -> PortSet {
        self.ports.as_ref().map_or_else(PortSet::default, |open| ports.without(open))
    }
}

impl<'a, 'p> InvariantClasses<'a, 'p> {
    fn new(space: &'a AccessClasses<'p>, invariant: &'p Invariant) -> Self {
        let ids = |list: &[Selector]| -> Vec<SelectorId> { space.permits.selectors.ids(list) };
        let mut sources = Partition::new(space.sources.len());
        let mut destinations = Partition::new(space.destinations.len());
        let about = ids(&invariant.src);
        sources.part(&space.sources_among(&about), |kind| kind.is_about = true);
        sources.part(&space.sources_among(&ids(&invariant.src_except)), |kind| kind.is_about = false);
        destinations.part(&space.destinations_among(&about), |kind| kind.is_about = true);
        for (number, target) in invariant.targets.iter().enumerate() {
            destinations.part(&space.destinations_among(&ids(&target.dst)), |kind| kind.targets.push(number));
        }
        for (number, target) in invariant.except.iter().enumerate() {
            let ids = ids(&target.dst);
            destinations.part(&space.destinations_among(&ids), |kind| kind.except.push(number));
            // What is isolated may be let in from there, too.
            sources.part(&space.sources_among(&ids), |kind| kind.except.push(number));
        }
        sources.find(&space.sources_of);
        destinations.find(&space.destinations_of);
        let targets: Vec<TargetPorts> = invariant.targets.iter().map(TargetPorts::new).collect();
        let except: Vec<TargetPorts> = invariant.except.iter().map(TargetPorts::new).collect();
        let has_own = targets.iter().chain(&except).any(|target| target.is_own);
        InvariantClasses { space, invariant, sources, destinations, targets, except, has_own }
    }

    /// What is against the demand of all that a permit lets through.
    fn broken_by(&self, permit: usize) -> Option<Violation<'p>> {
        let (space, ports) = (self.space, self.space.ports.get(permit)?);
        let rule = space.permit(permit)?;
        let leads_home = space.leads_home(permit);
        if ports.is_empty() || !self.is_concerned(rule, ports, leads_home) {
            return None;
        }
        let home = || if leads_home { self.home(rule, ports) } else { None };
        let (source, destination, is_own, against) = self.between(rule, ports).or_else(home)?;
        let packet = against.example()?;
        let access = ClassAccess { ports: against, ..space.access(permit)? };
        Some(Violation { invariant: self.invariant, source, destination, is_own, packet, access, rules: 1 })
    }

    /// Whether a permit could be against the demand, as far as its selectors tell one by one.
    fn is_concerned(&self, rule: &AccessRule, ports: &PortSet, leads_home: bool) -> bool {
        let comes = self.sources.are_about(&rule.src);
        match self.invariant.kind {
            InvariantKind::Only => comes,
            InvariantKind::Never => {
                let leads = leads_home || self.has_own || self.destinations.are_targets(&rule.dst);
                let opens = |target: &TargetPorts| target.ports.as_ref().is_none_or(|open| open.overlap(ports));
                comes && leads && self.targets.iter().any(opens)
            }
            InvariantKind::Isolated => comes || self.destinations.are_about(&rule.dst),
        }
    }

    /// From its sources to its destinations, `autogroup:self` apart.
    fn between(&self, rule: &AccessRule, ports: &PortSet) -> Option<Found> {
        let (from, to) = (self.sources.among(&rule.src), self.destinations.among(&rule.dst));
        if self.has_own {
            return self.between_each(rule, &from, ports);
        }
        let pairs = to.iter().flat_map(|to| from.iter().map(move |from| (from, to)));
        let mut pairs = pairs.map(|(from, to)| (from.0, to.0, self.against(from.1, to.1, false, ports)));
        let (source, destination, against) = pairs.find(|(.., against)| !against.is_empty())?;
        // Nearly always the first of their kinds can meet.
        match self.space.may_be_two(source, destination) {
            true => Some((source, destination, false, against)),
            false => self.between_each(rule, &from, ports),
        }
    }

    /// The same, class by class.
    fn between_each(&self, rule: &AccessRule, from: &[(ClassId, CellId)], ports: &PortSet) -> Option<Found> {
        let space = self.space;
        let sources = LazyCell::new(|| space.sources_among(&rule.src));
        space.destinations_among(&rule.dst).into_iter().find_map(|destination| {
            let to = self.destinations.of(destination);
            let two = from.iter().find_map(|&(_, kind)| {
                let against = self.against(kind, to, false, ports);
                let mut alike = sources.iter().filter(|&&source| self.sources.of(source) == kind);
                let found = (!against.is_empty()).then(|| alike.find(|&&other| space.may_be_two(other, destination)));
                found.flatten().map(|&source| (source, destination, false, against))
            });
            let own = || {
                let own = space.own_back.get(destination).into_iter().flatten();
                let mut own = own.map(|&source| (source, self.against(self.sources.of(source), to, true, ports)));
                own.find(|(source, against)| !against.is_empty() && sources.binary_search(source).is_ok())
            };
            two.or_else(|| own().map(|(source, against)| (source, destination, true, against)))
        })
    }

    /// From its sources to their own devices.
    fn home(&self, rule: &AccessRule, ports: &PortSet) -> Option<Found> {
        self.space.sources_among(&rule.src).into_iter().find_map(|source| {
            let from = self.sources.of(source);
            let own = self.space.own.get(source).into_iter().flatten();
            own.map(|&home| (source, home, true, self.against(from, self.destinations.of(home), true, ports)))
                .find(|(.., against)| !against.is_empty())
        })
    }

    /// Which of the ports must not be open between two kinds.
    fn against(&self, from: CellId, to: CellId, is_own: bool, ports: &PortSet) -> PortSet {
        let (Some(from), Some(to)) = (self.sources.get(from), self.destinations.get(to)) else {
            return PortSet::default();
        };
        if self.invariant.kind == InvariantKind::Isolated {
            let let_through = if from.is_about { &to.except } else { &from.except };
            let let_through = let_through.iter().filter_map(|&number| self.except.get(number));
            return match from.is_about == to.is_about {
                true => PortSet::default(),
                false => let_through.fold(ports.clone(), |ports, target| target.leaves(&ports)),
            };
        }
        if !from.is_about {
            return PortSet::default();
        }
        let open = at(&self.targets, &to.targets, is_own)
            .fold(PortSet::default(), |open, target| open.with(&target.opens(ports)));
        let open = at(&self.except, &to.except, is_own).fold(open, |open, target| target.leaves(&open));
        if self.invariant.kind == InvariantKind::Never { open } else { ports.without(&open) }
    }
}

/// The targets that a destination is of.
fn at<'t>(targets: &'t [TargetPorts], numbers: &'t [usize], is_own: bool) -> impl Iterator<Item = &'t TargetPorts> {
    let own = targets.iter().filter(move |target| is_own && target.is_own);
    numbers.iter().filter_map(|&number| targets.get(number)).chain(own)
}

/// Source, destination, whether both are of one user, and what is open against the demand.
type Found = (ClassId, ClassId, bool, PortSet);
