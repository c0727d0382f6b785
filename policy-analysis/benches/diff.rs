//! The time that the comparison of two large policies takes.
//!
//! `cargo bench -p tailnet-policy-analysis --bench diff` shows times, then their growth with the
//! number of grants.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_analysis::Analysis;
use policy_core::{Policy, ValidPolicy};

/// Numbers of grants.
const SIZES: [usize; 3] = [1_000, 10_000, 30_000];

/// Returns the new policy for an old one.
type Edit = fn(&str) -> String;

/// Each edit by its title.
const CHANGES: [(&str, Edit); 5] = [
    ("reformatted", |text| format!("// The same\n{text}")),
    ("one rule in a hundred", |text| text.replace("\"udp:53\", \"443\"", "\"udp:53\", \"8443\"")),
    ("a port in most rules", |text| text.replace("\"443\"", "\"8443\"").replace("\"udp:53\"", "\"udp:54\"")),
    ("all access", |_| r#"{"grants": [{"src": ["*"], "dst": ["*"], "ip": ["*"]}]}"#.to_owned()),
    ("one more port in every rule", |text| text.replace("\"ip\": [", "\"ip\": [\"tcp:9\", ")),
];

fn main() {
    divan::main();
    // Only `cargo bench` passes this option. Tests run every benchmark once and measure nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        print_growth();
    }
}

fn pair(grants: usize, change: Edit) -> (ValidPolicy, ValidPolicy) {
    let old = policy_generate::large::policy(grants);
    let new = change(&old);
    assert_ne!(old, new);
    (Policy::parse(old).validate().unwrap(), Policy::parse(new).validate().unwrap())
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn reformatted(bencher: Bencher, grants: usize) {
    let (old, new) = pair(grants, CHANGES[0].1);
    bencher.bench(|| black_box(&old).diff(black_box(&new)));
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn one_more_port_in_every_rule(bencher: Bencher, grants: usize) {
    let (old, new) = pair(grants, CHANGES[4].1);
    bencher.bench(|| black_box(&old).diff(black_box(&new)));
}

/// Prints the time of each edit, and its growth, as a table.
fn print_growth() {
    println!("\n{:<28} {:>8} {:>10} {:>12} {:>8}", "change", "grants", "lines", "time", "growth");
    for (name, change) in CHANGES {
        let mut before: Option<(usize, Duration)> = None;
        for grants in SIZES {
            let (old, new) = pair(grants, change);
            let start = Instant::now();
            let lines = old.diff(&new).changes.len();
            let time = start.elapsed();
            let growth = before.map_or(String::new(), |(fewer, less)| {
                format!("{:.1}/{:.0}", time.as_secs_f64() / less.as_secs_f64(), grants as f64 / fewer as f64)
            });
            println!("{name:<28} {grants:>8} {lines:>10} {time:>12.2?} {growth:>8}");
            before = Some((grants, time));
        }
    }
}
