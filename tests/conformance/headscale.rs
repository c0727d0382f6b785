//! Tests against headscale's answers to policies, if the corpus is available.
//!
//! The answers are in `headscale`, beside the captures of Tailscale. They are about small policies
//! of every kind, and about the policies of the captures.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use policy_core::Policy;
use policy_core::model::{Dialect, Facts};
use policy_test_support::require;
use serde_json::{Value, json};

use crate::case::{Case, cases_in};
use crate::{Agreement, Tally, compile};

/// The fields of headscale's answer about a device.
const FIELDS: &[&str] = &["packet_filter_rules", "peers", "ssh_policy"];

/// The prefixes of headscale's messages about reading. The verb differs between builds.
const READING: &[&str] = &["json: cannot unmarshal JSON ", "json: unable to unmarshal JSON "];

/// Lines above several messages that are not messages themselves.
const HEADINGS: &[&str] = &["multiple errors:", "test(s) failed:"];

/// Returns a folder of the corpus: in the folder that `POLICY_CONFORMANCE` names, if it has one, or
/// otherwise beside the repository.
fn folder(name: &str) -> Option<PathBuf> {
    match std::env::var_os("POLICY_CONFORMANCE") {
        Some(named) => Some(Path::new(&named).join(name)).filter(|folder| folder.is_dir()),
        None => require::shared(&format!("conformance/{name}")),
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Returns the small policies, with the one tailnet that they share.
fn small_policies() -> Vec<Case> {
    let Some(folder) = folder("headscale") else { return Vec::new() };
    let facts = read(&folder.join("facts.json"));
    let of_tailnet = |mut case: Value| {
        let id = case["id"].as_str().unwrap().to_owned();
        case["category"] = id.rsplit_once('-').map_or(id.as_str(), |(kind, _)| kind).into();
        case["users"] = facts["users"].clone();
        case["nodes"] = facts["nodes"].clone();
        Case(case)
    };
    read(&folder.join("dialect.json")).as_array().unwrap().iter().cloned().map(of_tailnet).collect()
}

/// Returns the policies of Tailscale's captures, with headscale's answers.
fn captured_policies() -> Vec<Case> {
    let (Some(folder), Some(given)) = (folder("headscale"), folder("given")) else { return Vec::new() };
    let tailscale = cases_in(&given);
    let by_id: HashMap<&str, &Case> = tailscale.iter().map(|case| (case.text("id"), case)).collect();
    let answers = read(&folder.join("captures.json"));
    let with_policy = |answer: &Value| {
        let mut case = by_id.get(answer["id"].as_str().unwrap())?.0.clone();
        case["quirks"] = json!([]);
        for field in ["status", "message", "expect"] {
            case[field] = answer[field].clone();
        }
        Some(Case(case))
    };
    answers.as_array().unwrap().iter().filter_map(with_policy).collect()
}

fn answer(case: &Case) -> Value {
    let (facts, unreadable) = Facts::parse(&case.facts().to_string());
    assert!(unreadable.is_empty(), "{}: {unreadable:?}", case.text("id"));
    let mut policy = Policy::parse_in(case.policy(), Some(Dialect::Headscale));
    policy.facts = facts;
    compile(policy)
}

/// Compares the status and the messages. headscale reports all mistakes, so each of our messages
/// must match one of its messages, and the reverse.
fn verdict(case: &Case, answer: &Value) -> (Agreement, Option<String>) {
    let (id, message) = (case.text("id"), case.text("message"));
    let ours = (answer["status"] == "reject").then(|| answer["message"].as_str().unwrap_or_default());
    let difference = match (case.is_rejected(), ours) {
        (false, None) => return (Agreement::Agreed, None),
        (true, Some(ours)) if is_same(message, ours) => return (Agreement::Agreed, None),
        (true, Some(ours)) => format!("{id}: headscale says {message:?}, we say {ours:?}"),
        (true, None) => format!("{id}: headscale says {message:?}, we accept it"),
        (false, Some(ours)) => format!("{id}: headscale accepts it, we say {ours:?}"),
    };
    (Agreement::Wrong, Some(difference))
}

/// Returns whether headscale's message matches ours, apart from the prefix about reading.
pub(crate) fn is_same(headscale: &str, ours: &str) -> bool {
    // headscale reports a value of a wrong type without details.
    let is_bare = |line: &str| READING.iter().any(|start| line.contains(start)) && !line.contains("\": ");
    let is_heading = |line: &&str| HEADINGS.contains(&line.trim_start_matches("parsing policy: "));
    let lines: Vec<&str> = headscale.lines().filter(|line| !is_heading(line)).collect();
    if lines.first().is_some_and(|line| is_bare(line)) {
        return true;
    }
    // headscale reports an undeclared tag twice if it owns another one.
    let is_said =
        |line: &&str| ours.lines().any(|own| line.contains(own)) || line.contains(" references undefined tag ");
    lines.iter().all(is_said) && ours.lines().all(|own| lines.iter().any(|line| line.contains(own)))
}

fn compare(cases: &[Case]) {
    let mut tally = Tally::default();
    for case in cases {
        tally.compare_by(case, &answer(case), verdict, FIELDS);
    }
    tally.finish();
}

#[test]
fn every_small_policy_gets_headscales_verdict_and_every_device_what_headscale_gave_it() {
    compare(&small_policies());
}

#[test]
fn every_captured_policy_gets_headscales_verdict_and_every_device_what_headscale_gave_it() {
    compare(&captured_policies());
}
