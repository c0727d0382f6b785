//! Tests of the WebAssembly module and of the npm package around it: its types, its questions, its
//! program, its size, and its answers beside those of the native program. `packaging/build npm-wasm`
//! builds the package.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod answers;
mod bundlers;
mod fuzz;
mod npx;
mod package;
mod typescript;

use std::path::PathBuf;

use policy_test_support::require;

/// Returns the folder of the built package.
fn package() -> Option<PathBuf> {
    require::packaged(env!("CARGO_TARGET_TMPDIR"), "npm-wasm", "engine/policy_wasm_bg.wasm")
}

/// Returns a number of a variable of the environment, or the usual one.
fn count(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |count| count.parse().unwrap())
}
