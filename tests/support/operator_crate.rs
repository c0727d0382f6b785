//! Crates that depend on `policy!`, written and built by a test.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::root;

/// Writes the manifest of a crate that depends on `policy-core` and `policy-macros`.
///
/// Its profile is that of this workspace, so that cargo builds both only once for all tests. The
/// lock file names versions that are already downloaded.
pub fn write_manifest(folder: &Path, name: &str) {
    let dependency = |name: &str| format!("{name} = {{ path = {:?} }}\n", root().join(name));
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = \"2024\"\n[dependencies]\n{}{}[workspace]\n\
         [profile.dev]\ndebug = false\nincremental = false\n\
         [profile.dev.package.policy-core]\ndebug-assertions = false\n\
         [profile.dev.package.policy-syntax]\ndebug-assertions = false\n\
         [profile.dev.package.policy-macros]\ndebug-assertions = false\n",
        dependency("policy-core"),
        dependency("policy-macros"),
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// Makes a command, which is cargo or runs it, build in the target folder of this workspace and
/// without a network.
///
/// `temporary` is `env!("CARGO_TARGET_TMPDIR")`, which is inside that folder.
pub fn share_target(command: &mut Command, temporary: &str) {
    command.env("CARGO_TARGET_DIR", Path::new(temporary).parent().unwrap()).env("CARGO_NET_OFFLINE", "true");
}
