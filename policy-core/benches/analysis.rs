//! How long the proofs about a large policy take, and how that grows with its grants.
//!
//! `cargo bench -p policy-core --bench analysis` shows times, and after them a table of growth. An operator's macro is not
//! optimised; `cargo bench -p policy-core --bench analysis --profile dev` tells what it waits for.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_core::Policy;
use policy_core::proof::classes::AccessClasses;
use policy_core::proof::invariant::violations;
use policy_core::proof::redundancy::redundancies;

/// Numbers of grants.
const SIZES: [usize; 4] = [1_000, 3_000, 10_000, 30_000];

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

fn main() {
    divan::main();
    // Only `cargo bench` says so; tests run every benchmark once, and measure nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        print_growth();
    }
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn classes(bencher: Bencher, grants: usize) {
    let policy = policy(grants);
    bencher.bench_local(|| AccessClasses::new(black_box(&policy)));
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn invariants(bencher: Bencher, grants: usize) {
    let policy = policy(grants);
    let space = AccessClasses::new(&policy);
    bencher.bench_local(|| violations(black_box(&space)).len());
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn redundancy(bencher: Bencher, grants: usize) {
    let policy = policy(grants);
    let space = AccessClasses::new(&policy);
    bencher.bench_local(|| redundancies(black_box(&space)).len());
}

/// Every grant from the same people to the same tags, on a port of its own.
#[divan::bench(args = SIZES, sample_count = 5)]
fn redundancy_of_ports(bencher: Bencher, grants: usize) {
    let rule = |port| format!(r#"{{"src": ["autogroup:member"], "dst": ["tag:web", "tag:db"], "ip": ["{port}"]}}"#);
    let rules: Vec<String> = (1..=grants).map(rule).collect();
    let policy =
        Policy::parse(format!(r#"{{"tagOwners": {{"tag:web": [], "tag:db": []}}, "grants": [{}]}}"#, rules.join(",")));
    let space = AccessClasses::new(&policy);
    bencher.bench_local(|| assert_eq!(redundancies(black_box(&space)), []));
}

fn policy(grants: usize) -> Policy {
    let policy = Policy::with_facts(&policy_generate::large::policy(grants), FACTS);
    assert_eq!(policy.unreadable, []);
    policy
}

/// All that the macro proves, and what a grant costs at each size beside the smallest.
fn print_growth() {
    println!(
        "\nprocessor time of classes, ten invariants and exact redundancy (aim: 1 s for 10000 grants, unoptimised)"
    );
    println!(
        "{:>8} {:>15} {:>11} {:>11} {:>11} {:>11} {:>12} {:>8}",
        "grants", "classes", "classes", "invariants", "redundancy", "all", "per grant", "growth"
    );
    let mut smallest = None;
    for grants in SIZES {
        let policy = policy(grants);
        let rounds = (30_000 / grants).clamp(2, 10);
        let (classes, space) = fastest(rounds, || AccessClasses::new(&policy));
        let (invariants, _) = fastest(rounds, || violations(&space).len());
        let (redundancy, _) = fastest(rounds, || redundancies(&space).len());
        let all = classes + invariants + redundancy;
        let per_grant = all.as_secs_f64() * 1e6 / grants as f64;
        println!(
            "{grants:>8} {:>15} {classes:>11.1?} {invariants:>11.1?} {redundancy:>11.1?} {all:>11.1?} {per_grant:>9.1} µs {:>8.2}",
            format!("{} by {}", space.sources.len(), space.destinations.len()),
            per_grant / *smallest.get_or_insert(per_grant),
        );
    }
}

/// The shortest of some runs: the one that the machine disturbed least.
fn fastest<T>(rounds: usize, run: impl Fn() -> T) -> (Duration, T) {
    let start = Instant::now();
    let now = || processor_time().unwrap_or_else(|| start.elapsed());
    let once = || {
        let before = now();
        let result = black_box(run());
        (now().saturating_sub(before), result)
    };
    (1..rounds).fold(once(), |best, _| {
        let next = once();
        if next.0 < best.0 { next } else { best }
    })
}

/// What this process has had so far, where the system tells: on a busy machine time goes by without it.
fn processor_time() -> Option<Duration> {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(Duration::from_nanos(nanoseconds.split_whitespace().next()?.parse().ok()?))
}
