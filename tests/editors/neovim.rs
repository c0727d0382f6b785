use std::path::Path;

use policy_test_support::{process, require, root};

use crate::{edit, snippet};

/// Returns the minor version of a Neovim: `NVIM v0.11.4`.
fn minor_version(editor: &Path) -> u32 {
    let version = process::successful(process::run(editor, &root(), &["--version"]));
    version.lines().next().unwrap().split('.').nth(1).unwrap().parse().unwrap()
}

#[test]
fn neovim_does_what_the_page_says() {
    let script = root().join("tests/editors/neovim.lua");
    for editor in require::neovims() {
        let minor = minor_version(&editor);
        let init = snippet("Neovim", "lua", usize::from(minor < 11));
        // Without a swap file and the history of commands.
        let arguments = ["--headless", "-n", "-i", "NONE", "-u", "init.lua", "policy.hujson", "-S"];
        let arguments = [&arguments[..], &[script.to_str().unwrap()]].concat();
        edit(&format!("neovim-0.{minor}"), &editor, ("init.lua", init), &arguments);
    }
}
