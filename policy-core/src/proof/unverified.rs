//! Invariants that hold for some facts and fail for others.
//!
//! [`violations`](super::violations) finds invariants that fail whatever the facts are. Here, an
//! invariant also fails if it does so under an *assumption* about an end: the device has an address
//! of the tailnet that the policy names, the user is in a group of the identity provider or belongs
//! to another tailnet, or an address is translated to another one. The number of combinations stays
//! small: an invariant distinguishes few cells, and of the assumptions that change nothing about an
//! end only one is examined for each rule.

use std::collections::HashSet;

use crate::access::{Endpoint, Side, UnknownFact, sorted};
use crate::model::{Invariant, Selector};
use crate::proof::assumption::{AssumptionIndex, Candidate};
use crate::proof::class_name::ClassName;
use crate::proof::classes::{AccessClasses, Class, ClassId, RuleId};
use crate::proof::doubt::{Doubt, Openness};
use crate::proof::invariant::{Breach, InvariantProver, Reading, Violation, best_violation, violation};
use crate::proof::partition::{Partition, PartitionCell};

/// An invariant that fails if an unknown fact is true, and holds otherwise.
#[derive(Clone, Debug)]
pub struct Unverified<'p> {
    /// The forbidden packet that is allowed if the fact is true.
    pub violation: Violation<'p>,
    /// The end that the fact is about. If facts about both ends matter, it is the source.
    pub side: Side,
    /// The name of that end.
    pub name: ClassName,
    /// The fact.
    pub fact: InvariantFact<'p>,
}

/// An unknown fact that an invariant depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvariantFact<'p> {
    /// The address of a device or a service: whether this selector names it.
    Address(&'p Selector),
    /// The membership of a user: whether this selector, such as a synced group, a role or a domain,
    /// names them.
    Membership(&'p Selector),
    /// The role of a user.
    Role,
    /// The tailnet of a user, who may belong to another one.
    Sharing,
    /// The device that has an address.
    Device,
    /// The target of a 4via6 address: whether this selector names it.
    Translation(&'p Selector),
}

/// Returns each invariant that depends on an unknown fact, in the order of the policy.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::proof::{AccessClasses, InvariantFact, unverified_invariants, violations};
/// let facts = r#"{"invariants": [{"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:db"]}]}]}"#;
/// let policy = Policy::with_facts(r#"{
///     "tagOwners": {"tag:db": []},
///     "grants": [{"src": ["autogroup:member"], "dst": ["100.64.0.0/11"], "ip": ["tcp:5432"]}],
/// }"#, facts);
/// let classes = AccessClasses::new(&policy);
/// assert!(violations(&classes).is_empty());
/// let found = unverified_invariants(&classes);
/// assert!(matches!(found[0].fact, InvariantFact::Address(prefix) if prefix.text.as_str() == "100.64.0.0/11"));
/// assert_eq!(found[0].name.to_string(), "`tag:db`");
/// ```
pub fn unverified_invariants<'p>(classes: &AccessClasses<'p>) -> Vec<Unverified<'p>> {
    classes.policy.facts.invariants.iter().filter_map(|invariant| unverified_invariant(classes, invariant)).collect()
}

/// Returns the unknown fact that an invariant depends on, if there is one.
pub fn unverified_invariant<'p>(classes: &AccessClasses<'p>, invariant: &'p Invariant) -> Option<Unverified<'p>> {
    if violation(classes, invariant).is_some() {
        return None;
    }
    let prover = InvariantProver::new(classes, invariant, Reading::Possible);
    if let Some(violation) = best_violation(classes, invariant, &prover) {
        let (side, fact) = doubted_fact(&prover, &violation);
        let name = name_of(classes, side, &violation, |class| class.names.first());
        return Some(Unverified { violation, side, name, fact });
    }
    Search::new(classes, invariant)?.run(invariant)
}

fn name_of(
    classes: &AccessClasses,
    side: Side,
    violation: &Violation,
    choose: impl for<'c> Fn(&'c Class) -> Option<&'c ClassName>,
) -> ClassName {
    let class = match side {
        Side::Source => classes.sources.get(violation.source),
        Side::Destination => classes.destinations.get(violation.destination),
    };
    class.and_then(|class| choose(class).cloned()).unwrap_or_else(|| ClassName::new("nobody"))
}

