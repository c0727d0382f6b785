//! Tests of docs/editors.md and editors/vscode with real editors: each opens a policy with a
//! misspelt tag, fixes it, renames a tag, formats and saves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod emacs;
mod grammars;
mod neovim;
mod vscode;
mod zed;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use policy_core::Policy;
use policy_test_support::{process, root};
use serde_json::Value;

/// A policy with a misspelt tag, which is not formatted.
const TEXT: &str = r#"{
	"groups": {"group:eng": ["alice@example.com", "bob@example.com"]},
	"tagOwners": {
		// The wiki of the company
		"tag:web": ["group:eng"],
		"tag:db":  ["group:eng"],
	},
	"grants": [
		{"src": ["group:eng"], "dst":  ["tag:web"], "ip": ["tcp:443"]},
		{"src": ["tag:web"], "dst": ["tag:bd"], "ip": ["tcp:5432"]},
	],
	"tests": [
		{"src": "alice@example.com", "accept": ["tag:web:443"]},
	],
}
"#;

/// The same policy after the fix, the rename and the formatting.
fn edited() -> String {
    Policy::parse(TEXT.replace("tag:bd", "tag:db").replace("tag:web", "tag:wiki")).to_hujson()
}

/// Returns a block of a section of docs/editors.md, by its language and its number.
fn snippet(heading: &str, language: &str, number: usize) -> String {
    let page = fs::read_to_string(root().join("docs/editors.md")).unwrap();
    let section = page.split(&format!("\n### {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let section = section.split("\n### ").next().unwrap();
    let block = section.split(&format!("```{language}\n")).nth(number + 1);
    block
        .unwrap_or_else(|| panic!("{heading}: no block {number} of {language}"))
        .split("```")
        .next()
        .unwrap()
        .to_owned()
}

/// Makes a directory with the policy and facts, and a program `policy` in a folder `bin` of it.
fn project(test: &str) -> PathBuf {
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("editors/{test}"));
    fs::write(directory.join("policy.hujson"), TEXT).unwrap();
    fs::write(directory.join("tailnet.json"), "{}\n").unwrap();
    fs::create_dir(directory.join("bin")).unwrap();
    let program = directory.join("bin").join(format!("policy{}", std::env::consts::EXE_SUFFIX));
    // A hard link is as good as a copy, and needs no space.
    fs::hard_link(env!("CARGO_BIN_EXE_standalone"), program).unwrap();
    directory
}

/// Returns `PATH` with the folder of the program `policy` first.
fn path(project: &Path) -> OsString {
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([project.join("bin")].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// Edits a policy in an editor, and compares what its script has seen, and the file.
fn edit(test: &str, editor: &Path, init: (&str, String), arguments: &[&str]) {
    let project = project(test);
    fs::write(project.join(init.0), init.1).unwrap();
    let mut command = process::command(editor, &project, arguments);
    command.env("PATH", path(&project)).env("POLICY_TODAY", "2027-03-17");
    command.env("HOME", &project).env_remove("XDG_CONFIG_HOME").env("XDG_STATE_HOME", &project);
    let run = process::Run::from(command.output().unwrap());
    assert_eq!(run.status, Some(0), "{editor:?}: {}{}", run.stdout, run.stderr);
    let seen: Value = serde_json::from_str(&fs::read_to_string(project.join("seen.json")).unwrap()).unwrap();
    let finding = seen["finding"].as_str().unwrap();
    assert!(finding.contains("undefined tag `tag:bd`\nhelp: did you mean `tag:db`?"), "{seen}");
    assert_eq!(seen["action"], "did you mean `tag:db`?");
    assert!(seen["hover"].as_str().unwrap().contains("Members: `alice@example.com`, `bob@example.com`"), "{seen}");
    assert!(seen["completion"].as_array().unwrap().iter().any(|label| label == "tag:db:"), "{seen}");
    assert_eq!(seen["definition"].as_str().unwrap().trim(), "\"tag:web\": [\"group:eng\"],");
    assert_eq!(fs::read_to_string(project.join("policy.hujson")).unwrap(), edited(), "{editor:?}");
    assert!(!run.stderr.contains("rror"), "{editor:?}: {}", run.stderr);
}
