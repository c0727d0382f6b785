//! The guard of administrators against single questions about every pair, for random policies.

use std::collections::HashSet;

use policy_analysis::Analysis;
use policy_analysis::query::{AccessKind, Account, LostAccess, Question};
use policy_core::access::Tailnet;
use policy_core::model::Role;
use policy_core::testing::Decision;
use policy_core::{Policy, ValidPolicy};
use policy_deploy::guard::{GuardInput, GuardName, Outcome};
use policy_generate::cases::{Shape, case};
use policy_generate::small::{self, Random};
use serde_json::{Value, json};

use crate::guard;

/// An account that no rule names.
const OTHER: &str = "zz";

/// Returns the accounts that the random policies distinguish for a source.
fn accounts(live: &Policy, wanted: &Policy) -> Vec<String> {
    let users = live.ssh.iter().chain(&wanted.ssh).flat_map(|rule| &rule.users);
    let names = users.map(|user| user.to_string()).filter(|user| !user.contains(':'));
    let logins = live.facts.users.iter().filter_map(|user| Some(user.email.split_once('@')?.0.to_owned()));
    let all = names.chain(logins.take(2)).chain(["root".to_owned(), OTHER.to_owned()]);
    all.collect::<HashSet<String>>().into_iter().collect()
}

/// Returns the administrators of the facts and their devices.
fn sources(policy: &Policy) -> Vec<String> {
    let tailnet = Tailnet::new(policy);
    let is_administrator = |role: Option<Role>| matches!(role, Some(Role::Owner | Role::Admin | Role::NetworkAdmin));
    let mut sources = Vec::new();
    for user in tailnet.users.iter().filter(|user| is_administrator(user.role)) {
        sources.push(user.email.to_owned());
        sources.extend(user.devices.iter().map(|&id| tailnet.devices[id].fact.name.to_string()));
    }
    sources
}

fn decide(policy: &ValidPolicy, source: &str, destination: &str, account: Option<&str>) -> Decision {
    let question = Question { account, ..Question::tcp(source, destination, 22) };
    policy.explain(&question).unwrap().decision()
}

/// Returns every pair of an administrator and a device of which the decision changes from allowed
/// to denied: the source, the destination, and the account.
fn lost_pairs(live: &ValidPolicy, wanted: &ValidPolicy) -> HashSet<(String, String, Option<String>)> {
    let mut lost = HashSet::new();
    let accounts = accounts(live, wanted);
    for source in sources(live) {
        for device in &live.facts.devices {
            let destination = device.name.as_str();
            if source == destination {
                continue;
            }
            let is_lost = |account| {
                decide(live, &source, destination, account) == Decision::Allow
                    && decide(wanted, &source, destination, account) == Decision::Deny
            };
            if is_lost(None) {
                lost.insert((source.clone(), destination.to_owned(), None));
                continue;
            }
            if live.ssh.is_empty() {
                continue;
            }
            for account in &accounts {
                if is_lost(Some(account)) {
                    lost.insert((source.clone(), destination.to_owned(), Some(account.clone())));
                }
            }
        }
    }
    lost
}

/// Returns whether a loss is one of an account.
fn is_of(loss: &LostAccess, account: Option<&str>) -> bool {
    match (&loss.what, account) {
        (AccessKind::Ports(_), account) => account.is_none(),
        (AccessKind::Logins(_), None) => false,
        (AccessKind::Logins(accounts), Some(account)) => {
            // A login that is not a source's own is an account that no rule names.
            accounts.contains(&Account::Named(account.to_owned()))
                || account != "root" && account != "deploy" && accounts.contains(&Account::AnyOther)
        }
    }
}

/// Returns a name without backticks and an assumed role. A prefix stands for its first address.
fn plain(name: &str) -> String {
    let name = name.split(" (if ").next().unwrap_or(name).trim_matches('`');
    let first = name.split(['/', '-']).next().unwrap_or_default();
    if name.contains(['/', '-']) && first.parse::<std::net::IpAddr>().is_ok() {
        first.to_owned()
    } else {
        name.to_owned()
    }
}

/// Counts of outcomes, to see that all of them occur.
#[derive(Debug, Default)]
struct Counts {
    holds: usize,
    violated: usize,
    unknown: usize,
    logins: usize,
}

