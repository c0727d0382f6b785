//! Tests of the npm package in `npm/`: its types, its version and its questions, which the program
//! answers in place of the WebAssembly module.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

use std::fs;
use std::process::Command;

use policy_test_support::process::{self, Run, successful};
use policy_test_support::{require, root};
use serde_json::Value;

#[test]
fn the_types_of_the_results_are_those_of_the_schemas() {
    let Some(node) = require::node() else { return };
    let arguments = ["scripts/generate_types.js", "../docs/schema", "src/results.d.ts", "--check"];
    successful(process::run(&node, &root().join("npm"), &arguments));
}

#[test]
fn the_version_is_that_of_the_program() {
    let manifest = fs::read_to_string(root().join("npm/package.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_question_has_the_answer_of_its_command() {
    let Some(node) = require::node() else { return };
    let mut command = Command::new(node);
    command.args(["--test", "test/"]).current_dir(root().join("npm"));
    command.env("POLICY_PROGRAM", env!("CARGO_BIN_EXE_standalone"));
    let output = successful(Run::from(command.output().unwrap()));
    assert!(output.contains("fail 0\n") && output.contains("skipped 0\n"), "{output}");
}
