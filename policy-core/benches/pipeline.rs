//! Benchmarks of each step from text to findings on a large policy, compared with `serde_json`,
//! which reads the same bytes as plain JSON.
//!
//! `cargo bench -p policy-core` prints times, followed by the same times as multiples of
//! `serde_json`'s.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_core::check::check;
use policy_core::hujson::Document;
use policy_core::testing::test_outcomes;
use policy_core::{Diagnostic, Policy, hujson};
use serde_json::Value;

/// The numbers of grants to measure.
const SIZES: [usize; 2] = [10_000, 100_000];

fn main() {
    divan::main();
    // `cargo bench` passes this argument. Tests run every benchmark once without measuring.
    if std::env::args().any(|argument| argument == "--bench") {
        print_ratios();
    }
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn serde_json_value(bencher: Bencher, grants: usize) {
    let text = policy_generate::large::plain(&policy_generate::large::policy(grants));
    bencher.bench(|| serde_json_once(black_box(&text)));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn parse(bencher: Bencher, grants: usize) {
    let text = policy_generate::large::policy(grants);
    bencher.bench(|| Document::parse(black_box(text.as_str())).unwrap());
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn format(bencher: Bencher, grants: usize) {
    let document = Document::parse(policy_generate::large::policy(grants)).unwrap();
    bencher.bench(|| black_box(&document).format());
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn read(bencher: Bencher, grants: usize) {
    let document = Document::parse(policy_generate::large::policy(grants)).unwrap();
    bencher.bench(|| hujson::read(black_box(&document)));
}

#[divan::bench(name = "check", args = SIZES, sample_count = 20)]
fn check_policy(bencher: Bencher, grants: usize) {
    let policy = Policy::parse(policy_generate::large::policy(grants));
    bencher.bench(|| check(black_box(&policy)));
}

/// A policy with as many targets of tests as grants.
#[divan::bench(args = [10_000, 30_000], sample_count = 20)]
fn tests(bencher: Bencher, grants: usize) {
    let policy = Policy::parse(policy_generate::large::policy_with_tests(grants));
    assert!(policy.unreadable.is_empty());
    bencher.bench(|| test_outcomes(black_box(&policy)));
}

fn serde_json_once(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Does everything with a policy: reads, formats and checks it.
fn everything(text: &str) -> (Document, String, Policy, Vec<Diagnostic>) {
    let document = Document::parse(text).unwrap();
    let formatted = document.format();
    let policy = hujson::read(&document);
    let findings = check(&policy);
    (document, formatted, policy, findings)
}

/// Prints a table of each step, as multiples of the time that `serde_json` needs for the same
/// bytes.
fn print_ratios() {
    println!("\ntimes of `serde_json` for the same bytes (aims: parse 3, everything 12; both the same for every size)");
    println!("{:>8} {:>10} {:>14} {:>8} {:>12}", "grants", "bytes", "serde_json", "parse", "everything");
    for grants in SIZES {
        let text = policy_generate::large::policy(grants);
        let plain = policy_generate::large::plain(&text);
        let rounds = 500_000 / grants;
        let unit = fastest(rounds, || serde_json_once(&plain));
        let times = |time: Duration| time.as_secs_f64() / unit.as_secs_f64();
        let parse = times(fastest(rounds, || Document::parse(text.as_str()).unwrap()));
        let everything = times(fastest(rounds, || everything(&text)));
        println!("{grants:>8} {:>10} {unit:>14.2?} {parse:>8.2} {everything:>12.2}", text.len());
    }
}

/// Returns the shortest time of several runs, which other processes disturbed least. As in divan,
/// dropping the result is not counted.
fn fastest<T>(rounds: usize, run: impl Fn() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        let result = black_box(run());
        let time = start.elapsed();
        drop(result);
        time
    };
    (0..rounds).map(once).min().unwrap_or_default()
}
