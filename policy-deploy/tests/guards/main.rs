//! The guards: each holds, is violated with a witness, or depends on an unknown fact.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

mod access;
mod oracle;
mod other_guards;
mod own_path;
mod seed;

use policy_core::{Policy, ValidPolicy};
use policy_deploy::guard::{Guard, GuardInput, GuardName, Outcome, PlaceIn, check};

/// Returns a policy with facts.
fn policy(text: &str, facts: &str) -> ValidPolicy {
    let policy = Policy::with_facts(text, facts);
    assert!(policy.unreadable.is_empty(), "{text}\n{facts}\n{:?}", policy.unreadable);
    policy.validate().unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

/// Returns one of the guards.
fn guard(live: &ValidPolicy, wanted: &ValidPolicy, input: &GuardInput, name: GuardName) -> Guard {
    let mut guards = check(live, wanted, input).into_iter().filter(|guard| guard.name == name);
    guards.next().unwrap_or_else(|| panic!("the guard {name} did not run"))
}

/// Writes an outcome with its witnesses, and the text at the place of each.
fn lines(guard: &Guard, live: &Policy, wanted: &Policy) -> Vec<String> {
    let title = match guard.outcome {
        Outcome::Holds => "holds",
        Outcome::Violated(_) => "violated",
        Outcome::Unknown(_) => "unknown",
    };
    let witness = |witness: &policy_deploy::guard::Witness| {
        let at = |title: &str, policy: &Policy, origin| {
            let (text, range) = policy.locate(origin).unwrap();
            format!(" @{title} {}", &text[range].split_whitespace().collect::<String>())
        };
        let place = match witness.place {
            None => String::new(),
            Some(PlaceIn::Live(origin)) => at("live", live, origin),
            Some(PlaceIn::Wanted(origin)) => at("wanted", wanted, origin),
            Some(PlaceIn::Invariants(_)) => " @invariants".to_owned(),
        };
        format!("{witness}{place}")
    };
    std::iter::once(title.to_owned()).chain(guard.witnesses().iter().map(witness)).collect()
}

/// Checks cases of one guard. Each has a title, the live policy, the wanted one, and the lines of
/// the outcome.
fn check_cases(name: GuardName, facts: &str, input: &GuardInput, cases: &[(&str, &str, &str, &[&str])]) {
    let mut wrong = Vec::new();
    for (title, live, wanted, expected) in cases {
        let (live, wanted) = (policy(live, facts), policy(wanted, facts));
        let guard = guard(&live, &wanted, input, name);
        let found = lines(&guard, &live, &wanted);
        assert_eq!(guard.stops(), expected != &["holds"], "{title}");
        if found != *expected {
            wrong.push(format!("{title}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
