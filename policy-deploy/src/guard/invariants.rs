//! The invariants that must always hold, hold of the wanted policy.

use policy_core::ValidPolicy;
use policy_core::diagnostic::Diagnostic;
use policy_core::model::{InvariantsFile, Policy};
use policy_core::proof::{DeviceViolation, device_violations};

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(wanted: &ValidPolicy, keep: &InvariantsFile) -> Guard {
    Guard::new(GuardName::Invariants, outcome(wanted, keep))
}

fn outcome(wanted: &ValidPolicy, keep: &InvariantsFile) -> Outcome {
    let mut policy = Policy::clone(wanted);
    // Its own invariants are checked with the policy.
    policy.facts.invariants.clear();
    policy.facts.invariants_file = None;
    let mut policy = policy.with_invariants(keep.clone());
    // An invariant that is unknown does not hold, even if a comment allows the warning.
    policy.lints.clear();
    policy.facts.lints.clear();
    let witness = |finding: Diagnostic| {
        Witness::new(finding.message).at(PlaceIn::Invariants(finding.origin), "the invariant is here")
    };
    let policy = match policy.validate() {
        Ok(policy) => policy,
        Err(errors) => {
            let unreadable = |finding: Diagnostic| {
                let message = format!("this invariant says nothing about the wanted policy: {}", finding.message);
                Witness::new(message).at(PlaceIn::Invariants(finding.origin), "the invariant is here")
            };
            return Outcome::Unknown(errors.into_iter().map(unreadable).collect());
        }
    };
    let mut violated: Vec<Witness> = policy.broken_invariants().into_iter().map(witness).collect();
    violated.extend(device_violations(&policy).iter().map(of_device));
    Outcome::new(violated, policy.unverifiable_invariants().into_iter().map(witness).collect())
}

/// Returns the witness of an invariant that a device with several tags breaks.
fn of_device(violation: &DeviceViolation) -> Witness {
    let DeviceViolation { invariant, source, destination, packet: (protocol, port), .. } = violation;
    let port = if protocol.has_ports() { format!("`{protocol}:{port}`") } else { format!("`{protocol}`") };
    let message = format!("invariant violated by the known devices: {source} reaches {destination} on {port}");
    Witness::new(message).at(PlaceIn::Invariants(invariant.origin), "the invariant is here")
}
