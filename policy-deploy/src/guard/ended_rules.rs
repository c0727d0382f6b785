//! No rule of the wanted policy has ended.

use std::collections::HashMap;

use policy_core::source::Origin;
use policy_core::{Code, ValidPolicy};

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(wanted: &ValidPolicy) -> Guard {
    let rules: Vec<_> = wanted.endings().into_iter().filter(|ending| ending.kind.is_rule()).collect();
    let outcome = match wanted.today {
        _ if rules.is_empty() => Outcome::Holds,
        None => {
            let first = rules.first().map(|ending| (ending.until.date, ending.until.origin));
            let witness = first.map(|(date, origin)| {
                Witness::new(format!("a rule ends on {date}, and today's date is unknown"))
                    .at(PlaceIn::Wanted(origin), "the end of the rule is here")
            });
            Outcome::Unknown(witness.into_iter().collect())
        }
        Some(_) => {
            let ended = wanted.expiry().into_iter().filter(|finding| finding.code == Code::Expired);
            let mut messages: HashMap<Origin, String> =
                ended.map(|finding| (finding.origin, finding.message)).collect();
            let witness = |origin: Origin| {
                let message = messages.remove(&origin)?;
                Some(Witness::new(message).at(PlaceIn::Wanted(origin), "the end of the rule is here"))
            };
            Outcome::new(rules.iter().map(|ending| ending.until.origin).filter_map(witness).collect(), Vec::new())
        }
    };
    Guard::new(GuardName::EndedRules, outcome)
}
