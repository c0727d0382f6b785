//! This machine keeps everything that it reaches.

use policy_analysis::Analysis;
use policy_analysis::query::Asker;
use policy_core::ValidPolicy;

use crate::guard::access_loss::AccessWitnesses;
use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::Witness;

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy, me: &str) -> Guard {
    let outcome = match live.lost_access(wanted, &[Asker::Name(me)], None) {
        Ok(losses) => {
            let AccessWitnesses { violated, unknown } = AccessWitnesses::new(losses);
            Outcome::new(violated, unknown)
        }
        Err(error) => Outcome::Unknown(vec![Witness::new(format!("what this machine reaches is unknown: {error}"))]),
    };
    Guard::new(GuardName::ThisMachine, outcome)
}
