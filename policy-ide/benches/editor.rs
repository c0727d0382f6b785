//! Measures the time of each question about a large policy file.
//!
//! `cargo bench -p tailnet-policy-ide` shows the times with 1,000 and with 10,000 grants.
//! `cargo bench -p tailnet-policy --bench lsp` measures how long an editor waits.

use divan::{Bencher, black_box};
use policy_core::Policy;
use policy_core::source::FileId;
use policy_ide::{Snapshot, completions, folds, hover, recover, symbols, tokens};

/// Numbers of grants.
const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    divan::main();
}

fn text(grants: usize) -> String {
    policy_generate::large::policy_with_tests(grants)
}

/// Benchmarks a question about a new snapshot, which knows nothing yet.
fn ask<T>(bencher: Bencher, grants: usize, question: impl Fn(&Snapshot, &str, usize) -> T + Sync) {
    let text = text(grants);
    let at = text.rfind("\"tag:").map_or(0, |quote| quote + 3);
    let new = || Snapshot::new(&text, Policy::parse);
    bencher.with_inputs(new).bench_local_refs(|snapshot| question(black_box(snapshot), &text, at));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn snapshot(bencher: Bencher, grants: usize) {
    let text = text(grants);
    bencher.bench_local(|| Snapshot::new(black_box(&text), Policy::parse));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn snapshot_of_a_broken_text(bencher: Bencher, grants: usize) {
    let text = text(grants).replacen("\"src\"", "\"src", 1);
    bencher.bench_local(|| Snapshot::new(black_box(&text), Policy::parse));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn recover_a_broken_text(bencher: Bencher, grants: usize) {
    let text = text(grants).replacen("\"src\"", "\"src", 1);
    bencher.bench_local(|| recover(black_box(&text)).len());
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn fold(bencher: Bencher, grants: usize) {
    let text = text(grants);
    bencher.bench_local(|| folds(black_box(&text)));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn all_names(bencher: Bencher, grants: usize) {
    ask(bencher, grants, |snapshot, _, _| snapshot.names().len());
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn explain(bencher: Bencher, grants: usize) {
    ask(bencher, grants, |snapshot, _, at| hover(snapshot, FileId::Policy, at));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn complete(bencher: Bencher, grants: usize) {
    ask(bencher, grants, completions);
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn outline(bencher: Bencher, grants: usize) {
    ask(bencher, grants, |snapshot, _, _| symbols(snapshot));
}

#[divan::bench(args = SIZES, sample_count = 10)]
fn colours(bencher: Bencher, grants: usize) {
    ask(bencher, grants, |snapshot, _, _| tokens(snapshot, FileId::Policy, 0..usize::MAX));
}
