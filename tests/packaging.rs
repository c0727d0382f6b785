//! Tests that the files in `packaging/`, and those in the root that other programs read, agree with
//! `Cargo.toml` and with each other. `packaging/build` builds and tries the packages themselves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use policy_test_support::process::{self, names};
use policy_test_support::root;
use serde_json::Value;

/// Returns the packages of the workspace, as cargo describes them.
fn packages() -> Vec<Value> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let run = process::run(env!("CARGO"), &root(), &arguments);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    serde_json::from_str::<Value>(&run.stdout).unwrap()["packages"].as_array().unwrap().clone()
}

/// Returns the packages that are published.
fn published() -> Vec<Value> {
    let published: Vec<Value> = packages().into_iter().filter(|package| package["publish"].is_null()).collect();
    assert_eq!(published.len(), 8);
    published
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Returns the files of a folder, relative to the root.
fn files(folder: &str) -> Vec<String> {
    let paths = names(&root().join(folder)).into_iter().map(|name| format!("{folder}/{name}"));
    paths.filter(|path| root().join(path).is_file()).collect()
}

/// Returns the files that describe packages.
fn packaging() -> Vec<String> {
    let others = [
        "pyproject.toml",
        "flake.nix",
        ".pre-commit-hooks.yaml",
        ".github/workflows/release.yml",
        "editors/vscode/package.json",
    ];
    let others = others.into_iter().map(str::to_owned).collect();
    [files("packaging"), files("packaging/npm"), others].concat()
}

/// Returns the targets of `packaging/targets`.
fn targets() -> BTreeSet<String> {
    let table = read("packaging/targets");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn a_package_is_called_like_its_folder_and_so_is_its_library() {
    for package in published() {
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        let folder = manifest.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let expected = if folder == "policy-tool" { "tailnet-policy".to_owned() } else { format!("tailnet-{folder}") };
        assert_eq!(name(&package), expected);
        let libraries = package["targets"].as_array().unwrap().iter().filter(|target| {
            let kinds = target["kind"].as_array().unwrap();
            kinds.iter().any(|kind| kind == "lib" || kind == "proc-macro")
        });
        let libraries: Vec<&str> = libraries.map(name).collect();
        assert_eq!(libraries, [folder.replace('-', "_")], "{folder}");
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(manifest.with_file_name(licence).is_file(), "{folder} has no {licence}");
        }
    }
}

#[test]
fn there_is_one_version_and_it_is_in_one_file() {
    let published = published();
    let version = published[0]["version"].as_str().unwrap();
    for package in &published {
        assert_eq!(package["version"], version, "{}", name(package));
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_ours = published.iter().any(|other| other["name"] == dependency["name"]);
            assert!(!is_ours || dependency["req"] == format!("^{version}"), "{}: {dependency}", name(package));
        }
    }
    for file in packaging() {
        let text = read(&file);
        assert!(!text.contains(version), "{file} has a version of its own: read that of Cargo.toml");
        for folder in ["/work/", "/home/", "/root/", "/tmp/", "/Users/"] {
            assert!(!text.contains(folder), "{file} names a folder of one machine: {folder}");
        }
    }
    assert!(read("pyproject.toml").contains("dynamic = [\"version\"]\n"));
}

#[test]
fn hooks_run_on_several_files() {
    let text = read(".pre-commit-hooks.yaml");
    let hooks: Vec<&str> = text.split("\n- ").skip(1).collect();
    assert_eq!(hooks.len(), 2, "{text}");
    let directory = process::empty_directory(env!("CARGO_TARGET_TMPDIR"), "hooks");
    for file in ["one.hujson", "two.hujson"] {
        fs::write(directory.join(file), "{\"grants\": []}\n").unwrap();
    }
    for hook in hooks {
        let value = |key: &str| {
            let mut lines = hook.lines().map(str::trim);
            let line = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
            line.unwrap_or_else(|| panic!("no `{key}` in {hook}")).to_owned()
        };
        let entry = value("entry");
        let command = entry.strip_prefix("policy ").unwrap();
        assert_eq!(value("id"), format!("policy-{command}"));
        assert_eq!((value("language"), value("files")), ("python".to_owned(), r"\.hujson$".to_owned()));
        let run = process::run(env!("CARGO_BIN_EXE_standalone"), &directory, &[command, "one.hujson", "two.hujson"]);
        assert_eq!(run.status, Some(0), "{entry}: {}", run.stderr);
    }
}

#[test]
fn the_release_builds_every_target_with_steps_that_exist() {
    let workflow = read(".github/workflows/release.yml");
    let rows = workflow.lines().filter_map(|line| line.trim().strip_prefix("- { target: "));
    let built: BTreeSet<String> = rows.clone().map(|row| row.split(',').next().unwrap().to_owned()).collect();
    assert_eq!(built, targets());

    let script = read("packaging/build");
    let documented: BTreeSet<&str> = script
        .lines()
        .skip_while(|line| !line.contains("STEP..."))
        .take_while(|line| line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("#   ")?.split(' ').next())
        .filter(|word| !word.is_empty() && !word.contains('/'))
        .collect();
    assert!(documented.len() > 8, "{documented:?}");
    let in_rows = rows.filter_map(|row| row.split("steps: ").nth(1)?.strip_suffix(" }"));
    let in_commands = workflow.lines().filter_map(|line| line.split("packaging/build ").nth(1));
    let used: Vec<&str> = in_rows
        .chain(in_commands)
        // The rest of a line after `$(packaging/build …)` is not about steps.
        .flat_map(|steps| steps.split([' ', ')', '"']).take_while(|step| !step.is_empty()))
        .filter(|step| step.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect();
    assert!(used.len() > 15, "{used:?}");
    let unknown: Vec<&&str> = used.iter().filter(|step| !documented.contains(**step)).collect();
    assert!(unknown.is_empty(), "packaging/build does not document {unknown:?}");
}

#[test]
fn every_package_in_a_command_exists() {
    let known: BTreeSet<String> = packages().iter().map(|package| name(package).to_owned()).collect();
    let others = ["README.md", "CONTRIBUTING.md"].map(str::to_owned).to_vec();
    let files = [files("docs"), files(".ci"), files(".github/workflows"), files("packaging"), others].concat();
    let mut count = 0;
    for file in files {
        let text = read(&file);
        let words: Vec<&str> = text.split([' ', '\n', '`']).collect();
        for pair in words.windows(2).filter(|pair| pair[0] == "-p" || pair[0] == "--package") {
            let package = pair[1];
            if package.starts_with(|char: char| char.is_ascii_alphabetic()) && package.contains('-') {
                count += 1;
                assert!(known.contains(package), "{file}: there is no package {package}");
            }
        }
    }
    assert!(count > 15, "only {count} were found");
}

#[test]
fn the_page_publishes_every_crate_after_those_it_depends_on() {
    let page = read("docs/releasing.md");
    let command = page.split("cargo publish").nth(1).unwrap().split("```").next().unwrap();
    let words: Vec<&str> = command.split_whitespace().collect();
    let order: Vec<&str> = words.windows(2).filter(|pair| pair[0] == "-p").map(|pair| pair[1]).collect();
    let published = published();
    assert_eq!(order.len(), published.len(), "{order:?}");
    let at = |wanted: &str| order.iter().position(|name| *name == wanted);
    for package in &published {
        let position = at(name(package)).unwrap_or_else(|| panic!("{} is not published", name(package)));
        let needed =
            package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
        for dependency in needed.filter_map(|dependency| at(name(dependency))) {
            assert!(dependency < position, "{} is before {}", name(package), order[dependency]);
        }
    }
}
