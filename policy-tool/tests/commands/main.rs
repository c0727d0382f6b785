//! Tests of the commands of the stand-alone `policy`, each as a process.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy takes only the functions marked as tests for tests, not their helpers"
)]

mod ask;
mod check_compile_fmt;
mod colours;
mod deploy;
mod diff;
mod expiring;
mod export;
mod fix;
mod headscale;
mod import;
mod install;
mod invariants_file;
mod migrate;
mod names;
mod scan;
mod schema;
mod several;
mod test;
#[cfg(unix)]
mod write;

use std::path::{Path, PathBuf};

use policy_test_support::process::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_policy");

/// Creates an empty directory for a test.
fn directory(test: &str) -> PathBuf {
    process::empty_directory(env!("CARGO_TARGET_TMPDIR"), &format!("commands/{test}"))
}

/// Runs `policy` in a directory.
fn policy(directory: &Path, arguments: &[&str]) -> Run {
    process::run(PROGRAM, directory, arguments)
}

/// Runs `policy` in a directory, with a text on stdin.
fn policy_with_stdin(directory: &Path, arguments: &[&str], stdin: &str) -> Run {
    process::run_with_stdin(PROGRAM, directory, arguments, stdin)
}
