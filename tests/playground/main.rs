//! Tests of the playground: its answers in Node, and the page in a browser. `packaging/build
//! playground` builds the page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod answers;
mod browser;

use std::path::{Path, PathBuf};

use policy_test_support::require;

/// Returns a folder that `packaging/build` writes, if a file is in it.
fn built(folder: &str, file: &str) -> Option<PathBuf> {
    let packages = std::env::var_os("DIST").map(PathBuf::from);
    // Cargo's folder for tests is in its target folder.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = packages.unwrap_or_else(|| target.join("packages")).join(folder);
    let found = folder.join(file).is_file().then_some(folder);
    require::or_skip(found, "the playground is not built: run `packaging/build wasm playground`")
}
