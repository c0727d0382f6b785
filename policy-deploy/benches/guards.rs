//! The time that the guards take for a large tailnet.
//!
//! `cargo bench -p tailnet-policy-deploy --bench guards` prints it for 1,000 rules and 1,000
//! devices.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::time::Instant;

use divan::{Bencher, black_box};
use policy_analysis::Analysis;
use policy_analysis::query::Asker;
use policy_core::access::PortSet;
use policy_core::model::Protocol;
use policy_core::{Policy, ValidPolicy};
use policy_deploy::guard::{GuardInput, check};

fn main() {
    divan::main();
    // Only `cargo bench` passes this option. Tests run every benchmark once and measure nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        print_parts();
    }
}

/// Prints the time of each analysis that the guards use.
fn print_parts() {
    for edit in EDITS {
        let [live, wanted] = pair(edit);
        let users: Vec<Asker> = live.facts.users.iter().take(10).map(|user| Asker::User(&user.email)).collect();
        let port = PortSet::single(Protocol::TCP, 22);
        let parts: [(&str, &dyn Fn() -> usize); 4] = [
            ("lost access of ten users", &|| live.lost_access(&wanted, &users, Some(&port)).unwrap().len()),
            ("lost access of a device", &|| live.lost_access(&wanted, &[Asker::Device(0)], None).unwrap().len()),
            ("count of losses", &|| usize::try_from(live.count_losses(&wanted).lost).unwrap()),
            ("difference", &|| live.diff(&wanted).changes.len()),
        ];
        for (name, run) in parts {
            let start = Instant::now();
            let found = run();
            println!("{edit:<24} {name:<28} {found:>10} {:>10.2?}", start.elapsed());
        }
    }
}

const EDITS: [&str; 3] = ["nothing", "one rule in a hundred", "a port in every rule"];

/// Returns a policy with 1,000 rules, and facts with 1,000 devices, 250 users and ten admins among
/// them. In the wanted policy, one rule in a hundred has another port, or every one has.
fn pair(edit: &str) -> [ValidPolicy; 2] {
    let (live, facts) = policy_generate::tailnet::tailnet(1_000, 1_000);
    let facts = facts.replacen("\"role\":\"member\"", "\"role\":\"admin\"", 10);
    let wanted = match edit {
        "nothing" => format!("// The same\n{live}"),
        "one rule in a hundred" => live.replace("01\"]", "02\"]"),
        _ => live.replace("\"443\"", "\"8443\""),
    };
    [live, wanted].map(|text| Policy::with_facts(&text, &facts).validate().unwrap())
}

#[divan::bench(args = EDITS, sample_count = 3)]
fn all_guards(bencher: Bencher, edit: &str) {
    let [live, wanted] = pair(edit);
    let input = GuardInput { me: Some("d0"), deny_new_access: true, ..GuardInput::default() };
    bencher.bench(|| check(black_box(&live), black_box(&wanted), black_box(&input)));
}
