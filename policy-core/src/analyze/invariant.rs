//! Whether what must hold of the whole policy does.

use crate::eval::permits::Permit;
use crate::eval::selectors::SelectorId;
use crate::model::{Invariant, InvariantKind, InvariantTarget, Protocol, Selector};

use super::space::{ClassId, Space};
use super::{Access, Ports};

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
    pub access: Access,
    /// How many rules let through what the invariant forbids.
    pub rules: usize,
}

/// The best counterexample to each invariant that does not hold, in the order of the invariants.
///
/// ```
/// use policy_core::{Policy, analyze::{Space, violations}};
/// let facts = r#"{"invariants": [{"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:db"]}]}]}"#;
/// let policy = Policy::with_facts(r#"{
///     "groups": {"group:dba": ["alice@example.com"]},
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
/// }"#, facts);
/// let space = Space::new(&policy);
/// let found = violations(&space);
/// assert_eq!(space.sources[found[0].source].name(), "`alice@example.com`");
/// assert_eq!(found[0].packet.1, 5432);
/// ```
pub fn violations<'p>(space: &Space<'p>) -> Vec<Violation<'p>> {
    space.policy.facts.invariants.iter().filter_map(|invariant| violation(space, invariant)).collect()
}

/// The best counterexample to an invariant of the policy, if it does not hold.
pub fn violation<'p>(space: &Space<'p>, invariant: &'p Invariant) -> Option<Violation<'p>> {
    let demand = Demand::new(space, invariant);
    let mut found: Vec<Violation> = (0..space.ports.len()).filter_map(|permit| demand.broken_by(permit)).collect();
    // An acl may have several permits.
    let mut rules: Vec<_> = found.iter().map(|violation| violation.access.rule).collect();
    rules.dedup();
    // The sooner a class comes, the more it says to a reader.
    found.sort_by_key(|violation| (violation.source + violation.destination, violation.source));
    let best = found.into_iter().next()?;
    Some(Violation { rules: rules.len(), ..best })
}

/// An invariant in classes.
struct Demand<'a, 'p> {
    space: &'a Space<'p>,
    invariant: &'p Invariant,
    /// By class of sources, whether it is about them.
    is_source: Vec<bool>,
    /// The other way round, for what is isolated.
    is_destination: Vec<bool>,
    targets: Vec<Target>,
    except: Vec<Target>,
    /// By selector, whether it has somebody that it is about, as a source and as a destination.
    is_about: [Vec<bool>; 2],
    /// By selector, whether it has some target.
    is_target: Vec<bool>,
}

/// Destinations with ports, in classes.
struct Target {
    is_destination: Vec<bool>,
    /// The same classes as sources, for what is isolated.
    is_source: Vec<bool>,
    /// Whether `autogroup:self` is one of them.
    is_own: bool,
    /// `None` for all
    ports: Option<Ports>,
}

impl Target {
    fn new(space: &Space, target: &InvariantTarget) -> Target {
        let ids = space.permits.selectors.ids(&target.dst);
        let own = space.permits.selectors.own_devices();
        let specs = target.ip.iter().map(|spec| (spec.protocol, spec.ports));
        Target {
            is_destination: flags(space.destinations.len(), &space.destinations_among(&ids)),
            is_source: flags(space.sources.len(), &space.sources_among(&ids)),
            is_own: own.is_some_and(|own| ids.contains(&own)),
            ports: (!target.ip.is_empty()).then(|| Ports::new(specs)),
        }
    }

    fn has_destination(&self, destination: ClassId, is_own: bool) -> bool {
        is_own && self.is_own || has(&self.is_destination, destination)
    }
}

fn flags(count: usize, classes: &[ClassId]) -> Vec<bool> {
    let mut flags = vec![false; count];
    for &class in classes {
        if let Some(flag) = flags.get_mut(class) {
            *flag = true;
        }
    }
    flags
}

