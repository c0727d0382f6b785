//! The mutants that invariants kill.

use std::collections::HashSet;

use crate::mutation::{MutatedRule, Mutation, Widening};
use policy_core::model::{Destination, Grant, List, Policy, PortRange, PortSpec, Selector, SelectorKind};
use policy_core::proof::{AccessClasses, breaking, violation};
use policy_core::source::{Origin, Text};

/// Returns the widenings that break an invariant which holds now, except those in `known`.
///
/// A single policy contains every rule in all its wider forms. This is possible because other rules
/// do not affect whether a rule allows something that an invariant forbids.
pub(super) fn killed(
    policy: &Policy,
    rules: &[MutatedRule],
    known: &HashSet<(Origin, Mutation)>,
) -> Vec<(Origin, Mutation)> {
    if policy.facts.invariants.is_empty() {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    let mut wider = Policy { grants: Some(Vec::new()), acls: Some(Vec::new()), ..policy.clone() };
    for rule in rules {
        for widening in rule.widenings() {
            let mutant = (rule.origin(), Mutation::Widening(widening));
            let Ok(number) = u32::try_from(mutants.len()) else { continue };
            if known.contains(&mutant) {
                continue;
            }
            // The origin identifies the mutant.
            let origin = Origin::new(number, number);
            match rule {
                MutatedRule::Grant(grant) => {
                    let grant = Grant { origin, ..widened(grant, widening) };
                    wider.grants.get_or_insert_default().push(grant);
                }
                MutatedRule::Acl(acl) => {
                    let mut acl = policy_core::model::Acl { origin, ..(*acl).clone() };
                    match widening {
                        Widening::Source => acl.src = anything(),
                        Widening::Destination => acl.dst.items.iter_mut().for_each(|dst| dst.host = any()),
                        Widening::Ports => {
                            acl.proto = None;
                            acl.dst.items.iter_mut().for_each(|dst: &mut Destination| dst.ports = vec![PortRange::ALL]);
                        }
                    }
                    wider.acls.get_or_insert_default().push(acl);
                }
                // Invariants concern network access only.
                MutatedRule::Ssh(_) => continue,
            }
            mutants.push(mutant);
        }
    }
    let now = AccessClasses::new(policy);
    let then = AccessClasses::new(&wider);
    let mut broken: HashSet<Origin> = HashSet::new();
    for (invariant, same) in policy.facts.invariants.iter().zip(&wider.facts.invariants) {
        if violation(&now, invariant).is_none() {
            broken.extend(breaking(&then, same));
        }
    }
    let of = |origin: Origin| usize::try_from(origin.start).ok().and_then(|number| mutants.get(number)).copied();
    broken.into_iter().filter_map(of).collect()
}

fn widened(grant: &Grant, widening: Widening) -> Grant {
    let mut grant = grant.clone();
    match widening {
        Widening::Source => grant.src = anything(),
        Widening::Destination => grant.dst = anything(),
        Widening::Ports => {
            let all = PortSpec { text: star(), protocol: None, ports: PortRange::ALL };
            grant.ip.items = vec![all];
        }
    }
    grant
}

fn star() -> Text {
    Text::escaped("*", Origin::default())
}

fn any() -> Selector {
    Selector { text: star(), kind: SelectorKind::Wildcard }
}

fn anything() -> List<Selector> {
    List { items: vec![any()], origin: None, incomplete: false }
}
