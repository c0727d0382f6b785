//! Compares every answer with packets between real Tailscale nodes.
//!
//! The nodes are those of Tailscale itself, in network namespaces. They get what this project
//! compiles from a control server in `programs/control`. Each connection is opened, and the result
//! compared with `explain`.
//!
//! `POLICIES=5` tries so many random policies of each shape, `CONNECTIONS=2000` so many connections
//! under each, and an argument selects policies by a part of their name.

mod change;
mod comparison;
mod policies;
mod questions;
mod seed;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use policy_network::lab::Lab;
use policy_network::sandbox;
use policy_test_support::{require, root};

use comparison::{Totals, compare};

/// The Go programs: ours, and Tailscale's.
const PROGRAMS: [&str; 3] = ["./control", "./probe", "tailscale.com/cmd/tailscaled"];

/// Returns the folder of the programs, which is kept between runs.
fn tools() -> PathBuf {
    let output = Command::new(root().join(".ci/tool-folder")).arg("network").output().unwrap();
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}

fn main() -> ExitCode {
    let (is_inside, arguments) = sandbox::arguments();
    let only: Vec<&str> = arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with('-')).collect();
    if is_inside {
        return run(&tools(), &only);
    }
    let names = ["matrix".to_owned(), seed::case().name].into_iter().chain(policies::all().map(|case| case.name));
    if arguments.iter().any(|argument| argument == "--list") || !names.into_iter().any(|name| is_meant(&only, &name)) {
        return ExitCode::SUCCESS;
    }
    let obstacle = sandbox::obstacle();
    let missing = format!("real nodes are not tried: {}", obstacle.as_deref().unwrap_or_default());
    let Some(()) = require::or_skip(obstacle.is_none().then_some(()), &missing) else { return ExitCode::SUCCESS };
    let tools = tools();
    std::fs::create_dir_all(&tools).unwrap();
    let Some(()) = require::go_programs("tests/network/programs", &tools, &PROGRAMS) else { return ExitCode::SUCCESS };
    sandbox::run_inside(&arguments)
}

/// Returns whether a name has one of the texts in it. Without texts, every name is meant.
fn is_meant(only: &[&str], name: &str) -> bool {
    only.is_empty() || only.iter().any(|only| name.contains(only))
}

fn run(tools: &Path, only: &[&str]) -> ExitCode {
    let start = Instant::now();
    let folder = sandbox::enter();
    let mut lab = Lab::start(&folder, tools);
    eprintln!("{} nodes are up after {:.1} s", policy_network::nodes::names().len(), start.elapsed().as_secs_f64());
    let mut all = Totals::default();
    let mut add = |name: &str, try_it: &mut dyn FnMut() -> Option<Totals>| {
        if !is_meant(only, name) {
            return;
        }
        let begun = Instant::now();
        let Some(totals) = try_it() else { return };
        eprintln!("{name}: {totals} in {:.1} s", begun.elapsed().as_secs_f64());
        for difference in &totals.differences {
            eprintln!("    {difference}");
        }
        all.add(totals);
    };
    add("matrix", &mut || Some(seed::matrix(&mut lab)));
    for case in [seed::case()].into_iter().chain(policies::all()) {
        add(&case.name, &mut || {
            let (asked, tailnet) = case.read(&case.policy)?;
            Some(compare(&mut lab, &case.name, &asked, &case.policy, &tailnet))
        });
        add(&format!("{}, changed", case.name), &mut || change::compare(&mut lab, &case));
    }
    eprintln!("network: {all} in {:.1} s", start.elapsed().as_secs_f64());
    // A laboratory in which nothing passes would agree with most answers.
    assert!(!only.is_empty() || all.open > 1000 && all.changes > 0 && all.logins > 100, "too little was open");
    ExitCode::from(u8::from(!all.differences.is_empty()))
}