fn has(flags: &[bool], class: ClassId) -> bool {
    flags.get(class).copied().unwrap_or_default()
}

impl<'a, 'p> Demand<'a, 'p> {
    fn new(space: &'a Space<'p>, invariant: &'p Invariant) -> Self {
        let ids = |list: &[Selector]| -> Vec<SelectorId> { space.permits.selectors.ids(list) };
        let (about, less) = (ids(&invariant.src), ids(&invariant.src_except));
        let mut is_source = flags(space.sources.len(), &space.sources_among(&about));
        for class in space.sources_among(&less) {
            is_source.get_mut(class).into_iter().for_each(|flag| *flag = false);
        }
        let is_destination = flags(space.destinations.len(), &space.destinations_among(&about));
        let targets_of = |list: &[InvariantTarget]| -> Vec<Target> {
            list.iter().map(|target| Target::new(space, target)).collect()
        };
        let (targets, except) = (targets_of(&invariant.targets), targets_of(&invariant.except));
        let any = |lists: &[Vec<ClassId>], is_one: &dyn Fn(ClassId) -> bool| -> Vec<bool> {
            lists.iter().map(|classes| classes.iter().any(|&class| is_one(class))).collect()
        };
        let is_about = [
            any(&space.sources_of, &|class| has(&is_source, class)),
            any(&space.destinations_of, &|class| has(&is_destination, class)),
        ];
        let is_target =
            any(&space.destinations_of, &|class| targets.iter().any(|target| target.has_destination(class, true)));
        Demand { space, invariant, is_source, is_destination, targets, except, is_about, is_target }
    }