fn compare(live: &str, wanted: &str, facts: &str, counts: &mut Counts) {
    let context = format!("{live}\n{wanted}\n{facts}");
    let read = |text: &str| Policy::with_facts(text, facts).validate();
    let (Ok(live), Ok(wanted)) = (read(live), read(wanted)) else { return };
    let guard = guard(&live, &wanted, &GuardInput::default(), GuardName::Administrators);
    let lost = lost_pairs(&live, &wanted);
    let found: Vec<&LostAccess> = guard.witnesses().iter().flat_map(|witness| &witness.lost).collect();
    for (source, destination, account) in &lost {
        let is_it = |loss: &&&LostAccess| {
            plain(&loss.source) == *source
                && plain(&loss.destination) == *destination
                && is_of(loss, account.as_deref())
        };
        assert!(
            found.iter().any(|loss| is_it(&loss)),
            "not found: {source} {destination} {account:?}\n{found:?}\n{context}"
        );
    }
    match guard.outcome {
        Outcome::Holds => counts.holds += 1,
        Outcome::Unknown(_) => {
            counts.unknown += 1;
            assert!(lost.is_empty(), "{lost:?}\n{context}");
        }
        Outcome::Violated(_) => {
            counts.violated += 1;
            for loss in found {
                let (source, destination) = (plain(&loss.source), plain(&loss.destination));
                let account = match &loss.what {
                    AccessKind::Ports(_) => None,
                    AccessKind::Logins(accounts) => {
                        counts.logins += 1;
                        Some(match &accounts[0] {
                            Account::Named(name) => name.clone(),
                            Account::AnyOther => OTHER.to_owned(),
                        })
                    }
                };
                let before = decide(&live, &source, &destination, account.as_deref());
                let after = decide(&wanted, &source, &destination, account.as_deref());
                assert!(
                    before != Decision::Deny && after != Decision::Allow,
                    "{loss:?} {before:?} {after:?}\n{context}"
                );
            }
        }
    }
}

/// Returns facts without what only the oracles know of a world.
fn facts(world: &Value) -> String {
    json!({"users": world["users"], "nodes": world["nodes"]}).to_string()
}

/// Returns a policy with port 22 open between all devices.
fn open_port(policy: &Value) -> String {
    let mut policy = policy.clone();
    policy["grants"].as_array_mut().unwrap().push(json!({"src": ["*"], "dst": ["*"], "ip": ["22"]}));
    policy.to_string()
}

#[test]
fn the_guard_of_administrators_finds_every_lost_pair_and_no_other() {
    let mut counts = Counts::default();
    for (place, &shape) in Shape::ALL.iter().enumerate() {
        let count = if shape == Shape::Ssh { 30 } else { 4 };
        for seed in small::seeds(count) {
            let of = |seed: u64| case(seed * 100 + place as u64, shape);
            let (case, other) = (of(seed), of(seed + 1));
            let facts = facts(&case["worlds"][(seed % 4) as usize]);
            let policies = [&case["policy"], &case["new"], &other["policy"]];
            // Most logins need the port first.
            let [policy, new, other] =
                policies.map(|one| if shape == Shape::Ssh { open_port(one) } else { one.to_string() });
            for (live, wanted) in [(&policy, &new), (&new, &policy), (&policy, &other)] {
                compare(live, wanted, &facts, &mut counts);
            }
        }
    }
    // Policies with postures, and users of unknown role.
    let at_22 = |text: &str| text.replace("\"1\"", "\"22\"").replace(":1\"", ":22\"").replace("1-3", "1-30");
    for seed in small::seeds(40) {
        let random = &mut Random::new(seed);
        let ((live, facts), (wanted, _)) = (small::policy(random), small::policy(random));
        compare(&at_22(&live), &at_22(&wanted), &facts, &mut counts);
    }
    println!("{counts:?}");
    assert!(counts.holds > 30 && counts.violated > 30 && counts.unknown > 5 && counts.logins > 5, "{counts:?}");
}

#[test]
fn a_policy_opens_the_tailnet_if_a_policy_that_allows_everything_adds_nothing() {
    const OPEN: &str = r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#;
    const SOURCES: [&str; 6] =
        ["*", "0.0.0.0/0", "::/0", "autogroup:member", "autogroup:tagged", "autogroup:danger-all"];
    const DESTINATIONS: [&str; 6] =
        ["*", "0.0.0.0/0", "::/0", "autogroup:self", "autogroup:member", "autogroup:internet"];
    let closed = crate::policy(r#"{"grants": []}"#, "{}");
    let open = crate::policy(OPEN, "{}");
    let [mut opened, mut kept] = [0, 0];
    for seed in small::seeds(300) {
        let mut random = Random::new(seed);
        let grants: Vec<Value> = (0..2 + random.below(4))
            .map(|_| {
                let src = match random.below(3) {
                    0 => vec!["0.0.0.0/0", "::/0"],
                    1 => vec!["autogroup:member", "autogroup:tagged"],
                    _ => vec![random.one(&SOURCES)],
                };
                let dst = random.one(&DESTINATIONS);
                let dst = if dst == "autogroup:self" && src != ["autogroup:member"] { "*" } else { dst };
                let ip = random.one(&["*", "*", "*", "tcp:*"]);
                json!({"src": src, "dst": [dst], "ip": [ip]})
            })
            .collect();
        let text = json!({"grants": grants}).to_string();
        let Ok(wanted) = Policy::parse(text.as_str()).validate() else { continue };
        let is_open = wanted.diff(&open).new_access().next().is_none();
        let guard = guard(&closed, &wanted, &GuardInput::default(), GuardName::OpenTailnet);
        assert_eq!(guard.stops(), is_open, "{text}");
        if is_open { opened += 1 } else { kept += 1 }
    }
    assert!(opened > 20 && kept > 20, "{opened} {kept}");
}
