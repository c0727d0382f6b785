//! Lost access as witnesses of a guard.

use policy_analysis::query::{AccessKind, LossDoubt, LostAccess};

use crate::guard::witness::{PlaceIn, Witness};

/// The maximum number of destinations in a message.
const MOST: usize = 4;

/// The witnesses of a guard about access: those that violate it, and those that depend on unknown
/// facts.
#[derive(Default)]
pub(super) struct AccessWitnesses {
    pub(super) violated: Vec<Witness>,
    pub(super) unknown: Vec<Witness>,
}

impl AccessWitnesses {
    /// Groups losses that differ only in the destination.
    pub(super) fn new(losses: Vec<LostAccess>) -> AccessWitnesses {
        let mut groups: Vec<Vec<LostAccess>> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for loss in losses {
            let key = (loss.source.clone(), loss.what.clone(), loss.rule, loss.doubt.clone());
            let place = *places.entry(key).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(loss),
                None => groups.push(vec![loss]),
            }
        }
        let mut witnesses = AccessWitnesses::default();
        for group in groups {
            let Some(first) = group.first() else { continue };
            let is_certain = first.doubt.is_none();
            let witness = Witness::new(describe(first, &destinations(&group)))
                .at(PlaceIn::Live(first.rule), "this rule of the live policy gives it");
            let witness = Witness { lost: group, ..witness };
            if is_certain { witnesses.violated.push(witness) } else { witnesses.unknown.push(witness) }
        }
        witnesses
    }
}

fn destinations(group: &[LostAccess]) -> String {
    let mut names: Vec<&str> = group.iter().take(MOST).map(|loss| loss.destination.as_str()).collect();
    let more = group.len().saturating_sub(MOST);
    let rest = format!("{more} more");
    if more > 0 {
        names.push(&rest);
    }
    in_words(&names)
}

/// Lists words in a sentence.
fn in_words(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn describe(loss: &LostAccess, destinations: &str) -> String {
    let source = &loss.source;
    let LostAccess { what, doubt, .. } = loss;
    match (what, doubt) {
        (AccessKind::Ports(ports), None) => format!("{source} loses {destinations} on `{ports}`"),
        (AccessKind::Ports(ports), Some(LossDoubt::KeptIf(conditions))) => {
            format!("{source} keeps {destinations} on `{ports}` only {}", conditions.join(" and "))
        }
        (AccessKind::Ports(ports), Some(LossDoubt::HadIf(conditions))) => {
            format!("{source} loses {destinations} on `{ports}` {}", conditions.join(" and "))
        }
        (AccessKind::Logins(accounts), doubt) => {
            let accounts: Vec<String> = accounts.iter().map(ToString::to_string).collect();
            let accounts = in_words(&accounts.iter().map(String::as_str).collect::<Vec<_>>());
            match doubt {
                None => format!("{source} can no longer log in to {destinations} over Tailscale SSH as {accounts}"),
                Some(LossDoubt::KeptIf(conditions)) => {
                    let conditions = conditions.join(" and ");
                    format!("{source} can log in to {destinations} over Tailscale SSH as {accounts} only {conditions}")
                }
                Some(LossDoubt::HadIf(conditions)) => {
                    let conditions = conditions.join(" and ");
                    format!(
                        "{source} can no longer log in to {destinations} over Tailscale SSH as {accounts} {conditions}"
                    )
                }
            }
        }
    }
}
