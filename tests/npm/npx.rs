//! `npx tailnet-policy-wasm` beside the native program: the same output, exit status and files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use policy_test_support::process::{self, Run, empty_directory, names};
use policy_test_support::require;

use crate::package;

const POLICY: &str = "{
	\"tagOwners\": {\"tag:web\": [], \"tag:db\": []},
	\"grants\": [
		{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"tcp:5432\", \"tcp:5432\"]},
	],
}
";

/// Command lines, each after `policy`, and whether the policy comes on stdin.
const COMMAND_LINES: &[(&str, bool)] = &[
    ("check policy.hujson", false),
    ("check ./policy.hujson", false),
    ("check ../here/policy.hujson", false),
    ("check misspelt.hujson", false),
    ("check policy.hujson misspelt.hujson", false),
    ("check --format=json misspelt.hujson", false),
    ("check --fix policy.hujson", false),
    ("check --fix --unsafe-fixes misspelt.hujson", false),
    ("check --diff policy.hujson", false),
    ("check --deny-warnings policy.hujson", false),
    ("check -", true),
    ("check nothing.hujson", false),
    ("check --tailnet=facts.json policy.hujson", false),
    ("check --tailnet none.json policy.hujson", false),
    ("check promised.hujson", false),
    ("check", false),
    ("fmt policy.hujson", false),
    ("fmt -", true),
    ("fmt --check policy.hujson", false),
    ("fmt --diff policy.hujson misspelt.hujson", false),
    ("fmt broken.hujson", false),
    ("explain policy.hujson tag:web tag:db:5432", false),
    ("explain policy.hujson tag:web tag:db:22", false),
    ("explain misspelt.hujson tag:web tag:db:22", false),
    ("explain policy.hujson tag:web", false),
    ("who policy.hujson tag:db", false),
    ("what --format=json policy.hujson tag:web", false),
    ("diff policy.hujson misspelt.hujson", false),
    ("diff policy.hujson promised.hujson", false),
    ("import policy.hujson", false),
    ("names policy.hujson", false),
    ("push policy.hujson", false),
    ("frobnicate", false),
    ("--version", false),
    ("--help", false),
    ("explain --help", false),
    ("", false),
];

/// Makes a folder with the files of the test. Returns it.
fn folder(name: &str) -> std::path::PathBuf {
    let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("npx-{name}")).join("here");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [
        ("policy.hujson", POLICY),
        ("misspelt.hujson", &POLICY.replace("\"tag:db\"]", "\"tag:bd\"]")),
        ("broken.hujson", "{\"grants\": ["),
        ("promised.hujson", &POLICY.replace("5432", "80")),
        ("promised.invariants", "never tag:web -> tag:db on 80;\n"),
        ("facts.json", "{\"devices\": [{\"name\": \"cellar\", \"tags\": [\"tag:db\"]}]}\n"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    names(folder).into_iter().map(|name| (name.clone(), fs::read_to_string(folder.join(&name)).unwrap())).collect()
}

#[test]
fn npx_does_what_the_program_does() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let script = package.join("bin/policy.js");
    let mut wrong = Vec::new();
    for (line, has_stdin) in COMMAND_LINES {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        let stdin = if *has_stdin { POLICY } else { "" };
        let ran = |program: &Path, first: &[&str], name: &str| -> (Run, BTreeMap<String, String>) {
            let folder = folder(name);
            let run = process::run_with_stdin(program, &folder, &[first, &arguments].concat(), stdin);
            (run, texts(&folder))
        };
        let (native, native_files) = ran(Path::new(env!("CARGO_BIN_EXE_standalone")), &[], "native");
        let (npx, npx_files) = ran(&node, &[script.to_str().unwrap()], "npx");
        // Only the native program knows commands that need the system.
        let needs_system = npx.stderr.contains("needs");
        if native_files != npx_files
            || (!needs_system
                && *line != "--help"
                && !line.is_empty()
                && format!("{native:?}").replace("standalone", "policy") != format!("{npx:?}"))
        {
            wrong.push(format!("policy {line}\nnative: {native:?}\nnpx: {npx:?}"));
        }
        assert!(npx.status.is_some_and(|status| status <= 2), "{npx:?}");
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n\n"));
}
