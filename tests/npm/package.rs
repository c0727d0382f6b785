//! The package: its types, its version, its size, and its questions in Node, Deno, Bun and TypeScript.

use std::fs;
use std::path::Path;
use std::process::Command;

use policy_test_support::process::{self, Run, empty_directory, successful};
use policy_test_support::{require, root};
use serde_json::Value;

use crate::package;

/// The maximum size of the module after gzip, in bytes. policy-wasm/README.md says what is in it.
const BUDGET: u64 = 1_200_000;

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
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let mut command = Command::new(node);
    command.args(["--test", "test/"]).current_dir(root().join("npm")).env("POLICY_PACKAGE", package);
    let output = successful(Run::from(command.output().unwrap()));
    assert!(output.contains("fail 0\n") && output.contains("skipped 0\n"), "{output}");
}

#[test]
fn the_module_is_not_larger_than_its_budget() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let script = "const { gzipSync } = require('zlib'); \
                  console.log(gzipSync(require('fs').readFileSync(process.argv[1]), { level: 9 }).length)";
    let module = package.join("engine/policy_wasm_bg.wasm");
    let arguments = ["-e".as_ref(), script.as_ref(), module.as_os_str()];
    let size: u64 = successful(process::run(node, Path::new("."), &arguments)).trim().parse().unwrap();
    println!("the module has {size} bytes after gzip");
    assert!(size <= BUDGET, "{size} bytes are more than {BUDGET}");
}

/// A program that uses the package.
pub(crate) const PROGRAM: &str = r#"
import { load } from "tailnet-policy-wasm";

const policy = await load();
const text = `{
	"tagOwners": {"tag:web": [], "tag:db": []},
	"grants": [{"src": ["tag:web"], "dst": ["tag:bd"], "ip": ["tcp:5432"]}],
}`;
const { diagnostics } = policy.check(text);
console.log(diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
const { answer } = policy.explain(text.replace("bd", "db"), "tag:web", "tag:db:5432");
console.log(answer);
"#;

/// Installs the tarball in an empty folder, as a user does, beside a program. Returns the folder.
pub(crate) fn installed(package: &Path, test: &str) -> std::path::PathBuf {
    let folder = empty_directory(env!("CARGO_TARGET_TMPDIR"), test);
    let tarball = format!("tailnet-policy-wasm-{}.tgz", env!("CARGO_PKG_VERSION"));
    let tarball = package.with_file_name(tarball);
    fs::write(folder.join("package.json"), "{\"type\": \"module\", \"private\": true}\n").unwrap();
    let install = ["install", "--offline", "--no-audit", "--no-fund", "--silent"].map(std::ffi::OsStr::new);
    successful(process::run("npm", &folder, &[&install[..], &[tarball.as_os_str()]].concat()));
    fs::write(folder.join("main.mjs"), PROGRAM).unwrap();
    folder
}

pub(crate) const ANSWERS: &str = "undefined-tag: undefined tag `tag:bd`\nallowed\n";

#[test]
fn the_tarball_works_in_node_deno_and_bun() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let folder = installed(&package, "npm/runtimes");
    assert_eq!(successful(process::run(node, &folder, &["main.mjs"])), ANSWERS);
    if let Some(deno) = require::javascript_runtime("deno") {
        assert_eq!(successful(process::run(deno, &folder, &["run", "--allow-read", "main.mjs"])), ANSWERS);
    }
    if let Some(bun) = require::javascript_runtime("bun") {
        assert_eq!(successful(process::run(bun, &folder, &["main.mjs"])), ANSWERS);
    }
}

/// esbuild copies no files for `new URL(…, import.meta.url)`, so the program gives the module.
#[test]
fn a_bundle_works_without_the_package() {
    let (Some(node), Some(package)) = (require::node(), package()) else { return };
    let Some(modules) = require::bundlers() else { return };
    let folder = installed(&package, "npm/bundle");
    let module = "{ module: readFileSync(new URL(\"policy.wasm\", import.meta.url)) }";
    let program = PROGRAM.replace("load()", &format!("load({module})"));
    fs::write(folder.join("main.mjs"), format!("import {{ readFileSync }} from \"node:fs\";\n{program}")).unwrap();
    let options = ["main.mjs", "--bundle", "--platform=node", "--format=esm", "--minify", "--outfile=bundle.mjs"];
    let run = process::run(modules.join(".bin/esbuild"), &folder, &options);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    fs::copy(package.join("engine/policy_wasm_bg.wasm"), folder.join("policy.wasm")).unwrap();
    fs::remove_dir_all(folder.join("node_modules")).unwrap();
    assert_eq!(successful(process::run(node, &folder, &["bundle.mjs"])), ANSWERS);
}
