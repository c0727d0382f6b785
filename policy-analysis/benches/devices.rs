//! Measures the time to compile what each device gets, and its growth with rules and devices.
//!
//! `cargo bench -p tailnet-policy-analysis --bench devices` shows times, then a table of growth and
//! memory.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_analysis::Analysis;
use policy_analysis::compile::Compiled;
use policy_core::{Policy, ValidPolicy};

/// Numbers of rules and of devices.
const SIZES: [(usize, usize); 4] = [(100, 100), (100, 1_000), (1_000, 100), (1_000, 1_000)];
/// Sizes beyond any real tailnet, for the table only.
const LARGE: [(usize, usize); 3] = [(3_000, 3_000), (10_000, 1_000), (10_000, 10_000)];

fn main() {
    divan::main();
    // Only `cargo bench` passes this option. Tests run every benchmark once and measure nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        print_growth();
    }
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn compile(bencher: Bencher, (rules, devices): (usize, usize)) {
    let policy = policy(rules, devices);
    bencher.bench_local(|| black_box(&policy).compile());
}

#[divan::bench(args = SIZES, sample_count = 5)]
fn write(bencher: Bencher, (rules, devices): (usize, usize)) {
    let policy = policy(rules, devices);
    let compiled = policy.compile();
    bencher.bench_local(|| bytes_written(black_box(&compiled)));
}

fn policy(rules: usize, devices: usize) -> ValidPolicy {
    let (policy, facts) = policy_generate::tailnet::tailnet(rules, devices);
    Policy::with_facts(&policy, &facts).validate().unwrap()
}

/// Writes what each device gets, as `policy compile` does, and returns the number of bytes.
fn bytes_written(compiled: &Compiled) -> usize {
    let wire = compiled.netmap_json();
    let mut text = String::new();
    (0..compiled.tailnet.devices.len())
        .map(|device| {
            text.clear();
            wire.device(device, &mut text);
            black_box(text.len())
        })
        .sum()
}

/// Prints the time for each pair of a rule and a device that it concerns. It should not grow.
fn print_growth() {
    println!(
        "\n{:>7} {:>8} {:>12} {:>10} {:>9} {:>10} {:>9} {:>9}",
        "rules", "devices", "destinations", "compiled", "each", "written", "output", "peak"
    );
    for (rules, devices) in SIZES.into_iter().chain(LARGE) {
        let policy = policy(rules, devices);
        let (compiling, compiled) = timed(|| policy.compile());
        let (writing, bytes) = timed(|| bytes_written(&compiled));
        let destinations = destinations(&compiled);
        let each = compiling.as_secs_f64() * 1e9 / destinations as f64;
        println!(
            "{rules:>7} {devices:>8} {destinations:>12} {compiling:>10.1?} {each:>6.1} ns {writing:>10.1?} {:>6} MB {:>9}",
            bytes / 1_000_000,
            peak_memory().unwrap_or_default(),
        );
    }
}

/// Returns the number of destinations in all packet filters together.
fn destinations(compiled: &Compiled) -> usize {
    let wire = compiled.netmap_json();
    let mut text = String::new();
    (0..compiled.tailnet.devices.len())
        .map(|device| {
            text.clear();
            wire.device(device, &mut text);
            text.matches("\"First\"").count()
        })
        .sum()
}

fn timed<T>(run: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(run());
    (start.elapsed(), result)
}

/// Returns the peak memory use of the process so far, if the system reports it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes: u64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{} MB", kilobytes / 1024))
}
