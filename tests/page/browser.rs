//! Tests of the page in Chromium: questions, filters and navigation by keyboard only, and an
//! accessibility check with axe.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use policy_generate::large;
use policy_test_support::{process, require};
use serde_json::Value;

/// Writes the page of a policy, and returns the observations of `browser.js`.
fn visit(test: &str, policy: &str, facts: &str, options: &[&str]) -> Option<(Value, PathBuf)> {
    let (node, chromium) = require::browser()?;
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("page/{test}"));
    fs::write(directory.join("policy.hujson"), policy).unwrap();
    fs::write(directory.join("facts.json"), facts).unwrap();
    let report = ["report", "policy.hujson", "--tailnet", "facts.json", "-o", "page.html"];
    let run = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &report);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("page/browser.js");
    let mut arguments = vec![script.to_str().unwrap(), chromium.to_str().unwrap(), "page.html", "."];
    arguments.extend(options);
    let run = process::run(node, &directory, &arguments);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    Some((serde_json::from_str(&run.stdout).unwrap(), directory))
}

#[test]
fn the_page_can_be_used_with_the_keyboard_alone_at_every_size_and_in_every_theme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let Some((seen, directory)) = visit("keyboard", &read("policy.hujson"), &read("facts.json"), &[]) else { return };
    assert!(seen["axe"].as_u64() > Some(30), "{seen}");
    // The picture in README.md. It depends on fonts and versions, so no test compares it.
    if policy_test_support::snapshot::should_update() {
        let picture = policy_test_support::root().join("docs/images/report.png");
        fs::create_dir_all(picture.parent().unwrap()).unwrap();
        fs::copy(directory.join("readme.png"), picture).unwrap();
    }
}

#[test]
fn a_large_policy_opens_and_says_what_it_leaves_out() {
    let Some((seen, directory)) = visit("large", &large::policy(2000), "{}", &["--open"]) else { return };
    let size = fs::metadata(directory.join("page.html")).unwrap().len();
    let line = format!("page: 400 tags, 2,000 rules, {} KB: {seen}\n", size / 1024);
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    assert!(seen["remarks"].as_array().unwrap().len() > 1, "{seen}");
    assert!(seen["words"].as_u64() > Some(1000), "{seen}");
}
