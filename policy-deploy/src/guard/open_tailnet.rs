//! The wanted policy does not start to allow everything.

use policy_core::access::PortSet;
use policy_core::check::check as findings;
use policy_core::diagnostic::Diagnostic;
use policy_core::model::{Policy, Selector};
use policy_core::proof::{AccessClasses, ClassId};
use policy_core::source::{Origin, Text};
use policy_core::{Code, ValidPolicy};

use crate::guard::guard_name::GuardName;
use crate::guard::outcome::{Guard, Outcome};
use crate::guard::witness::{PlaceIn, Witness};

pub(super) fn check(live: &ValidPolicy, wanted: &ValidPolicy) -> Guard {
    let outcome = match open(wanted) {
        Some(witness) if open(live).is_none() => Outcome::Violated(vec![witness]),
        Some(_) | None => Outcome::Holds,
    };
    Guard::new(GuardName::OpenTailnet, outcome)
}

/// Returns a witness if a policy lets every device reach every other one.
fn open(policy: &ValidPolicy) -> Option<Witness> {
    if let Some(finding) = finding(policy) {
        let place = PlaceIn::Wanted(finding.origin);
        return Some(Witness::new(finding.message).at(place, "the wanted policy allows it here"));
    }
    let message = "the rules together let every device reach every other one, on all ports";
    is_open_together(policy).then(|| Witness::new(message))
}

/// Returns the finding of the checker about a rule that allows everything, or about a policy
/// without rules.
fn finding(policy: &Policy) -> Option<Diagnostic> {
    // The policy may allow the warning.
    let mut policy = policy.clone();
    policy.lints.clear();
    policy.facts.lints.clear();
    findings(&policy).into_iter().find(|finding| finding.code == Code::AllowAll)
}

/// Returns whether the rules together allow what one rule from `*` to `*` on all ports allows.
fn is_open_together(policy: &Policy) -> bool {
    let everything = [Selector::new(Text::escaped("*", Origin::default()))];
    let classes = AccessClasses::with_selectors(policy, &everything, &[]);
    let sources = classes.sources_named_by(&classes.rules.selectors.ids(&everything));
    // Most policies deny the first pair.
    let mut pairs = sources.iter().flat_map(|&source| (0..classes.destinations.len()).map(move |to| (source, to)));
    pairs.all(|(source, destination)| is_open_between(&classes, source, destination))
}

/// Returns whether all ports are open between two classes, whether or not they are devices of one
/// user, and without a posture or a certain router.
fn is_open_between(classes: &AccessClasses, source: ClassId, destination: ClassId) -> bool {
    let may_differ = classes.may_be_different_users(source, destination);
    if !may_differ && !classes.may_be_same_user(source, destination) {
        return true;
    }
    let applies = |rule: &usize| classes.targets(*rule, destination) || !may_differ && classes.targets_self(*rule);
    let is_free =
        |rule: &usize| classes.rule(*rule).is_some_and(|rule| rule.postures.is_empty() && rule.via().is_empty());
    let rules = classes.rules_from(source).into_iter().filter(applies).filter(is_free);
    let ports = rules.filter_map(|rule| classes.ports.get(rule));
    ports.fold(PortSet::default(), |open, ports| open.with(ports)).are_all()
}
