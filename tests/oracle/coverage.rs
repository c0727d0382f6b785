//! Checks that the deletion of a rule counts as killed exactly if a test or an invariant fails
//! because of it.

use policy_analysis::Analysis as _;
use policy_core::{Policy, ValidPolicy};
use serde_json::{Value, json};

use crate::{Checked, Difference, with_invariants};

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let mut policy = case["policy"].clone();
    policy["tests"] = json!(tests(&policy));
    let invariants: Vec<&Value> = case["invariants"].as_array().into_iter().flatten().collect();
    let facts = with_invariants(&json!({}), &invariants);
    let read = |policy: &Value| -> Option<ValidPolicy> {
        Policy::with_facts(policy.to_string().as_str(), facts.as_str()).validate().ok()
    };
    let Some(whole) = read(&policy) else { return checked };
    let before = failures(&whole, &invariants);
    let covered = whole.coverage();
    for section in ["grants", "acls"] {
        for at in 0..policy[section].as_array().map_or(0, Vec::len) {
            let mut less = policy.clone();
            less[section].as_array_mut().unwrap().remove(at);
            let Some(rest) = read(&less) else { continue };
            let text = policy[section][at].to_string();
            let origins = match section {
                "grants" => whole.grants.iter().flatten().map(|grant| grant.origin).collect::<Vec<_>>(),
                _ => whole.acls.iter().flatten().map(|acl| acl.origin).collect(),
            };
            let Some(rule) = covered.rules.iter().find(|rule| origins.get(at) == Some(&rule.rule)) else { continue };
            let after = failures(&rest, &invariants);
            let is_noticed = after.iter().any(|failure| !before.contains(failure));
            checked.questions += 1;
            if is_noticed != rule.is_deletion_killed {
                let kind = match is_noticed {
                    true => "a deletion is noticed, and not killed",
                    false => "a deletion is killed, and not noticed",
                };
                checked.differences.push(Difference::new(kind, text));
            }
        }
    }
    checked
}

/// Returns tests of the access that the first rules give.
fn tests(policy: &Value) -> Vec<Value> {
    let grants = policy["grants"].as_array().into_iter().flatten();
    let pairs = grants.filter_map(|grant| Some((grant["src"][0].as_str()?, grant["dst"][0].as_str()?)));
    let is_source = |word: &str| word.contains('@') && !word.starts_with("user:") || word.starts_with("tag:");
    let is_destination = |word: &str| is_source(word) && !word.contains("group:");
    pairs
        .filter(|(src, dst)| is_source(src) && is_destination(dst) && !src.starts_with("group:"))
        .map(|(src, dst)| json!({"src": src, "accept": [format!("{dst}:22")]}))
        .collect()
}

/// Returns the indexes of failing targets, followed by those of failing invariants.
fn failures(policy: &ValidPolicy, invariants: &[&Value]) -> Vec<usize> {
    let tested = policy.test();
    let mut failures: Vec<usize> =
        tested.iter().enumerate().filter(|(_, tested)| tested.outcome.fails()).map(|(number, _)| number).collect();
    let broken = policy.broken_invariants();
    for (number, _) in invariants.iter().enumerate() {
        let origin = policy.facts.invariants.get(number).map(|invariant| invariant.origin);
        if broken.iter().any(|finding| Some(finding.origin) == origin && finding.is_error()) {
            failures.push(tested.len() + number);
        }
    }
    failures
}
