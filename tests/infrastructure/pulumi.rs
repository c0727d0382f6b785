//! Tests of the programs for Pulumi: type checks, and runs with Pulumi's mocks in place of
//! Tailscale.
//!
//! Unlike Tailscale's provider, the mocks do not validate values. The types do.

use std::path::Path;

use policy_test_support::process::{Run, successful};
use policy_test_support::require;

use crate::example::{Example, assert_fails, sources};

#[test]
fn the_python_program_creates_the_policy_the_tags_and_the_keys() {
    let Some(python) = require::python_with(&["mypy", "pulumi", "pulumi_tailscale"]) else { return };
    let example = Example::copy("pulumi-python");
    let mypy = || example.run(&python, &["-m", "mypy"]);
    let unittest = || example.run(&python, &["-m", "unittest"]);
    successful(mypy());
    let run = unittest();
    assert!(run.status == Some(0) && run.stderr.contains("Ran 4 tests"), "{}{}", run.stdout, run.stderr);

    example.rename_tags();
    assert_fails(&mypy(), "\"type[Tag]\" has no attribute \"FLYIO_PROXY\"");
    assert_fails(&unittest(), "FLYIO_PROXY");
}

#[test]
fn the_typescript_program_creates_the_policy_the_tags_and_the_keys() {
    let Some(node) = require::node() else { return };
    let modules = sources("pulumi-typescript").join("node_modules");
    let is_there = modules.join("@pulumi/tailscale").exists();
    let missing = "the Node modules of examples/pulumi-typescript are not installed: see `.ci/install`";
    if require::or_skip(is_there.then_some(()), missing).is_none() {
        return;
    }
    let example = Example::copy("pulumi-typescript");
    link(&modules, &example.folder.join("node_modules"));
    let tsc = || -> Run { example.run(&node, &["node_modules/typescript/bin/tsc"]) };
    successful(tsc());
    let output = successful(example.run(&node, &["--test", "build/stack.test.js"]));
    assert!(output.contains("pass 4\n"), "{output}");

    example.rename_tags();
    assert_fails(&tsc(), "Type '\"tag:flyio-proxy\"' is not assignable to type");
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) {
    std::os::unix::fs::symlink(target, link).unwrap();
}

#[cfg(windows)]
fn link(target: &Path, link: &Path) {
    std::os::windows::fs::symlink_dir(target, link).unwrap();
}
