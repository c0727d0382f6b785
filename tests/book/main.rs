//! The book in `docs/` is whole: every page is in its summary, every link leads somewhere, every command exists, and
//! what commands print is what the pages show.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should panic")]

mod commands;
mod examples;
mod links;
mod markdown;
mod readme;

use std::path::{Path, PathBuf};

use policy_test_support::process::names;
use policy_test_support::root;

/// The pages of the book, without its summary.
fn pages() -> Vec<PathBuf> {
    let docs = root().join("docs");
    let is_page = |name: &String| name.ends_with(".md") && name != "SUMMARY.md";
    names(&docs).into_iter().filter(is_page).map(|name| docs.join(name)).collect()
}

/// The pages of the book, and the Markdown files beside it that a forge shows.
fn documents() -> Vec<PathBuf> {
    let others = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/SUMMARY.md"];
    pages().into_iter().chain(others.map(|name| root().join(name))).collect()
}

/// The path of a document as a message names it.
fn shown(document: &Path) -> String {
    document.strip_prefix(root()).unwrap_or(document).display().to_string()
}
