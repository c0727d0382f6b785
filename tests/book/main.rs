//! Tests that the book in `docs/` is complete: every page is in its summary, every link has a
//! target, every command exists, and the pages show the right output.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod commands;
#[cfg(unix)]
mod deploying;
mod examples;
mod links;
mod markdown;
mod readme;

use std::path::{Path, PathBuf};

use policy_test_support::process::names;
use policy_test_support::root;

/// Returns the pages of the book, without its summary.
fn pages() -> Vec<PathBuf> {
    let docs = root().join("docs");
    let is_page = |name: &String| name.ends_with(".md") && name != "SUMMARY.md";
    names(&docs).into_iter().filter(is_page).map(|name| docs.join(name)).collect()
}

/// Returns the pages of the book, and the other Markdown files that a forge shows.
fn documents() -> Vec<PathBuf> {
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/SUMMARY.md"];
    pages().into_iter().chain(others.map(|name| root().join(name))).collect()
}

/// Returns the path of a document for messages.
fn shown(document: &Path) -> String {
    document.strip_prefix(root()).unwrap_or(document).display().to_string()
}
