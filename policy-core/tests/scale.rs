//! How long evaluation takes as tailnets grow. Run with `cargo test --release --test scale -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

use std::time::{Duration, Instant};

use policy_core::{Policy, eval};
use serde_json::{Value, json};

/// A tailnet with every kind of selector: half of the devices are people's, half are tagged, one in ten is a router.
fn tailnet(rules: usize, devices: usize) -> (Value, Value) {
    let (users, tags) = (devices / 4 + 1, devices / 20 + 1);
    let email = |id: usize| format!("user{}@example.com", id % users);
    let tag = |id: usize| format!("tag:t{}", id % tags);
    let nodes: Vec<Value> = (0..devices)
        .map(|id| {
            let (a, b) = (id / 250, id % 250 + 1);
            let mut node = json!({
                "name": format!("d{id}"),
                "ipv4": format!("100.64.{a}.{b}"),
                "ipv6": format!("fd7a:115c:a1e0::{:x}", id + 1),
            });
            if id % 2 == 0 {
                node["user"] = json!(format!("user{}", id / 2 % users));
            } else {
                node["tags"] = json!([tag(id), tag(id * 7 + 3)]);
            }
            if id % 10 == 1 {
                let route = format!("10.{a}.{b}.0/24");
                node["routable_ips"] = json!([route]);
                node["approved_routes"] = json!([route]);
                node["primary_routes"] = json!([route]);
            }
            node
        })
        .collect();
    let people: Vec<Value> =
        (0..users).map(|id| json!({"name": format!("user{id}"), "email": email(id), "role": "member"})).collect();
    let groups: serde_json::Map<String, Value> = (0..50)
        .map(|id| (format!("group:g{id}"), (0..20).map(|member| email(id * 13 + member * 7)).collect()))
        .collect();
    let grants: Vec<Value> = (0..rules)
        .map(|id| {
            let src = match id % 5 {
                0 => json!(["autogroup:member"]),
                1 => json!([format!("group:g{}", id % 50), tag(id)]),
                2 => json!([email(id), email(id * 3 + 1)]),
                3 => json!(["*"]),
                _ => json!([tag(id), tag(id * 5 + 1)]),
            };
            let dst = match id % 7 {
                0 => json!(["*"]),
                1 => json!([format!("10.{}.{}.0/24", id / 250 % 4, id % 250 + 1)]),
                2 if id % 5 != 4 && id % 5 != 3 && id % 5 != 1 => json!(["autogroup:self"]),
                3 => json!(["autogroup:tagged"]),
                4 => json!([format!("group:g{}", id % 50)]),
                _ => json!([tag(id), tag(id + 1)]),
            };
            json!({"src": src, "dst": dst, "ip": [format!("tcp:{}", id % 60000 + 1), "443"]})
        })
        .collect();
    let owners: serde_json::Map<String, Value> = (0..tags).map(|id| (tag(id), json!([]))).collect();
    (json!({"groups": groups, "tagOwners": owners, "grants": grants}), json!({"users": people, "nodes": nodes}))
}

/// The shortest of three runs, which others on the machine disturb least.
fn time(rules: usize, devices: usize) -> (Duration, Duration) {
    let (policy, facts) = tailnet(rules, devices);
    let policy = Policy::with_facts(&policy.to_string(), &facts.to_string());
    assert!(policy.unreadable.is_empty(), "{:?}", policy.unreadable.first());
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        let start = Instant::now();
        let compiled = eval::compile(&policy);
        let compiling = start.elapsed();
        let written = compiled.to_json().len();
        assert_eq!(written, devices);
        best = (best.0.min(compiling), best.1.min(start.elapsed().saturating_sub(compiling)));
    }
    best
}

#[test]
#[ignore = "it measures"]
fn a_thousand_rules_for_a_thousand_devices_take_no_time_to_speak_of() {
    for (rules, devices) in [(100, 100), (1_000, 100), (100, 1_000), (1_000, 1_000)] {
        let (compiling, writing) = time(rules, devices);
        println!("{rules} rules, {devices} devices: compiled in {compiling:?}, as JSON in {writing:?}");
    }
    let (compiling, _) = time(1_000, 1_000);
    assert!(compiling < Duration::from_millis(150), "{compiling:?}");
}
