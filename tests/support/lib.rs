//! Helpers for the test suites of all crates. This crate depends on none of them.

pub mod operator_crate;
pub mod process;
pub mod require;
pub mod snapshot;
pub mod terminal;

use std::path::{Path, PathBuf};

/// Returns the root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}
