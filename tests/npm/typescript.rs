//! The programs of the README: they have the right types, and the one for Pulumi checks a policy before it
//! is sent.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run, successful};
use policy_test_support::{require, root};
use serde_json::{Value, json};

use crate::package;
use crate::package::installed;

const OPTIONS: &str = "{\"compilerOptions\": {\"strict\": true, \"exactOptionalPropertyTypes\": true, \
                       \"module\": \"nodenext\", \"target\": \"es2022\", \"skipLibCheck\": true, \
                       \"types\": [\"node\"]}}";

/// What an editor and a build may ask, beyond the README.
const MORE: &str = "
import { load, PolicyError, type CheckResult, type Completion, type Diagnostic, type Workspace } from \"tailnet-policy-wasm\";

const policy = await load();
const result: CheckResult = policy.check(\"{}\", { facts: [{ devices: [] }], target: \"headscale\" });
const first: Diagnostic | undefined = result.diagnostics[0];
const workspace: Workspace = policy.workspace();
workspace.update(\"policy.hujson\", \"{}\");
const words: Completion[] = workspace.completion(\"policy.hujson\", 1);
const { from, to } = workspace.hover(\"policy.hujson\", 0) ?? { from: 0, to: 0 };
policy.run([\"check\", \"-\"], { \"folder/\": \"\" }, { stdin: new Uint8Array(), color: { stdout: true } });
// @ts-expect-error: there is no such target.
export const wrongTarget = () => policy.check(\"{}\", { target: \"tailnet\" });
// @ts-expect-error: a failed question makes it.
export const madeByHand = () => new PolicyError();
console.log(first?.code, words.length, to - from);
";

/// Installs the package beside the modules of the example for Pulumi, and compiles the programs of the README
/// there, with the policy of that example. Returns the folder.
fn compiled() -> Option<PathBuf> {
    let (tsc, package) = (require::program("tsc")?, package()?);
    let modules = require::node_modules("examples/pulumi-typescript", "@pulumi/tailscale")?;
    let folder = installed(&package, "npm/typescript");
    for module in fs::read_dir(&modules).unwrap() {
        let module = module.unwrap();
        let name = module.file_name();
        if name != ".package-lock.json" && name != ".bin" {
            std::os::unix::fs::symlink(module.path(), folder.join("node_modules").join(name)).unwrap();
        }
    }
    let readme = fs::read_to_string(root().join("npm/README.md")).unwrap();
    let programs: Vec<&str> = readme.split("```ts\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(programs.len(), 2, "{programs:?}");
    for (name, program) in ["readme.ts", "index.ts", "more.ts"].iter().zip([programs[0], programs[1], MORE]) {
        fs::write(folder.join(name), program).unwrap();
    }
    for file in ["tailnet.ts", "policy.hujson"] {
        fs::copy(root().join("examples/pulumi-typescript").join(file), folder.join(file)).unwrap();
    }
    fs::write(folder.join("tsconfig.json"), OPTIONS).unwrap();
    let run = process::run(tsc, &folder, &["-p", "."]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    Some(folder)
}

/// Runs the compiled program with Pulumi's mocks.
fn with_mocks(node: &Path, folder: &Path) -> Run {
    fs::copy(root().join("tests/npm/pulumi.mjs"), folder.join("pulumi.mjs")).unwrap();
    process::run(node, folder, &["pulumi.mjs"])
}

#[test]
fn the_programs_of_the_readme_compile_and_pulumi_sends_no_policy_with_errors() {
    let (Some(node), Some(folder)) = (require::node(), compiled()) else { return };
    let policy = fs::read_to_string(folder.join("policy.hujson")).unwrap();

    let made: Value = serde_json::from_str(&successful(with_mocks(&node, &folder))).unwrap();
    assert_eq!(made["tailscale:index/acl:Acl"]["policy"], json!({ "acl": policy }));
    assert_eq!(made["tailscale:index/tailnetKey:TailnetKey"]["ci"]["tags"], json!(["tag:ci-gateway"]));
    successful(process::run(&node, &folder, &["more.js"]));

    let broken = policy.replacen("\"tag:homelab\"", "\"tag:homelap\"", 1);
    fs::write(folder.join("policy.hujson"), broken).unwrap();
    let run = with_mocks(&node, &folder);
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), "{}\n"));
    assert!(run.stderr.contains("undefined tag `tag:homelab`"), "{}", run.stderr);
}
