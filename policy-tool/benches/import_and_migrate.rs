//! Measures the time to import and to migrate a large policy file.
//!
//! `cargo bench -p tailnet-policy` shows times, then the factor by which ten times the rules
//! multiply them.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use policy_core::Policy;
use policy_core::hujson::Document;
use policy_core::json::{Value, json};
use policy_core::model::{Grant, Selector};
use policy_tool::import::{Import, Naming, import};
use policy_tool::migrate::{Migration, migrate};

/// Numbers of grants and of ACLs.
const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    divan::main();
    // Only `cargo bench` passes this option. Tests run every benchmark once and measure nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        print_growth();
    }
}

#[divan::bench(name = "import", args = SIZES, sample_count = 10)]
fn import_file(bencher: Bencher, grants: usize) {
    let text = policy_generate::large::policy(grants);
    bencher.bench(|| imported(black_box(&text)));
}

#[divan::bench(name = "migrate", args = SIZES, sample_count = 10)]
fn migrate_file(bencher: Bencher, acls: usize) {
    let text = policy_with_acls(acls);
    bencher.bench(|| migrated(black_box(&text)));
}

fn imported(text: &str) -> Import {
    import(text, Naming::Lets).unwrap()
}

fn migrated(text: &str) -> Migration {
    let migration = migrate(text).unwrap();
    assert!(migration.had_acls);
    migration
}

/// Returns a policy with an ACL for each grant of the large policy.
fn policy_with_acls(acls: usize) -> String {
    let text = policy_generate::large::policy(acls);
    let document = Document::parse(text.as_str()).unwrap();
    let mut value = document.value(document.root());
    let grants = Policy::parse(text).grants.unwrap();
    let object = value.as_object_mut().unwrap();
    object.remove("grants");
    object.insert("acls".to_owned(), grants.iter().map(acl).collect());
    value.to_string()
}

fn acl(grant: &Grant) -> Value {
    let words = |list: &[Selector]| list.iter().map(|selector| selector.text.to_string()).collect::<Vec<_>>();
    let ports: Vec<String> = grant.ip.iter().map(|spec| spec.ports.to_string()).collect();
    let dst: Vec<String> = words(&grant.dst).iter().map(|host| format!("{host}:{}", ports.join(","))).collect();
    json!({"action": "accept", "src": words(&grant.src), "dst": dst, "proto": "tcp"})
}

fn print_growth() {
    println!("\n{:>8} {:>10} {:>12} {:>12} {:>8}", "", "bytes", "1,000", "10,000", "growth");
    let [few, many] = SIZES;
    let row = |name: &str, text: fn(usize) -> String, run: &dyn Fn(&str)| {
        let [small, large] = [few, many].map(|size| {
            let text = text(size);
            fastest(30_000 / size, || run(&text))
        });
        let growth = large.as_secs_f64() / small.as_secs_f64();
        println!("{name:>8} {:>10} {small:>12.2?} {large:>12.2?} {growth:>8.1}", text(many).len());
    };
    row("import", policy_generate::large::policy, &|text| drop(black_box(imported(text))));
    row("migrate", policy_with_acls, &|text| drop(black_box(migrated(text))));
}

/// Returns the time of the fastest run, which other programs disturbed least.
fn fastest(rounds: usize, run: impl Fn()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..rounds).map(once).min().unwrap_or_default()
}
