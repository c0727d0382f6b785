//! Only a small part of the network access is lost.

use policy_analysis::Analysis;
use policy_core::ValidPolicy;

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::Witness;

/// The number of cells from which a share means something.
const FEWEST: u64 = 10;

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy, max_lost: u8) -> Guard {
    let count = live.count_losses(wanted);
    let outcome = if count.cells >= FEWEST && count.exceeds(max_lost) {
        let (lost, cells, percent) = (count.lost, count.cells, count.percent());
        Outcome::Violated(vec![Witness::new(format!(
            "{lost} of {cells} combinations of a source, a destination and ports are lost, which is {percent} % and \
             more than {max_lost} %"
        ))])
    } else {
        Outcome::Holds
    };
    Guard::new(GuardName::LostShare, outcome)
}