/// Returns the unknown fact because of which an invariant fails without any assumption.
fn doubted_fact<'p>(prover: &InvariantProver<'_, 'p>, violation: &Violation) -> (Side, InvariantFact<'p>) {
    let (classes, terms) = (prover.classes, &prover.terms);
    let ends = [
        (Side::Source, classes.sources.get(violation.source)),
        (Side::Destination, classes.destinations.get(violation.destination)),
    ];
    let ends = ends.into_iter().filter_map(|(side, class)| Some((side, class?)));
    for (side, class) in ends {
        if class.is_conditional {
            let distinct = class.selectors.iter().filter_map(|&id| classes.rules.selectors.distinct.get(id));
            let mut addresses = distinct.filter(|selector| {
                let ranges = classes.tailnet.literal(selector);
                ranges.iter().any(|&range| classes.tailnet.may_be_a_devices(range))
            });
            let is_role = class.is_of_assumed_role();
            let address = addresses.find(|_| !is_role);
            return (side, address.map_or(InvariantFact::Role, |selector| InvariantFact::Address(selector)));
        }
        let dependent = classes.unknown_selectors.dependent_on(class.doubt.facts());
        let exceptions = terms.exceptions.iter().chain(&terms.targets).flatten().chain(&terms.subjects);
        let saves = terms.src_except.iter().filter(|_| side == Side::Source).chain(exceptions);
        let mut saves =
            saves.filter(|id| sorted::contains(&dependent, **id) && !sorted::contains(&class.selectors, **id));
        let Some(selector) = saves.find_map(|&id| classes.rules.selectors.distinct.get(id)) else { continue };
        return match class.doubt {
            Doubt::Device => (side, InvariantFact::Device),
            Doubt::Addresses => (side, InvariantFact::Address(selector)),
            _ => (side, InvariantFact::Membership(selector)),
        };
    }
    (Side::Source, InvariantFact::Device)
}

/// A search for assumptions under which rules break an invariant.
struct Search<'a, 'p> {
    classes: &'a AccessClasses<'p>,
    prover: InvariantProver<'a, 'p>,
    source: AssumptionIndex,
    destination: AssumptionIndex,
}

impl<'a, 'p> Search<'a, 'p> {
    /// Returns `None` if nothing can be assumed.
    fn new(classes: &'a AccessClasses<'p>, invariant: &'p Invariant) -> Option<Self> {
        let prover = InvariantProver::with_cells(classes, invariant, Reading::Possible, |class| PartitionCell {
            families: class.families,
            openness: class.openness,
            ..PartitionCell::default()
        });
        let source = AssumptionIndex::new(&prover, Side::Source);
        let destination = AssumptionIndex::new(&prover, Side::Destination);
        let has_any = !source.all.is_empty() || !destination.all.is_empty();
        has_any.then_some(Search { classes, prover, source, destination })
    }

