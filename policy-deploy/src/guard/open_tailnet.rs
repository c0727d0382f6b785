//! The wanted policy does not start to allow everything.

use policy_analysis::Analysis;
use policy_core::check::check as findings;
use policy_core::{Code, Policy, ValidPolicy};

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

/// A policy that allows everything.
const OPEN: &str = r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#;

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let outcome =
        if is_open(wanted) && !is_open(live) { Outcome::Violated(vec![witness(wanted)]) } else { Outcome::Holds };
    Guard::new(GuardName::OpenTailnet, outcome)
}

/// Returns whether a policy allows everything: whether a policy that does adds nothing to it.
fn is_open(policy: &ValidPolicy) -> bool {
    // The dialect and the facts are those of the policy.
    let open = Policy { facts: policy.facts.clone(), ..Policy::parse_in(OPEN, Some(policy.dialect)) };
    open.validate().is_ok_and(|open| policy.diff(&open).new_access().next().is_none())
}

/// Returns the finding of the checker, which names the rule. Several rules may allow everything
/// together, and then there is none.
fn witness(wanted: &ValidPolicy) -> Witness {
    // The policy may allow the warning.
    let mut policy = Policy::clone(wanted);
    policy.lints.clear();
    policy.facts.lints.clear();
    let finding = findings(&policy).into_iter().find(|finding| finding.code == Code::AllowAll);
    match finding {
        Some(finding) => {
            Witness::new(finding.message).at(PlaceIn::Wanted(finding.origin), "the wanted policy allows it here")
        }
        None => Witness::new("the rules together let every device reach every other one, on all ports"),
    }
}
