//! Checks the uses between files: cycles, and the order of the folders of a crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::resolve::Uses;

/// The files and folders of one folder, with the uses between them.
type Siblings = BTreeMap<PathBuf, BTreeMap<PathBuf, Vec<String>>>;

/// Returns a report for every cycle between files, and between folders in the same folder.
///
/// A use between two files counts as one between the ancestors of both in their common folder: a
/// use of `model/port/range.rs` by `eval/test.rs` is a use of `model` by `eval`. A `mod.rs`
/// represents its folder. It combines the files below it, and may define what they share. So uses
/// between a `mod.rs`, or `lib.rs`, and the files below it do not count.
pub(crate) fn cycles(uses: &Uses) -> Vec<String> {
    let mut folders: BTreeMap<PathBuf, Siblings> = BTreeMap::new();
    for ((from, to), items) in uses {
        if let Some((folder, from_sibling, to_sibling)) = siblings(from, to) {
            let edge = format!("  {} uses {} of {}", from.display(), items.join(", "), to.display());
            let edges = folders.entry(folder).or_default().entry(from_sibling).or_default();
            edges.entry(to_sibling).or_default().push(edge);
        }
    }
    folders.values().flat_map(cycles_of).collect()
}

/// Returns the common folder of both files, and the ancestor of each in it. `None` if one file
/// represents a folder of the other.
fn siblings(from: &Path, to: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let (from, to) = (module(from), module(to));
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let prefix = |path: &Path, count: usize| path.components().take(count).collect::<PathBuf>();
    let is_below = from.components().count() > shared && to.components().count() > shared;
    is_below.then(|| (prefix(&from, shared), prefix(&from, shared + 1), prefix(&to, shared + 1)))
}

/// Returns the module of a file. `a/b.rs` and `a/b/mod.rs` are both the module `a/b`, and `lib.rs`
/// is the empty path.
fn module(file: &Path) -> PathBuf {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("mod.rs" | "lib.rs") => file.parent().unwrap_or(Path::new("")).to_owned(),
        _ => file.with_extension(""),
    }
}

fn cycles_of(siblings: &Siblings) -> Vec<String> {
    let reachable: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> =
        siblings.keys().map(|from| (from, reachable(siblings, from))).collect();
    let mut reports = Vec::new();
    let mut reported = BTreeSet::new();
    for (from, all) in &reachable {
        let in_cycle: BTreeSet<&PathBuf> =
            all.iter().copied().filter(|to| reachable.get(to).is_some_and(|back| back.contains(from))).collect();
        if in_cycle.is_empty() || !reported.insert(in_cycle.clone()) {
            continue;
        }
        let names: Vec<String> = in_cycle.iter().map(|path| path.display().to_string()).collect();
        let mut report = format!("{} use each other:", names.join(", "));
        for from in &in_cycle {
            let edges = siblings[*from].iter().filter(|(to, _)| in_cycle.contains(to)).flat_map(|(_, edges)| edges);
            edges.for_each(|edge| write!(report, "\n{edge}").unwrap());
        }
        reports.push(report);
    }
    reports
}

fn reachable<'s>(siblings: &'s Siblings, from: &PathBuf) -> BTreeSet<&'s PathBuf> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&PathBuf> = siblings[from].keys().collect();
    while let Some(path) = open.pop() {
        if found.insert(path) {
            open.extend(siblings.get(path).into_iter().flat_map(BTreeMap::keys));
        }
    }
    found
}

/// Returns a report for every folder that uses one that comes later in `order`.
///
/// A file at the top level that `order` does not list passes on its uses.
pub(crate) fn upward(uses: &Uses, order: &[&str]) -> Vec<String> {
    let top = |file: &Path| module(file).iter().next().map(|name| name.to_string_lossy().into_owned());
    let mut by_top: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for ((from, to), items) in uses {
        if let (Some(from_top), Some(to_top)) = (top(from), top(to))
            && from_top != to_top
        {
            let edge = format!("{} uses {} of {}", from.display(), items.join(", "), to.display());
            by_top.entry(from_top).or_default().push((to_top, edge));
        }
    }
    let place = |name: &str| order.iter().position(|listed| *listed == name);
    let mut reports = Vec::new();
    for (at, from) in order.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let mut open: Vec<(&str, String)> = vec![(from, String::new())];
        while let Some((name, before)) = open.pop() {
            for (to, edge) in by_top.get(name).into_iter().flatten() {
                let edges = if before.is_empty() { edge.clone() } else { format!("{before}, {edge}") };
                match place(to) {
                    Some(place) if place > at => reports.push(format!("{from} is listed before {to}, but {edges}")),
                    Some(_) => {}
                    None if seen.insert(to) => open.push((to, edges)),
                    None => {}
                }
            }
        }
    }
    reports
}