    fn run(&self, invariant: &'p Invariant) -> Option<Unverified<'p>> {
        (0..self.classes.ports.len()).find_map(|rule| {
            let (breach, from, to) = self.breach_by(rule)?;
            self.unverified(invariant, &breach, &from, &to)
        })
    }

    fn unverified(
        &self,
        invariant: &'p Invariant,
        breach: &Breach,
        from: &Candidate,
        to: &Candidate,
    ) -> Option<Unverified<'p>> {
        let (side, index, assumption) = match (from.assumption, to.assumption) {
            (Some(assumption), _) => (Side::Source, &self.source, assumption),
            (None, Some(assumption)) => (Side::Destination, &self.destination, assumption),
            (None, None) => return None,
        };
        let assumption = index.get(assumption)?;
        let rule = self.classes.rule(breach.rule)?;
        let words = if side == Side::Source { &rule.src } else { &rule.dst };
        let terms = &self.prover.terms;
        let own = terms.subjects.iter().chain(terms.targets.iter().flatten());
        // A selector of the rule is the best name for the fact, followed by one of the invariant.
        let mut known = words.iter().chain(own).filter(|id| assumption.selectors.contains(id));
        let id = known.next().or(assumption.selectors.first())?;
        let selector = self.classes.rules.selectors.distinct.get(*id).copied();
        let fact = match assumption.fact {
            UnknownFact::Sharing => InvariantFact::Sharing,
            UnknownFact::SyncedGroups => InvariantFact::Membership(selector?),
            UnknownFact::Route => InvariantFact::Translation(selector?),
            _ => InvariantFact::Address(selector?),
        };
        let violation = breach.to_violation(self.classes, invariant)?;
        let fits = |member: &Endpoint| assumption.only.is_some() || assumption.is_open(Openness::of(member, true));
        let name = name_of(self.classes, side, &violation, |class| {
            let mut members = class.members.iter().zip(&class.names);
            members.find(|(member, _)| fits(member)).map(|(_, name)| name).or(class.names.first())
        });
        Some(Unverified { violation, side, name, fact })
    }

    /// Returns a breach by a rule with the fewest assumptions.
    fn breach_by(&self, rule: RuleId) -> Option<(Breach, Candidate, Candidate)> {
        let (access_rule, ports) = (self.classes.rule(rule)?, self.classes.ports.get(rule)?);
        let prover = &self.prover;
        let from = self.source.candidates(&prover.sources, &access_rule.src, |cell| prover.may_break_from(cell));
        if ports.is_empty() || from.is_empty() {
            return None;
        }
        let may_break_to = |cell: &PartitionCell| prover.may_break_to(cell, ports);
        let to = self.destination.candidates(&prover.destinations, &self.classes.opened(access_rule), may_break_to);
        let mut pairs: Vec<(&Candidate, &Candidate)> =
            to.iter().flat_map(|to| from.iter().map(move |from| (from, to))).collect();
        pairs.sort_by_key(|(from, to)| usize::from(from.assumption.is_some()) + usize::from(to.assumption.is_some()));
        for (from, to) in pairs {
            if from.assumption.is_none() && to.assumption.is_none() {
                continue;
            }
            let ports = prover.forbidden(&from.cell, &to.cell, false, ports);
            if !ports.is_empty()
                && let Some((source, destination)) = self.different_users(from, to)
            {
                let breach = Breach { rule, source, destination, is_same_user: false, ports };
                let candidate = |one: &Candidate, class| Candidate { class, cell: one.cell.clone(), ..*one };
                return Some((breach, candidate(from, source), candidate(to, destination)));
            }
        }
        let is_to_self = access_rule.via().is_empty() && self.classes.targets_self(rule);
        if is_to_self || prover.has_own_devices { self.breach_at_same_user(rule, is_to_self) } else { None }
    }

    /// Returns classes of the cells of two candidates that may be of different users.
    fn different_users(&self, from: &Candidate, to: &Candidate) -> Option<(ClassId, ClassId)> {
        if self.classes.may_be_different_users(from.class, to.class) {
            return Some((from.class, to.class));
        }
        let (sources, destinations) = (&self.prover.sources, &self.prover.destinations);
        let same = |cells: &Partition, count: usize, class: ClassId| -> Vec<ClassId> {
            (0..count).filter(|&other| cells.cell_of(other) == cells.cell_of(class)).collect()
        };
        let sources = same(sources, self.classes.sources.len(), from.class);
        let destinations = same(destinations, self.classes.destinations.len(), to.class);
        let mut pairs = sources.iter().flat_map(|&from| destinations.iter().map(move |&to| (from, to)));
        pairs.find(|&(from, to)| self.classes.may_be_different_users(from, to))
    }

