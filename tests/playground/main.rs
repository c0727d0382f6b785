//! Tests of the playground: its answers in Node, and the page in a browser. `packaging/build
//! playground` builds the page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod answers;
mod browser;

use std::path::PathBuf;

use policy_test_support::require;

/// Returns a folder that `packaging/build` writes, if a file is in it.
fn built(step: &str, file: &str) -> Option<PathBuf> {
    require::packaged(env!("CARGO_TARGET_TMPDIR"), step, file)
}
