//! The verdicts of Tailscale's control plane on real policies, where the captures are at hand.
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

use policy_core::check::{check, tailscale_message};
use policy_core::model::Target;
use policy_core::{Code, Diagnostic, Policy, Severity};
use serde_json::{Value, json};

/// Categories in which a verdict never depends on what the rules allow.
const STATIC: &[&str] = &["acl", "grant", "routes", "issue_3212", "ssh", "nodeattrs"];
/// Categories with tests, of which some pass or fail by what the rules allow.
const EVALUATED: &[&str] = &["policytest", "sshtest"];

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

fn findings(case: &Value) -> Vec<Diagnostic> {
    let facts = json!({"users": case["users"], "nodes": case["nodes"]});
    check(&Policy::with_facts(&case["policy"].to_string(), &facts.to_string()))
}

fn errors(findings: &[Diagnostic]) -> Vec<&Diagnostic> {
    findings.iter().filter(|finding| finding.severity() == Severity::Error).collect()
}

/// Whether an oddity of the capture makes this of it no evidence.
fn is_odd(case: &Value, what: &str) -> bool {
    let quirks = case["quirks"].as_array();
    quirks.is_some_and(|quirks| {
        quirks.iter().any(|quirk| quirk["affects"].as_array().is_some_and(|affects| affects.iter().any(|a| a == what)))
    })
}

#[test]
fn every_verdict_is_tailscales() {
    let mut wrong = Vec::new();
    for category in STATIC {
        for case in cases(category) {
            let findings = findings(&case);
            let rejected = !errors(&findings).is_empty();
            if is_odd(&case, "status") {
                continue;
            }
            if rejected != (case["status"] == "reject") {
                let said: Vec<_> = errors(&findings).iter().map(|error| &error.message).collect();
                wrong.push(format!("{}: Tailscale has {}, we have {said:?}", case["id"], case["status"]));
            } else if rejected && !is_odd(&case, "message") {
                let message = tailscale_message(&findings);
                if message != case["message"].as_str() {
                    wrong.push(format!("{}: Tailscale says {}, we say {message:?}", case["id"], case["message"]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_test_that_passes_is_refused_for_its_shape() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for category in EVALUATED {
        for case in cases(category) {
            let findings = findings(&case);
            let rejected = !errors(&findings).is_empty();
            if case["status"] == "accept" && rejected {
                wrong.push(format!("{}: {:?}", case["id"], errors(&findings)));
            }
            if case["status"] == "reject" && !is_odd(&case, "status") {
                counts.entry(category).or_default()[usize::from(rejected)] += 1;
                // What the rules decide always has the one message; another one is not to be overlooked.
                let message = tailscale_message(&findings);
                if message != case["message"].as_str() && (rejected || case["message"] != Target::FAILED) {
                    wrong.push(format!("{}: Tailscale says {}, we say {message:?}", case["id"], case["message"]));
                }
            }
        }
    }
    for (category, [by_rules, by_shape]) in counts {
        println!("{category}: {by_shape} rejections seen in the entry itself, {by_rules} left to evaluation");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The captures try out oddities, and these are what such a policy should be told. Nothing else is.
const EXPECTED_WARNINGS: &[Code] = &[
    Code::AppWithVia,
    Code::EmptyList,
    Code::ExitRoute,
    Code::PortOrProtocol,
    Code::PrivilegeAttribute,
    Code::RedundantSource,
    Code::SelectorAsAccount,
    Code::ShortCheckPeriod,
    Code::UndeclaredDeviceTag,
];

#[test]
fn accepted_policies_are_warned_of_oddities_only() {
    let mut wrong = Vec::new();
    for category in STATIC.iter().chain(EVALUATED) {
        for case in cases(category).iter().filter(|case| case["status"] == "accept") {
            let findings = findings(case);
            let unexpected = findings.iter().filter(|finding| !EXPECTED_WARNINGS.contains(&finding.code));
            wrong.extend(unexpected.map(|finding| format!("{}: {}", case["id"], finding.message)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
