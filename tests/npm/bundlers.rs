//! The package in pages: bundlers find the module, and the bundle runs. Deno fetches the module as a
//! browser does, but from files.

use std::fs;
use std::path::PathBuf;

use policy_test_support::process::{self, successful};
use policy_test_support::{require, root};

use crate::package;
use crate::package::{ANSWERS, PROGRAM, installed};

/// Returns the folder of the bundlers, and Node.
fn bundlers() -> Option<(PathBuf, PathBuf)> {
    Some((require::node()?, require::bundlers()?))
}

#[test]
fn bundles_of_every_bundler_run() {
    let (Some((node, modules)), Some(package)) = (bundlers(), package()) else { return };
    let Some(deno) = require::javascript_runtime("deno") else { return };
    let folder = installed(&package, "npm/bundlers");
    fs::write(folder.join("program.mjs"), PROGRAM).unwrap();
    // esbuild does not copy files that a program names by `new URL`.
    let import = "import module from \"tailnet-policy-wasm/policy.wasm\";\n";
    let with_module = PROGRAM.replace("load()", "load({ module })");
    fs::write(folder.join("with_module.mjs"), import.to_owned() + &with_module).unwrap();
    let script = root().join("tests/npm/bundle.mjs");
    for bundler in ["esbuild", "rollup", "webpack", "vite"] {
        let _ = fs::remove_dir_all(folder.join("bundle"));
        let arguments = [script.as_os_str(), bundler.as_ref(), modules.as_os_str()];
        let run = process::run(&node, &folder, &arguments);
        assert_eq!(run.status, Some(0), "{bundler}: {}{}", run.stdout, run.stderr);
        let run = process::run(&deno, &folder.join("bundle"), &["run", "--allow-read", "program.mjs"]);
        assert_eq!((run.stdout.as_str(), run.status), (ANSWERS, Some(0)), "{bundler}: {}", run.stderr);
    }
}

#[test]
fn publint_has_nothing_to_say() {
    let (Some((node, modules)), Some(package)) = (bundlers(), package()) else { return };
    let script = modules.join("publint/src/cli.js");
    let arguments = [script.as_os_str(), "--strict".as_ref(), package.as_os_str()];
    let output = successful(process::run(node, &root(), &arguments));
    assert!(output.contains("All good!"), "{output}");
}
