//! Tests of the page in Chromium.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use policy_generate::large;
use policy_test_support::process;
use policy_test_support::{require, root, snapshot};
use serde_json::Value;

use crate::built;

/// The pictures in the docs, and those of `keyboard.js`.
const PICTURES: &[(&str, &str)] = &[
    ("playground", "start-1280-light"),
    ("playground-dark", "change-1280-dark"),
    ("playground-phone", "answer-390-light"),
    ("playground-phone-dark", "mistake-390-dark"),
];

/// Runs a script with Chromium, the page and further arguments. Returns its observations.
fn run(script: &str, directory: &Path, arguments: &[&str]) -> Option<Value> {
    let (node, chromium) = require::browser()?;
    let page = built("playground", "index.html")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground").join(script);
    let first = [&script, &chromium, &page].map(|path| path.to_str().unwrap());
    let arguments: Vec<&str> = first.into_iter().chain(arguments.iter().copied()).collect();
    let run = process::run(node, directory, &arguments);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    std::io::stderr().write_all(format!("playground: {}", run.stdout).as_bytes()).unwrap();
    Some(serde_json::from_str(&run.stdout).unwrap())
}

/// Returns a folder with a policy, and another version of it in which `tag:ci` reaches the database.
fn versions(test: &str) -> PathBuf {
    const DEPLOYMENTS: &str = r#"{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]},"#;
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("playground/{test}"));
    let policy = fs::read_to_string(root().join("tests/page/policy.hujson")).unwrap();
    assert!(policy.contains(DEPLOYMENTS));
    let more = format!("{DEPLOYMENTS}\n\t\t{}", r#"{"src": ["tag:ci"], "dst": ["tag:db"], "ip": ["tcp:5432"]},"#);
    fs::write(directory.join("new.hujson"), policy.replace(DEPLOYMENTS, &more)).unwrap();
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    directory
}

#[test]
fn the_playground_can_be_used_with_the_keyboard_alone_at_every_size_and_in_every_theme() {
    let directory = versions("keyboard");
    // The last invariants that the script writes are part of the policy in Rust.
    fs::write(directory.join("policy.invariants"), "never tag:ci -> tag:db on tcp:5432;").unwrap();
    let Some(seen) = run("keyboard.js", &directory, &["policy.hujson", "new.hujson", "."]) else { return };
    assert!(seen["axe"].as_u64() > Some(30), "{seen}");
    let imported = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &["import", "policy.hujson"]);
    assert_eq!(seen["rust"].as_str(), Some(imported.stdout.as_str()));
    // They depend on fonts and versions, so no test compares them.
    if snapshot::should_update() {
        for (name, picture) in PICTURES {
            let target = root().join(format!("docs/images/{name}.png"));
            fs::copy(directory.join(format!("{picture}.png")), target).unwrap();
        }
    }
}

#[test]
fn no_request_leaves_the_page_and_it_works_without_a_network_and_from_a_folder() {
    let directory = versions("network");
    let Some(seen) = run("network.js", &directory, &["policy.hujson", "."]) else { return };
    assert_eq!((seen["afterLoad"].as_u64(), seen["afterLoadWithLink"].as_u64()), (Some(0), Some(0)));
    assert_eq!((seen["offline"].as_str(), seen["folder"].as_str()), (Some("allowed"), Some("allowed")));
}

#[test]
fn after_a_fault_of_the_checker_the_next_question_is_answered() {
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "playground/fault");
    let Some(seen) = run("fault.js", &directory, &[]) else { return };
    assert!(seen["after"].as_str().unwrap().contains("pass"), "{seen}");
}

#[test]
fn a_policy_of_ten_thousand_rules_stays_usable() {
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "playground/speed");
    let names = [100, 1000, 10_000].map(|grants| {
        let name = format!("{grants}.hujson");
        fs::write(directory.join(&name), large::policy(grants)).unwrap();
        name
    });
    let Some(seen) = run("speed.js", &directory, &names.each_ref().map(String::as_str)) else { return };
    // Much more than usual, because other tests run at the same time.
    let large = &seen["policies"][2];
    assert!(large["key"].as_u64() < Some(300) && large["problems"].as_u64() < Some(5000), "{seen}");
    assert!(seen["firstAnswer"].as_u64() < Some(10_000), "{seen}");
}
