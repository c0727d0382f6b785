//! `docs/architecture.md` leads to every folder of the sources, and to nothing that is not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What the page has between backticks, if it is a path.
fn paths(page: &str) -> Vec<&str> {
    let spans = page.split('`').skip(1).step_by(2);
    spans.filter(|span| span.starts_with("policy-") && span.contains('/') || span.starts_with("tests/")).collect()
}

/// The folders right below the sources of a crate.
fn folders(sources: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(sources)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| Path::new(sources).join(entry.file_name())).collect()
}

#[test]
fn the_page_leads_to_every_folder_and_nowhere_else() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let paths = paths(&page);
    assert!(paths.len() > 20, "{paths:?}");
    let gone: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(gone.is_empty(), "these are not there: {gone:?}");
    let sources = ["policy-core/src", "policy-syntax/src", "policy-macros/src", "policy-cli/src"];
    let mut untold: Vec<PathBuf> = sources.into_iter().flat_map(folders).collect();
    untold.retain(|folder| !paths.iter().any(|path| Path::new(path).starts_with(folder)));
    assert!(untold.is_empty(), "nothing leads to {untold:?}");
}
