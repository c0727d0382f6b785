//! A benchmark of `cargo check` on an operator's crate, by the number of rules in its policy.
//!
//! `cargo bench -p tailnet-policy-macros` writes such crates to a temporary folder and checks them
//! with cargo's defaults, so the macro is not optimised. The important results are the cost of a
//! policy compared with an empty one, and that the cost per rule does not grow with their number.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const RULES: [usize; 4] = [0, 1_000, 10_000, 30_000];
/// The maximum number of tags. A policy has several rules for each of its tags.
const TAGS: usize = 500;
const RULES_PER_TAG: usize = 10;
const ROUNDS: usize = 3;

fn main() {
    // Only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("operator");
    let workspace = Workspace::create(&folder);
    println!(
        "`cargo check` of a crate with one policy, the least of {ROUNDS} runs; processor time is that of both threads"
    );
    println!(
        "(aims: 1000 rules 0.15 s over the empty policy, 10000 rules 1.2 s; an edit costs no more than all of the crate)"
    );
    println!(
        "{:>8} {:>10} {:>10} {:>12} {:>12} {:>12} {:>8}",
        "rules", "cold", "edited", "over empty", "processor", "per rule", "growth"
    );
    let mut empty = Cost::default();
    let mut smallest: Option<f64> = None;
    for rules in RULES {
        let cold = fastest(|_| workspace.check_from_scratch(rules));
        let edited = fastest(|round| workspace.check_after_edit(rules, round));
        if rules == 0 {
            empty = edited;
            println!("{rules:>8} {:>10} {:>10}", seconds(cold.wall), seconds(edited.wall));
            continue;
        }
        let processor = edited.processor.saturating_sub(empty.processor);
        let per_rule = processor.as_secs_f64() * 1e6 / rules as f64;
        let growth = per_rule / *smallest.get_or_insert(per_rule);
        println!(
            "{rules:>8} {:>10} {:>10} {:>12} {:>12} {per_rule:>9.1} µs {growth:>8.2}",
            seconds(cold.wall),
            seconds(edited.wall),
            seconds(edited.wall.saturating_sub(empty.wall)),
            seconds(processor),
        );
    }
}

/// Crates that differ in the size of their policy and share their dependencies.
struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    fn create(folder: &Path) -> Workspace {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let members: Vec<String> = RULES.iter().map(|rules| format!("\"rules-{rules}\"")).collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        write(&folder.join("Cargo.toml"), &manifest);
        // The same versions as in this workspace, which are already downloaded.
        fs::copy(ours.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        for rules in RULES {
            let dependency = |name: &str| format!("tailnet-{name} = {{ path = {:?} }}\n", ours.join(name));
            let manifest = format!(
                "[package]\nname = \"rules-{rules}\"\nedition = \"2024\"\n[dependencies]\n{}{}",
                dependency("policy-core"),
                dependency("policy-macros")
            );
            let member = folder.join(format!("rules-{rules}"));
            write(&member.join("Cargo.toml"), &manifest);
            write(&member.join("src").join("lib.rs"), &source(rules, 0));
        }
        let workspace = Workspace { folder: folder.to_owned() };
        workspace.cargo(&["check", "--workspace"]);
        workspace
    }

    fn check_from_scratch(&self, rules: usize) -> Cost {
        let package = format!("rules-{rules}");
        self.cargo(&["clean", "--package", &package]);
        self.cargo(&["check", "--package", &package])
    }

    /// Checks the crate after an edit, which changes the port of the last rule.
    fn check_after_edit(&self, rules: usize, round: usize) -> Cost {
        let package = format!("rules-{rules}");
        write(&self.folder.join(&package).join("src").join("lib.rs"), &source(rules, round + 1));
        self.cargo(&["check", "--package", &package])
    }

    fn cargo(&self, arguments: &[&str]) -> Cost {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(["--offline", "--quiet"]).current_dir(&self.folder);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        let start = Instant::now();
        let before = processor_time();
        // Otherwise the output would be full of warnings about redundant rules.
        let output = cargo.output().unwrap();
        let wall = start.elapsed();
        let processor = match (before, processor_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => wall,
        };
        let answer = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`cargo {}` fails: {answer}", arguments.join(" "));
        Cost { wall, processor }
    }
}

/// The time that a run took.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// The elapsed time, which is what the operator waits for.
    wall: Duration,
    /// The processor time, which does not depend on other processes.
    processor: Duration,
}

/// Returns the processor time of all finished children so far, if the system reports it.
fn processor_time() -> Option<Duration> {
    let status = fs::read_to_string("/proc/self/stat").ok()?;
    // The fields after the name, which may contain spaces: the state, ten others, this process's
    // two times, and its children's times in hundredths of a second.
    let mut fields = status.rsplit_once(')')?.1.split_whitespace().skip(13);
    let mut hundredths = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (hundredths()? + hundredths()?)))
}

/// Returns the source of a crate with a policy of this many rules. The last one allows port `8000 +
/// edit`.
fn source(rules: usize, edit: usize) -> String {
    let mut policy = String::from("policy_macros::policy! {\n    tagOwners {\n");
    let tags = TAGS.min(rules / RULES_PER_TAG);
    for tag in 0..tags {
        let _ = writeln!(policy, "        /// Service {tag}\n        {} = autogroup:admin;", name(tag));
    }
    policy.push_str("    }\n    grants {\n");
    for rule in 0..rules {
        let port = if rule + 1 == rules { edit } else { rule % 1_000 };
        let _ = writeln!(
            policy,
            "        {}, {} -> {} on tcp:443, tcp:{};",
            name(rule % tags),
            name((rule * 7 + 3) % tags),
            name((rule / tags * 13 + rule * 31 + 5) % tags),
            8_000 + port
        );
    }
    policy.push_str("    }\n}\n");
    policy
}

fn name(tag: usize) -> String {
    if tag.is_multiple_of(3) { format!("tag:k8s-api-n{tag}") } else { format!("tag:service{tag}") }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn fastest(run: impl Fn(usize) -> Cost) -> Cost {
    let costs: Vec<Cost> = (0..ROUNDS).map(run).collect();
    let least = |of: fn(&Cost) -> Duration| costs.iter().map(of).min().unwrap_or_default();
    Cost { wall: least(|cost| cost.wall), processor: least(|cost| cost.processor) }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
