//! Checks that the same packets pass in every tailnet after redundant parts are removed.

use std::ops::Range;

use policy_core::Policy;
use policy_oracle::network::Network;
use policy_oracle::world::facts;
use serde_json::Value;

use crate::packets::open;
use crate::{Checked, Difference, worlds};

pub(crate) fn check(case: &Value) -> Checked {
    let mut checked = Checked::default();
    let policy = &case["policy"];
    let bare = redundant(policy, "{}");
    for world in worlds(case) {
        let known = redundant(policy, &facts(world).to_string());
        let Some(whole) = Network::new(policy, world) else { continue };
        let whole = open(&whole);
        for (kind, parts) in [
            ("without what is redundant, a packet is lost", &bare),
            ("without what is redundant with facts, a packet is lost", &known),
        ] {
            // All redundant parts can be removed together.
            let text = policy.to_string();
            let removed: Vec<&str> = parts.iter().map(|range| &text[range.clone()]).collect();
            let Some(less) = without(&text, parts).filter(|_| !parts.is_empty()) else { continue };
            checked.questions += 1;
            let Some(rest) = Network::new(&less, world) else {
                checked.differences.push(Difference::new(
                    "without what is redundant, the policy is not valid",
                    format!("{removed:?}"),
                ));
                continue;
            };
            let rest = open(&rest);
            let left = |flow| rest.get(flow).copied().unwrap_or_default();
            if let Some((flow, packets)) = whole.iter().find(|(flow, packets)| **packets & !left(flow) != 0) {
                let what = format!("{removed:?}: {flow:?} {packets:b} {:b}", left(flow));
                checked.differences.push(Difference::new(kind, what));
            }
        }
    }
    checked
}

/// Returns the redundant parts of a policy's text.
fn redundant(policy: &Value, facts: &str) -> Vec<Range<usize>> {
    let findings = Policy::with_facts(policy.to_string().as_str(), facts).check();
    let redundant = findings.iter().filter(|finding| finding.code.name() == "redundant-rule");
    redundant.map(|finding| finding.origin.range()).collect()
}

/// Returns a policy without some parts of its text.
fn without(text: &str, parts: &[Range<usize>]) -> Option<Value> {
    let mut text = text.to_owned();
    let mut parts = parts.to_vec();
    parts.sort_by_key(|part| std::cmp::Reverse(part.start));
    for part in parts {
        let mut part = part;
        if text[part.end..].starts_with(',') {
            part.end += 1;
        } else if text[..part.start].ends_with(',') {
            part.start -= 1;
        }
        text.replace_range(part, "");
    }
    serde_json::from_str(&text).ok()
}
