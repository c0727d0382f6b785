//! Tests that `docs/architecture.md` mentions every folder of the sources, and that the sources
//! follow its order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod graph;
mod module;
mod resolve;
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use module::Crate;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/architecture.md")).unwrap()
}

/// Returns the libraries of the workspace, by folder.
fn crates() -> Vec<String> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut crates: Vec<String> = entries.filter(|name| root().join(name).join("src/lib.rs").exists()).collect();
    crates.sort();
    assert!(crates.len() > 2, "{crates:?}");
    crates
}

/// Returns the names of the top-level folders in the sources of a crate.
fn folders(krate: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(krate).join("src")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().join("mod.rs").exists());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Returns the paths in backticks on the page.
fn paths(page: &str) -> Vec<&str> {
    let spans = page.split('`').skip(1).step_by(2);
    spans.filter(|span| span.starts_with("policy-") && span.contains('/') || span.starts_with("tests/")).collect()
}

/// Returns the items of each numbered list below `## A walk for a newcomer`.
fn walks(page: &str) -> Vec<Vec<&str>> {
    let walk = page.split("\n## ").find(|section| section.starts_with("A walk for a newcomer\n")).unwrap_or_default();
    let numbered = |list| -> Vec<&str> {
        let mut rest: &str = list;
        let mut items = Vec::new();
        for number in 1.. {
            let Some((item, after)) = rest.split_once(&format!("\n{number}. ")) else { break };
            items.push(item);
            rest = after;
        }
        items.push(rest);
        items.split_off(1)
    };
    walk.split("\n### ").skip(1).map(numbered).collect()
}

/// Returns the order of a crate's folders on the page.
///
/// It is in the list below `## Layers`, on the line that begins with the name of the crate.
fn order<'p>(page: &'p str, krate: &str) -> Vec<&'p str> {
    let layers = page.split("\n## ").find(|section| section.starts_with("Layers\n")).unwrap_or_default();
    let items = layers.split("\n- ").skip(1).map(|item| item.split("\n\n").next().unwrap_or_default());
    let names = |item: &'p str| item.split('`').skip(1).step_by(2);
    items
        .map(names)
        .find(|names| names.clone().next() == Some(krate))
        .into_iter()
        .flat_map(|names| names.skip(1))
        .collect()
}

#[test]
fn the_page_leads_to_every_folder_and_nowhere_else() {
    let page = page();
    let paths = paths(&page);
    assert!(paths.len() > 20, "{paths:?}");
    let gone: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(gone.is_empty(), "there is no {gone:?}");
    let in_sources =
        |krate: String| folders(&krate).into_iter().map(move |name| Path::new(&krate).join("src").join(name));
    let mut unnamed: Vec<PathBuf> = crates().into_iter().flat_map(in_sources).collect();
    unnamed.retain(|folder| !paths.iter().any(|path| Path::new(path).starts_with(folder)));
    assert!(unnamed.is_empty(), "the page does not mention {unnamed:?}");
}

#[test]
fn every_file_on_the_page_exists() {
    let page = page();
    let endings = [".rs", ".toml", ".md", ".hujson"];
    let is_file = |span: &&str| span.contains('/') && endings.iter().any(|ending| span.ends_with(ending));
    let files: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_file).collect();
    assert!(files.len() > 20, "{files:?}");
    let gone: Vec<&&str> = files.iter().filter(|file| !root().join(file).is_file()).collect();
    assert!(gone.is_empty(), "there is no {gone:?}");
}

#[test]
fn every_step_of_the_walks_names_a_function_and_its_file() {
    let page = page();
    let walks = walks(&page);
    assert_eq!(walks.len(), 2, "{walks:?}");
    for walk in walks {
        assert!((2..=10).contains(&walk.len()), "{walk:?}");
        for step in walk {
            let mut spans = step.split('`').skip(1).step_by(2);
            let (Some(file), Some(function)) = (spans.next(), spans.next()) else { panic!("{step}") };
            let source = fs::read_to_string(root().join(file)).unwrap_or_default();
            let name = function.rsplit("::").next().unwrap_or(function);
            let is_defined = ['(', '<'].into_iter().any(|end| source.contains(&format!("fn {name}{end}")));
            assert!(is_defined, "{file} has no function {function}");
        }
    }
}

#[test]
fn the_page_lists_the_folders_of_every_crate_in_order() {
    let page = page();
    for krate in crates() {
        let order = order(&page, &krate);
        let listed: BTreeSet<String> = order.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(listed.len(), order.len(), "{krate}: a folder is listed twice");
        let unlisted: Vec<String> = folders(&krate).difference(&listed).cloned().collect();
        assert!(unlisted.is_empty(), "`## Layers` does not list {unlisted:?} of {krate}");
        let sources = root().join(&krate).join("src");
        let is_there = |name: &str| sources.join(name).is_dir() || sources.join(name).with_extension("rs").is_file();
        let gone: Vec<&&str> = order.iter().filter(|name| !is_there(name)).collect();
        assert!(gone.is_empty(), "{krate} has no {gone:?}, which `## Layers` lists");
    }
}

#[test]
fn the_files_of_every_crate_have_no_cycles_and_follow_the_order() {
    let page = page();
    let mut reports = Vec::new();
    for krate in crates() {
        let uses = Crate::read(&root().join(&krate).join("src")).uses();
        let found = graph::cycles(&uses).into_iter().chain(graph::upward(&uses, &order(&page, &krate)));
        reports.extend(found.map(|report| format!("{krate}: {report}")));
    }
    assert!(reports.is_empty(), "{}", reports.join("\n"));
}
