//! Copies of the examples, and the files in them that `policy` writes.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run, successful};
use policy_test_support::{root, snapshot};
use serde_json::{Value, json};

/// The stand-alone `policy`.
const STANDALONE: &str = env!("CARGO_BIN_EXE_standalone");
/// The binary of BlumeOps, whose policy the examples use.
pub(crate) const BLUMEOPS: &str = env!("CARGO_BIN_EXE_blumeops");

/// The examples and the files in them that `policy` writes, each with the command line.
#[rustfmt::skip]
const GENERATED: &[(&str, &str, &[&str])] = &[
    ("pulumi-python", "policy.hujson", &["emit"]),
    ("pulumi-python", "tailnet.py", &["export", "--format", "python", "--only", "tags"]),
    ("pulumi-python", "tailnet.json", &["export", "--format", "json", "--only", "devices"]),
    ("pulumi-typescript", "policy.hujson", &["emit"]),
    ("pulumi-typescript", "tailnet.ts", &["export", "--format", "typescript", "--only", "tags"]),
    ("pulumi-typescript", "tailnet.json", &["export", "--format", "json", "--only", "devices"]),
    ("kubernetes", "tailnet.env", &["export", "--format", "env", "--only", "devices"]),
    ("terraform", "policy.hujson", &["emit"]),
    ("terraform", "tailnet.tf", &["export", "--format", "hcl", "--only", "tags"]),
];

/// The prefix of the tags to rename, and the new prefix.
const RENAMED: (&str, &str) = ("tag:flyio-", "tag:fly-");

/// A copy of an example, in a separate folder.
pub(crate) struct Example {
    name: &'static str,
    pub(crate) folder: PathBuf,
}

impl Example {
    /// Copies the sources of an example.
    pub(crate) fn copy(name: &'static str) -> Example {
        let folder = directory(name);
        for entry in fs::read_dir(sources(name)).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
            }
        }
        Example { name, folder }
    }

    /// Runs a program in the copy.
    pub(crate) fn run(&self, program: impl AsRef<OsStr>, arguments: &[impl AsRef<OsStr>]) -> Run {
        process::run(program, &self.folder, arguments)
    }

    /// Renames tags in the policy, and updates all generated files.
    pub(crate) fn rename_tags(&self) {
        let (old, new) = RENAMED;
        let policies = directory(&format!("{}-renamed", self.name));
        let [policy, facts] = ["policy.hujson", "facts.json"].map(|file| policies.join(file));
        let text = successful(process::run(BLUMEOPS, &policies, &["emit"])).replace(old, new);
        fs::write(&policy, &text).unwrap();
        let devices: Vec<Value> = devices().into_iter().filter(|device| device["user"].is_null()).collect();
        let devices = devices.iter().map(|device| json!({"name": device["name"], "tags": device["tags"]}));
        let devices = json!({"devices": devices.collect::<Vec<_>>()}).to_string();
        fs::write(&facts, devices.replace(old, new)).unwrap();

        let mut count = 0;
        for (_, file, command) in GENERATED.iter().filter(|(example, ..)| *example == self.name) {
            count += 1;
            // Only a program with a built-in policy has `emit`.
            let Some(options) = command.strip_prefix(&["export"]) else {
                fs::write(self.folder.join(file), &text).unwrap();
                continue;
            };
            let run = |option: &str| {
                let [policy, facts] = [&policy, &facts].map(|path| path.to_str().unwrap());
                let inputs = ["export", policy, "--tailnet", facts];
                self.run(STANDALONE, &[&inputs[..], options, &[option, file]].concat())
            };
            let stale = run("--check");
            assert_eq!(stale.status, Some(1), "{file}: {}{}", stale.stdout, stale.stderr);
            assert!(stale.stderr.contains(&format!("`{file}` is out of date")), "{}", stale.stderr);
            successful(run("--output"));
        }
        assert!(count > 0, "{} has no generated file", self.name);
    }
}

/// Returns the folder of an example in the repository.
pub(crate) fn sources(name: &str) -> PathBuf {
    root().join("examples").join(name)
}

/// Makes an empty folder for a test.
pub(crate) fn directory(name: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("infrastructure/{name}"))
}

/// Asserts that a command fails with this message.
#[track_caller]
pub(crate) fn assert_fails(run: &Run, message: &str) {
    assert!(run.status != Some(0) && run.status.is_some(), "{run:?}");
    let output = format!("{}{}", run.stdout, run.stderr);
    assert!(output.contains(message), "{output}");
}

/// Returns the devices of the policy.
pub(crate) fn devices() -> Vec<Value> {
    let arguments = ["export", "--format", "json", "--only", "devices"];
    let text = successful(process::run(BLUMEOPS, Path::new("."), &arguments));
    let mut names: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(devices) = names["devices"].take() else { panic!("{text}") };
    devices
}

/// Returns the tags of a device of the policy.
pub(crate) fn tags_of(device: &str) -> Vec<String> {
    let devices = devices();
    let device = devices.iter().find(|found| found["name"] == device).unwrap();
    let tags = device["tags"].as_array().unwrap();
    tags.iter().map(|tag| tag.as_str().unwrap().to_owned()).collect()
}

#[test]
fn generated_files_are_up_to_date() {
    for (example, file, command) in GENERATED {
        let option = if snapshot::should_update() { "--output" } else { "--check" };
        let arguments = [command, &[option, file][..]].concat();
        successful(process::run(BLUMEOPS, &sources(example), &arguments));
    }
}

#[test]
fn readmes_say_how_to_write_the_generated_files() {
    for (example, file, command) in GENERATED {
        let readme = fs::read_to_string(sources(example).join("README.md")).unwrap();
        let line = format!("cargo run -- {} --output {file}\n", command.join(" "));
        assert!(readme.contains(&line), "{example}: {line}");
    }
}
