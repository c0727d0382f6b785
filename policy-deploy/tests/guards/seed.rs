//! The policy of a real tailnet, BlumeOps.

use policy_core::ValidPolicy;
use policy_deploy::guard::{GuardInput, GuardName, Outcome, check};

const SEED: &str = include_str!("../../../examples/pulumi-python/policy.hujson");
const FACTS: &str = r#"{
    "users": [
        {"name": "erich", "email": "blume.erich@gmail.com", "role": "owner"},
        {"name": "allison", "email": "acmdavis@gmail.com", "role": "member"},
    ],
    "nodes": [
        {"name": "indri", "tags": ["tag:homelab", "tag:blumeops", "tag:forge"], "ipv4": "100.64.0.1"},
        {"name": "sifaka", "tags": ["tag:nas", "tag:blumeops"], "ipv4": "100.64.0.2"},
        {"name": "gilbert", "user": "erich", "ipv4": "100.64.0.3"},
        {"name": "operator", "tags": ["tag:k8s-operator"], "ipv4": "100.64.0.4"},
    ],
}"#;

fn input() -> GuardInput<'static> {
    GuardInput { me: Some("gilbert"), deny_new_access: true, ..GuardInput::default() }
}

/// Returns the policy without its SSH rules.
fn without_ssh(policy: &ValidPolicy) -> ValidPolicy {
    let start = policy.text.find("\"ssh\": [").unwrap();
    let end = start + policy.text[start..].find("\n\t],").unwrap() + "\n\t],".len();
    let mut text = policy.text.clone();
    text.replace_range(start..end, "\"ssh\": [],");
    // Its own tests of SSH would fail, and they are not the subject.
    crate::policy(&text, FACTS)
}

#[test]
fn a_push_of_the_same_policy_passes_every_guard() {
    for facts in [FACTS, "{}"] {
        let live = crate::policy(SEED, facts);
        let input = GuardInput { me: Some("blume.erich@gmail.com"), ..input() };
        for guard in check(&live, &live, &input) {
            assert_eq!(guard.outcome, Outcome::Holds, "{}", guard.name);
        }
    }
}

#[test]
fn a_push_without_the_ssh_rules_stops_and_names_each_login() {
    let live = crate::policy(SEED, FACTS);
    let wanted = without_ssh(&live);
    let guards = check(&live, &wanted, &input());
    let stopping: Vec<GuardName> = guards.iter().filter(|guard| guard.stops()).map(|guard| guard.name).collect();
    assert_eq!(stopping, [GuardName::Administrators, GuardName::ThisMachine]);
    let witnesses: Vec<&str> = guards[0].witnesses().iter().map(|witness| witness.message.as_str()).collect();
    println!("{witnesses:#?}");
    assert!(witnesses.iter().any(|witness| witness.starts_with("`gilbert` can no longer log in to `indri`")));
}
