//! Which wider rules an invariant would not have.

use std::collections::HashSet;

use crate::mutation::{MutatedRule, Mutation};
use policy_core::model::{Destination, Grant, List, Policy, PortRange, PortSpec, Selector, SelectorKind};
use policy_core::proof::classes::AccessClasses;
use policy_core::proof::invariant::{breaking, violation};
use policy_core::source::{Origin, Text};

/// The changes of rules that break an invariant which holds now, of those that are not noticed anyway.
///
/// Every rule is taken alone, in a policy that has each of them in all its wider forms: whether one lets through what
/// an invariant forbids does not hang on other rules.
pub(super) fn noticed(
    policy: &Policy,
    rules: &[MutatedRule],
    noticed: &HashSet<(Origin, Mutation)>,
) -> Vec<(Origin, Mutation)> {
    if policy.facts.invariants.is_empty() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut wider = Policy { grants: Some(Vec::new()), acls: Some(Vec::new()), ..policy.clone() };
    for rule in rules {
        for change in rule.ways().filter(|&change| !noticed.contains(&(rule.origin(), change))) {
            let Ok(number) = u32::try_from(changes.len()) else { continue };
            // Where it stands is how it is found again.
            let origin = Origin::new(number, number);
            match rule {
                MutatedRule::Grant(grant) => {
                    let grant = Grant { origin, ..widened(grant, change) };
                    wider.grants.get_or_insert_default().push(grant);
                }
                MutatedRule::Acl(acl) => {
                    let mut acl = policy_core::model::Acl { origin, ..(*acl).clone() };
                    match change {
                        Mutation::AnySource => acl.src = anything(),
                        Mutation::AnyDestination => acl.dst.items.iter_mut().for_each(|dst| dst.host = any()),
                        Mutation::AnyPort | Mutation::Deleted => {
                            acl.proto = None;
                            acl.dst.items.iter_mut().for_each(|dst: &mut Destination| dst.ports = vec![PortRange::ALL]);
                        }
                    }
                    wider.acls.get_or_insert_default().push(acl);
                }
                // Invariants are about the network.
                MutatedRule::Ssh(_) => continue,
            }
            changes.push((rule.origin(), change));
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
    let of = |origin: Origin| usize::try_from(origin.start).ok().and_then(|number| changes.get(number)).copied();
    broken.into_iter().filter_map(of).collect()
}

fn widened(grant: &Grant, change: Mutation) -> Grant {
    let mut grant = grant.clone();
    match change {
        Mutation::AnySource => grant.src = anything(),
        Mutation::AnyDestination => grant.dst = anything(),
        Mutation::AnyPort | Mutation::Deleted => {
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
