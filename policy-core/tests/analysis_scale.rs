//! How long the proofs about a large policy take, unoptimised as the macro is in an operator's build.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

#[path = "generate/mod.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod generate;

use std::time::{Duration, Instant};

use policy_core::Policy;
use policy_core::analyze::{Space, redundancies, violations};

/// Ten invariants of every kind, some of which hold.
const FACTS: &str = r#"{"invariants": [
    {"kind": "never", "src": ["autogroup:member"], "targets": [{"dst": ["tag:service-1", "tag:service-2"], "ip": ["tcp:22"]}]},
    {"kind": "never", "src": ["*"], "targets": [{"dst": ["10.200.0.0/16"], "ip": ["tcp:1-79"]}]},
    {"kind": "never", "src": ["autogroup:tagged"], "targets": [{"dst": ["autogroup:member"]}]},
    {"kind": "never", "src": ["group:team-1"], "src_except": ["group:team-2"], "targets": [{"dst": ["tag:service-9"], "ip": ["icmp:*"]}]},
    {"kind": "only", "src": ["tag:service-3"], "targets": [{"dst": ["autogroup:tagged"]}, {"dst": ["10.0.0.0/8"]}]},
    {"kind": "only", "src": ["person-1@example.com"], "targets": [{"dst": ["*"], "ip": ["*"]}], "except": [{"dst": ["autogroup:member"]}]},
    {"kind": "isolated", "src": ["tag:service-4"]},
    {"kind": "isolated", "src": ["tag:service-5"], "except": [{"dst": ["*"]}]},
    {"kind": "isolated", "src": ["10.5.0.0/16"]},
    {"kind": "never", "src": ["*"], "targets": [{"dst": ["*"], "ip": ["gre:*", "47:*"]}]}
]}"#;

#[test]
#[ignore = "it measures"]
fn a_large_policy_is_proved_in_no_time_to_speak_of() {
    for grants in [3_000, 10_000, 30_000] {
        let policy = Policy::with_facts(&generate::policy(grants), FACTS);
        let time = |run: &dyn Fn() -> usize| {
            let start = Instant::now();
            (run(), start.elapsed())
        };
        let start = Instant::now();
        let space = Space::new(&policy);
        let classes = start.elapsed();
        let (broken, invariants) = time(&|| violations(&space).len());
        let (needless, redundancy) = time(&|| redundancies(&space).len());
        let all: Duration = classes + invariants + redundancy;
        println!(
            "{grants} grants, {} by {} classes in {classes:?}; 10 invariants ({broken} broken) in {invariants:?}; \
             {needless} needless parts in {redundancy:?}; all in {all:?}",
            space.sources.len(),
            space.destinations.len(),
        );
    }
}