    /// What is against the demand of all that a permit lets through.
    fn broken_by(&self, permit: usize) -> Option<Violation<'p>> {
        let (space, ports) = (self.space, self.space.ports.get(permit)?);
        let rule = space.permit(permit)?;
        if ports.is_empty() || !self.is_concerned(rule, permit) {
            return None;
        }
        let sources = space.sources_among(&rule.src);
        let destinations = space.destinations_among(&rule.dst);
        let leads_home = space.leads_home(permit);
        let found = match self.invariant.kind {
            InvariantKind::Isolated => self.isolation(&sources, &destinations, leads_home, ports),
            InvariantKind::Only | InvariantKind::Never => {
                let about: Vec<ClassId> =
                    sources.iter().copied().filter(|&source| has(&self.is_source, source)).collect();
                self.between(&about, &destinations, ports)
                    .or_else(|| leads_home.then(|| self.home(&about, ports)).flatten())
            }
        };
        let (source, destination, is_own, against) = found?;
        let packet = against.example()?;
        let access = Access { ports: against, ..space.access(permit)? };
        Some(Violation { invariant: self.invariant, source, destination, is_own, packet, access, rules: 1 })
    }

    /// Whether a permit could be against the demand, as far as its selectors tell one by one.
    fn is_concerned(&self, rule: &Permit, permit: usize) -> bool {
        let any = |flags: &[bool], ids: &[SelectorId]| ids.iter().any(|&id| has(flags, id));
        let [sources, destinations] = &self.is_about;
        let comes = any(sources, &rule.src);
        match self.invariant.kind {
            InvariantKind::Only => comes,
            InvariantKind::Never => {
                let opens = |target: &Target| match (&target.ports, self.space.ports.get(permit)) {
                    (Some(ports), Some(open)) => !ports.common(open).is_empty(),
                    _ => true,
                };
                comes
                    && (any(&self.is_target, &rule.dst) || self.space.leads_home(permit))
                    && self.targets.iter().any(opens)
            }
            InvariantKind::Isolated => comes || any(destinations, &rule.dst),
        }
    }

    /// From those that it is about to some of the destinations.
    fn between(&self, about: &[ClassId], destinations: &[ClassId], ports: &Ports) -> Option<Found> {
        if about.is_empty() {
            return None;
        }
        destinations.iter().find_map(|&destination| {
            let against = self.against(destination, false, ports);
            if !against.is_empty()
                && let Some(&source) = about.iter().find(|&&source| self.space.may_be_two(source, destination))
            {
                return Some((source, destination, false, against));
            }
            let against = self.against(destination, true, ports);
            let own = self.space.own_back.get(destination).filter(|_| !against.is_empty());
            let source = own.into_iter().flatten().find(|source| about.binary_search(source).is_ok());
            source.map(|&source| (source, destination, true, against))
        })
    }

    /// From those that it is about to their own devices.
    fn home(&self, about: &[ClassId], ports: &Ports) -> Option<Found> {
        about.iter().find_map(|&source| {
            let own = self.space.own.get(source).into_iter().flatten();
            own.map(|&destination| (source, destination, true, self.against(destination, true, ports)))
                .find(|(.., against)| !against.is_empty())
        })
    }

    /// Which of the ports must not be open there.
    fn against(&self, destination: ClassId, is_own: bool, ports: &Ports) -> Ports {
        let mut at_targets = Ports::default();
        for target in self.targets.iter().filter(|target| target.has_destination(destination, is_own)) {
            at_targets = at_targets.with(&target.ports.as_ref().map_or(ports.clone(), |open| open.common(ports)));
        }
        for target in self.except.iter().filter(|target| target.has_destination(destination, is_own)) {
            at_targets = target.ports.as_ref().map_or(Ports::default(), |except| at_targets.without(except));
        }
        match self.invariant.kind {
            InvariantKind::Never => at_targets,
            InvariantKind::Only | InvariantKind::Isolated => ports.without(&at_targets),
        }
    }

    /// Between what is isolated and what is not. Of the classes of one side some are isolated, of the other some are not.
    fn across(&self, pairs: impl Iterator<Item = (ClassId, ClassId)>, ports: &Ports) -> Option<Found> {
        pairs
            .filter_map(|(source, destination)| {
                let is_own = !self.space.may_be_two(source, destination);
                let (goes_out, goes_in) = (has(&self.is_source, source), has(&self.is_destination, destination));
                if goes_out == goes_in || is_own && !self.space.may_be_own(source, destination) {
                    return None;
                }
                let is_open = |target: &&Target| match goes_out {
                    true => has(&target.is_destination, destination),
                    false => has(&target.is_source, source),
                };
                let against = self.except.iter().filter(is_open).fold(ports.clone(), |ports, target| {
                    target.ports.as_ref().map_or(Ports::default(), |open| ports.without(open))
                });
                (!against.is_empty()).then_some((source, destination, is_own, against))
            })
            .next()
    }

    fn isolation(
        &self,
        sources: &[ClassId],
        destinations: &[ClassId],
        leads_home: bool,
        ports: &Ports,
    ) -> Option<Found> {
        let (within, without): (Vec<ClassId>, Vec<ClassId>) =
            sources.iter().partition(|&&source| has(&self.is_source, source));
        let (into, elsewhere): (Vec<ClassId>, Vec<ClassId>) =
            destinations.iter().partition(|&&destination| has(&self.is_destination, destination));
        let pairs = |sources: Vec<ClassId>, destinations: Vec<ClassId>| {
            // Whether two classes can meet seldom hangs on the source, so that it is the one that is looked for.
            destinations
                .into_iter()
                .flat_map(move |destination| sources.clone().into_iter().map(move |source| (source, destination)))
        };
        let home = sources.iter().filter(|_| leads_home).flat_map(|&source| {
            self.space.own.get(source).into_iter().flatten().map(move |&destination| (source, destination))
        });
        self.across(pairs(within, elsewhere).chain(pairs(without, into)).chain(home), ports)
    }
}

/// Source, destination, whether both are of one user, and what is open against the demand.
type Found = (ClassId, ClassId, bool, Ports);
