//! Nobody gains access.

use policy_analysis::Analysis;
use policy_core::ValidPolicy;

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let diff = live.diff(wanted);
    let witness = |change: &policy_analysis::diff::Change| {
        let place = match change.after {
            // A rule of the live policy would take the access away on that day.
            Some(_) => (PlaceIn::Wanted(change.rule), "this rule of the wanted policy gives it after that day"),
            None => (PlaceIn::Wanted(change.rule), "this rule of the wanted policy gives it"),
        };
        Witness::new(format!("new access: {change}")).at(place.0, place.1)
    };
    let gained = diff.new_access().map(witness).collect();
    Guard::new(GuardName::NewAccess, Outcome::new(gained, Vec::new()))
}