    /// Like [`breach_by`](Self::breach_by), between devices of one user.
    fn breach_at_same_user(&self, rule: RuleId, is_to_self: bool) -> Option<(Breach, Candidate, Candidate)> {
        let (access_rule, ports) = (self.classes.rule(rule)?, self.classes.ports.get(rule)?);
        let (prover, mut seen) = (&self.prover, HashSet::new());
        let dst = self.classes.opened(access_rule);
        for (source, destinations) in self.classes.same_user.iter().enumerate() {
            let class = self.classes.sources.get(source)?;
            let is_source = sorted::intersects(&access_rule.src, &class.selectors);
            for &destination in destinations {
                let is_destination = is_to_self || prover.opens(rule, destination);
                let (from, to) = (prover.sources.cell_of(source), prover.destinations.cell_of(destination));
                if !seen.insert((from, is_source, to, is_destination)) {
                    continue;
                }
                let from = self.source.candidates_of(&prover.sources, source, is_source, &access_rule.src, |cell| {
                    prover.may_break_from(cell)
                });
                if from.is_empty() {
                    continue;
                }
                let to =
                    self.destination.candidates_of(&prover.destinations, destination, is_destination, &dst, |cell| {
                        prover.has_own_devices || prover.may_break_to(cell, ports)
                    });
                for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
                    if from.assumption.is_none() && to.assumption.is_none() {
                        continue;
                    }
                    let ports = prover.forbidden(&from.cell, &to.cell, true, ports);
                    if !ports.is_empty() {
                        let candidate = |one: &Candidate| Candidate { cell: one.cell.clone(), ..*one };
                        let breach = Breach { rule, source, destination, is_same_user: true, ports };
                        return Some((breach, candidate(from), candidate(to)));
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn a_login_of_another_domain_may_be_of_another_tailnet() {
        let member = r#""src": ["autogroup:member"], "targets": [{"dst": ["tag:a"]}]"#;
        let [only, never] = ["only", "never"].map(|kind| format!(r#"{{"kind": "{kind}", {member}}}"#));
        let never_erin = r#"{"kind": "never", "src": ["erin@third.net"], "targets": [{"dst": ["tag:a"]}]}"#;
        let except =
            r#"{"kind": "never", "src": ["*"], "src_except": ["autogroup:member"], "targets": [{"dst": ["tag:a"]}]}"#;
        let admin = r#"{"kind": "never", "src": ["autogroup:admin"], "targets": [{"dst": ["tag:a"]}]}"#;
        let users = r#""users": [{"name": "erin", "email": "erin@third.net", "role": "member"}], "#;
        for (invariant, src, dst, users, expected) in [
            (&*only, "erin@third.net", "tag:b", "", "unknown"),
            (&*only, "alice@example.com", "tag:b", "", "broken"),
            (&*only, "erin@third.net", "tag:b", users, "broken"),
            (&*only, "erin@third.net", "tag:a", "", "holds"),
            (&*never, "erin@third.net", "tag:a", "", "unknown"),
            (&*never, "alice@example.com", "tag:a", "", "broken"),
            (never_erin, "erin@third.net", "tag:a", "", "broken"),
            (never_erin, "autogroup:member", "tag:a", "", "unknown"),
            (never_erin, "autogroup:member", "tag:a", users, "broken"),
            (never_erin, "autogroup:shared", "tag:a", "", "unknown"),
            (except, "erin@third.net", "tag:a", "", "unknown"),
            (except, "alice@example.com", "tag:a", "", "holds"),
            (admin, "erin@third.net", "tag:a", "", "unknown"),
        ] {
            let policy = format!(
                r#"{{"groups": {{"group:eng": ["alice@example.com", "bob@example.com"]}}, "tagOwners": {{"tag:a": [], "tag:b": []}},
                    "grants": [{{"src": ["{src}"], "dst": ["{dst}"], "ip": ["tcp:22"]}}]}}"#
            );
            let policy = Policy::with_facts(&policy, &format!(r#"{{{users}"invariants": [{invariant}]}}"#));
            let classes = AccessClasses::new(&policy);
            let invariant = &policy.facts.invariants[0];
            let found = match (violation(&classes, invariant), unverified_invariant(&classes, invariant)) {
                (Some(_), _) => "broken",
                (None, Some(_)) => "unknown",
                (None, None) => "holds",
            };
            assert_eq!(found, expected, "{invariant:?} {src} -> {dst} {users}");
        }
    }
}
