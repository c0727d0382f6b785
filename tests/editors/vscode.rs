//! The extension for Visual Studio Code, packaged, and used in a browser.

use std::fs;
use std::path::{Path, PathBuf};

use policy_test_support::{process, require, root, snapshot};
use serde_json::Value;

use crate::{TEXT, edited, project};

/// Packages the extension.
fn package(directory: &Path) -> PathBuf {
    let mut command = process::command(root().join("packaging/build"), &root(), &["vsix"]);
    let run = process::Run::from(command.env("DIST", directory).output().unwrap());
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    let name = process::names(directory).into_iter().find(|name| name.ends_with(".vsix"));
    directory.join(name.unwrap())
}

#[test]
fn visual_studio_code_finds_fixes_completes_renames_and_formats() {
    let Some((node, chromium)) = require::browser() else { return };
    let Some(code_server) = require::code_server() else { return };
    if require::node_modules("editors/vscode", "@vscode/vsce").is_none() {
        return;
    }
    let folder = project("vscode");
    fs::create_dir(folder.join("project")).unwrap();
    fs::rename(folder.join("policy.hujson"), folder.join("project/policy.hujson")).unwrap();
    let extension = package(&folder);
    let script = root().join("tests/editors/vscode.js");
    let program = folder.join("bin/policy");
    let arguments = [&script, &chromium, &code_server, &extension, &program, &folder];
    let run = process::run(node, &folder, &arguments);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let seen: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |key: &str| seen[key].as_str().unwrap_or_else(|| panic!("no {key} in {seen}")).to_owned();

    assert!(text("finding").contains("undefined tag `tag:bd` help: did you mean `tag:db`?"), "{seen}");
    assert!(text("finding").contains("(undefined-tag)"), "{seen}");
    assert_eq!(text("action"), "did you mean `tag:db`?");
    let fixed = TEXT.replace("tag:bd", "tag:db");
    assert_eq!(text("fixed"), fixed);
    assert!(text("group").contains("Members: alice@example.com, bob@example.com"), "{seen}");
    let grant = "\t\t{\"src\": [\"tag:web\"], \"dst\": [\"tag:db\"], \"ip\": [\"22\"]},\n";
    let completed = fixed.replace("\t],\n\t\"tests\"", &format!("{grant}\t],\n\t\"tests\""));
    assert_eq!(text("completed"), completed);
    assert_eq!(text("oldName"), "tag:web");
    assert_eq!(text("renamed"), completed.replace("tag:web", "tag:wiki"));
    assert_eq!(text("formatted").replace(&grant.replace("tag:web", "tag:wiki"), ""), edited());
    assert!(text("missing").contains("bin/policy` was not found. Install `policy`, or set the path"), "{seen}");
    // The picture in docs/editors.md. It depends on fonts and versions, so no test compares it.
    if snapshot::should_update() {
        fs::copy(folder.join("finding.png"), root().join("docs/images/vscode.png")).unwrap();
    }
}
