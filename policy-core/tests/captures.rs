//! What Tailscale's control plane gave to the devices of real tailnets, where the captures are at hand.
//!
//! `POLICY_CONFORMANCE` names the directory that holds `given/`; without it, one beside the workspace is looked for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should panic"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use policy_core::{Policy, eval};
use serde_json::{Value, json};

const CATEGORIES: &[&str] = &["acl", "grant", "routes", "issue_3212", "ssh", "policytest", "sshtest", "nodeattrs"];

fn directory() -> Option<PathBuf> {
    let directory = match std::env::var_os("POLICY_CONFORMANCE") {
        Some(directory) => PathBuf::from(directory),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance"),
    };
    if directory.join("given").is_dir() {
        return Some(directory);
    }
    println!("no captures in {}: nothing is compared", directory.display());
    None
}

fn cases(category: &str) -> Vec<Value> {
    let Some(directory) = directory() else { return Vec::new() };
    let text = std::fs::read_to_string(directory.join("given").join(format!("{category}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn policy_of(case: &Value) -> Policy {
    let facts = json!({"users": case["users"], "nodes": case["nodes"]});
    Policy::with_facts(&case["policy"].to_string(), &facts.to_string())
}

/// What the oddities of a capture take out of the comparison.
fn odd(case: &Value) -> Vec<&str> {
    let quirks = case["quirks"].as_array().into_iter().flatten();
    quirks.flat_map(|quirk| quirk["affects"].as_array().into_iter().flatten()).filter_map(Value::as_str).collect()
}

fn sort(list: &mut Value, key: impl Fn(&Value) -> String) {
    if let Some(items) = list.as_array_mut() {
        items.sort_by_cached_key(key);
    }
}

/// A field in the form in which order that means nothing is gone.
fn normal(field: &str, value: &Value) -> Value {
    let mut value = value.clone();
    match field {
        "packet_filter_rules" => {
            for rule in value.as_array_mut().into_iter().flatten() {
                for list in ["SrcIPs", "DstPorts", "IPProto"] {
                    if let Some(list) = rule.get_mut(list) {
                        sort(list, Value::to_string);
                    }
                }
                for grant in rule.get_mut("CapGrant").and_then(Value::as_array_mut).into_iter().flatten() {
                    sort(&mut grant["Dsts"], Value::to_string);
                }
            }
            sort(&mut value, Value::to_string);
        }
        "ssh_policy" => {
            for rule in value.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
                sort(&mut rule["principals"], Value::to_string);
            }
        }
        "peers" | "addresses" => sort(&mut value, Value::to_string),
        "peer_routes" => value.as_object_mut().into_iter().flatten().for_each(|(_, list)| sort(list, Value::to_string)),
        _ => {}
    }
    value
}

/// What a field is that is not there.
fn absent(field: &str, node: &Value) -> Value {
    match field {
        "packet_filter_rules" | "peers" => json!([]),
        "ssh_policy" => json!({"rules": []}),
        "addresses" => {
            let full = |address: &Value, length: u8| address.as_str().map(|address| format!("{address}/{length}"));
            json!([full(&node["ipv4"], 32), full(&node["ipv6"], 128)])
        }
        _ => json!({}),
    }
}

const FIELDS: &[&str] =
    &["packet_filter_rules", "ssh_policy", "cap_map", "addresses", "peers", "peer_routes", "peer_cap_map", "app_caps"];

#[test]
fn every_device_gets_what_tailscale_gave_it() {
    let mut wrong = Vec::new();
    for category in CATEGORIES {
        let mut fields: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        let (mut agreeing, mut total) = (0, 0);
        for case in cases(category).iter().filter(|case| case["status"] == "accept") {
            let odd = odd(case);
            if !odd.is_empty() {
                println!("{} is compared without {odd:?}", case["id"]);
            }
            let policy = policy_of(case);
            let devices = eval::compile(&policy).to_json();
            let before = wrong.len();
            for node in case["nodes"].as_array().unwrap() {
                let name = node["name"].as_str().unwrap();
                let expected = &case["expect"][name];
                if expected.is_null() || odd.contains(&format!("expect.{name}").as_str()) {
                    continue;
                }
                for field in FIELDS.iter().filter(|field| !odd.contains(&format!("expect.{name}.{field}").as_str())) {
                    // What was not captured says nothing.
                    if *field == "app_caps" && expected[field].is_null() {
                        continue;
                    }
                    let form = |value: &Value| match value {
                        Value::Null => absent(field, node),
                        value => value.clone(),
                    };
                    let (expected, ours) = (form(&expected[field]), form(&devices[name][field]));
                    let (expected, ours) = (normal(field, &expected), normal(field, &ours));
                    fields.entry(field).or_default()[usize::from(expected != ours)] += 1;
                    if expected != ours {
                        wrong.push(format!(
                            "{} {name} {field}:\n  Tailscale {expected}\n  we        {ours}",
                            case["id"]
                        ));
                    }
                }
            }
            total += 1;
            agreeing += usize::from(wrong.len() == before);
        }
        println!("{category}: {agreeing} of {total} cases agree");
        for (field, [same, different]) in fields {
            println!("  {field}: {same} devices agree, {different} do not");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The categories whose policies have tests, and the message with which a failing one is refused.
const TESTED: &[&str] = &["policytest", "sshtest"];

#[test]
fn every_test_has_tailscales_verdict() {
    let mut wrong = Vec::new();
    for category in TESTED {
        let (mut by_rules, mut total) = (0, 0);
        for case in cases(category).iter().filter(|case| !odd(case).contains(&"status")) {
            let policy = policy_of(case);
            let is_error = |finding: &policy_core::Diagnostic| finding.severity() == policy_core::Severity::Error;
            let is_valid = !policy_core::check::check(&policy).iter().any(is_error);
            let mut outcomes = eval::test_outcomes(&policy);
            outcomes.extend(eval::ssh_test_outcomes(&policy));
            let passes = outcomes.iter().all(|outcome| outcome.passes);
            total += 1;
            by_rules += usize::from(is_valid && !passes);
            if (is_valid && passes) != (case["status"] == "accept") {
                wrong.push(format!("{}: Tailscale has {}, we have {outcomes:?}", case["id"], case["status"]));
            }
        }
        println!("{category}: {total} verdicts compared, {by_rules} of them rejections by the rules alone");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
