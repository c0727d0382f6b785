//! Tests that the commands on some pages print what the pages show.
//!
//! The commands of a page are run from top to bottom, in a folder for that page. A `hujson` block
//! is written to `policy.hujson`, an `invariants` block to `policy.invariants`, a `json` block to
//! `facts.json` and a `yaml` block to `services.yaml`. In a `console` block, `$ ` begins a command,
//! and its output follows. A `rust` block with a policy is the output of `policy import
//! policy.hujson`. `UPDATE_SNAPSHOTS=1` writes the current output.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use policy_test_support::{process, root, snapshot};

use crate::markdown::{Piece, pieces};

/// The pages whose commands are run.
const PAGES: [&str; 4] = ["getting-started.md", "checks.md", "names.md", "scan.md"];

/// Runs `policy …` in a folder, and returns everything that it prints.
fn output(line: &str, folder: &Path) -> String {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("policy"), "{line}");
    let run = process::run(env!("CARGO_BIN_EXE_standalone"), folder, &words.collect::<Vec<_>>());
    let printed = format!("{}{}", run.stdout, run.stderr);
    // The time that tests take differs between runs.
    let without_time = printed.lines().map(|line| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with("ms)") => before,
        _ => line,
    });
    without_time.map(|line| format!("{line}\n")).collect()
}

/// Returns the page with the current output of its commands.
fn updated(page: &str, folder: &Path) -> String {
    let mut out = String::new();
    for piece in pieces(page) {
        let (language, text) = match piece {
            Piece::Line(line) => {
                writeln!(out, "{line}").unwrap();
                continue;
            }
            Piece::Block { language, text } => (language, text),
        };
        let file = match language {
            "hujson" => Some("policy.hujson"),
            "invariants" => Some("policy.invariants"),
            "json" => Some("facts.json"),
            "yaml" => Some("services.yaml"),
            _ => None,
        };
        if let Some(file) = file {
            fs::write(folder.join(file), &text).unwrap();
        }
        let text = match language {
            "console" => text
                .lines()
                .filter_map(|line| line.strip_prefix("$ "))
                .map(|line| format!("$ {line}\n{}", output(line, folder)))
                .collect::<Vec<_>>()
                .join("\n"),
            "rust" if text.starts_with("policy_macros::policy! {") => output("policy import policy.hujson", folder),
            _ => text,
        };
        write!(out, "```{language}\n{text}```\n").unwrap();
    }
    out
}

#[test]
fn pages_show_what_commands_print() {
    for name in PAGES {
        let path = root().join("docs").join(name);
        let page = fs::read_to_string(&path).unwrap();
        assert!(page.contains("```console\n$ policy "), "{name} has no commands");
        let folder = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("book_{name}"));
        let updated = updated(&page, &folder);
        if snapshot::should_update() {
            fs::write(&path, updated).unwrap();
            continue;
        }
        for (is, should) in page.lines().zip(updated.lines()) {
            assert_eq!(is, should, "{name}: UPDATE_SNAPSHOTS=1 updates the page");
        }
        assert_eq!(page, updated, "{name}");
    }
}
