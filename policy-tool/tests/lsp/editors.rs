//! Real editors: a mistake, its fix, a rename, formatting, and the saved file.

use std::fs;
use std::path::{Path, PathBuf};

use policy_core::Policy;
use policy_test_support::{process, require};

use crate::client::directory;

/// A policy that misspells a tag, without the usual spaces.
const TEXT: &str = r#"{
"groups": {"group:ops": ["alice@example.com"]},
"tagOwners": {"tag:db": ["group:ops"], "tag:web": ["group:ops"]},
"grants": [{"src": ["group:ops"], "dst": ["tag:web"], "ip": ["tcp:443"]}, {"src": ["tag:web"], "dst": ["tag:dbb"], "ip": ["tcp:5432"]}],
}
"#;

/// Runs an editor in a directory with the policy. It must fix the tag, and rename the tag `old` to
/// `tag:database`.
fn edit(editor: &Path, test: &str, script: &str, arguments: &[&str], old: &str) {
    let directory = directory(test);
    fs::create_dir(directory.join(".git")).unwrap();
    fs::write(directory.join("policy.hujson"), TEXT).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/editors").join(script);
    let arguments = [arguments, &[script.to_str().unwrap()]].concat();
    let mut command = process::command(editor, &directory, &arguments);
    command.env("POLICY", env!("CARGO_BIN_EXE_policy")).env("HOME", &directory).env("XDG_STATE_HOME", &directory);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} with {editor:?}: {stderr}", output.status);
    let fixed = TEXT.replace("tag:dbb", "tag:db").replace(&format!("\"{old}\""), "\"tag:database\"");
    let saved = fs::read_to_string(directory.join("policy.hujson")).unwrap();
    assert_eq!(saved, Policy::parse(fixed).to_hujson(), "{editor:?}: {stderr}");
}

#[test]
fn neovim_fixes_renames_formats_and_saves() {
    let editors: Vec<PathBuf> = require::neovims();
    for (number, editor) in editors.iter().enumerate() {
        // Without a swap file, so that nothing is asked.
        let arguments = ["--headless", "--clean", "-n", "-S"];
        edit(editor, &format!("neovim-{number}"), "neovim.lua", &arguments, "tag:db");
    }
}

#[test]
fn emacs_fixes_renames_formats_and_saves() {
    let Some(editor) = require::emacs() else { return };
    // Not `-Q`, which hides the packages of Debian.
    edit(&editor, "emacs", "emacs.el", &["--batch", "-q", "-l"], "tag:db");
}
