//! Writes the inputs of `benches/peers/compare` to a folder.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a program for benchmarks that cannot go on should panic")]

use std::fs;
use std::path::PathBuf;

use policy_generate::{large, tailnet};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("the argument is a folder"));
    fs::create_dir_all(&folder).unwrap();
    for rules in [300, 10_000] {
        fs::write(folder.join(format!("{rules}-rules.hujson")), large::policy(rules)).unwrap();
    }
    let json: serde_json::Value = serde_json::from_str(&large::plain(&large::policy(10_000))).unwrap();
    fs::write(folder.join("10000-rules.json"), json.to_string()).unwrap();
    for (rules, devices) in [(1000, 1000), (10_000, 1000), (10_000, 10_000)] {
        let (policy, facts) = tailnet::tailnet(rules, devices);
        fs::write(folder.join(format!("{rules}x{devices}.policy.json")), policy).unwrap();
        fs::write(folder.join(format!("{rules}x{devices}.facts.json")), facts).unwrap();
    }
}
