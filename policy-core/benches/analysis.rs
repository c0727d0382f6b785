//! Benchmarks of the proofs about a large policy: their time, and its growth with the number of
//! grants.
//!
//! `cargo bench -p tailnet-policy-core --bench analysis` prints times, followed by a table of
//! growth. An operator's macro is not optimised. Add `--profile dev` to measure that case.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_core::Policy;
use policy_core::proof::{AccessClasses, redundancies, violations};

/// The numbers of grants to measure.
const SIZES: [usize; 4] = [1_000, 3_000, 10_000, 30_000];

/// Ten invariants of all kinds. Some are broken.
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
    // `cargo bench` passes this argument. `cargo test` runs every benchmark once without measuring.
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
    let classes = AccessClasses::new(&policy);
    bencher.bench_local(|| violations(black_box(&classes)).len());
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn redundancy(bencher: Bencher, grants: usize) {
    let policy = policy(grants);
    let classes = AccessClasses::new(&policy);
    bencher.bench_local(|| redundancies(black_box(&classes)).len());
}

/// Every grant has the same sources and destinations, and a separate port.
#[divan::bench(args = SIZES, sample_count = 5)]
fn redundancy_of_ports(bencher: Bencher, grants: usize) {
    let rule = |port| format!(r#"{{"src": ["autogroup:member"], "dst": ["tag:web", "tag:db"], "ip": ["{port}"]}}"#);
    let rules: Vec<String> = (1..=grants).map(rule).collect();
    let policy =
        Policy::parse(format!(r#"{{"tagOwners": {{"tag:web": [], "tag:db": []}}, "grants": [{}]}}"#, rules.join(",")));
    let classes = AccessClasses::new(&policy);
    bencher.bench_local(|| assert_eq!(redundancies(black_box(&classes)), []));
}

fn policy(grants: usize) -> Policy {
    let policy = Policy::with_facts(&policy_generate::large::policy(grants), FACTS);
    assert_eq!(policy.unreadable, []);
    policy
}

/// Prints the time of all proofs that the macro makes, and the time per grant relative to the
/// smallest size.
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
        let (time, classes) = fastest(rounds, || AccessClasses::new(&policy));
        let (invariants, _) = fastest(rounds, || violations(&classes).len());
        let (redundancy, _) = fastest(rounds, || redundancies(&classes).len());
        let all = time + invariants + redundancy;
        let per_grant = all.as_secs_f64() * 1e6 / grants as f64;
        println!(
            "{grants:>8} {:>15} {time:>11.1?} {invariants:>11.1?} {redundancy:>11.1?} {all:>11.1?} {per_grant:>9.1} µs {:>8.2}",
            format!("{} by {}", classes.sources.len(), classes.destinations.len()),
            per_grant / *smallest.get_or_insert(per_grant),
        );
    }
}

/// Returns the shortest time of several runs, which other processes disturbed least.
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

/// Returns the processor time of this process, if the system reports it. Other processes do not
/// affect it.
fn processor_time() -> Option<Duration> {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(Duration::from_nanos(nanoseconds.split_whitespace().next()?.parse().ok()?))
}
