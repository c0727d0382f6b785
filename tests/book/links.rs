//! Tests of the pages and the links between them.

use std::fs;
use std::path::Path;

use policy_test_support::root;

use crate::markdown::{anchors, targets};
use crate::{documents, pages, shown};

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut listed = targets(&summary);
    listed.sort();
    let names = pages().into_iter().map(|page| page.file_name().unwrap().to_str().unwrap().to_owned());
    assert_eq!(listed, names.collect::<Vec<_>>());
}

/// Returns the problem with a link in a document, if there is one.
fn mistake(document: &Path, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() { document.to_owned() } else { document.parent()?.join(file) };
    if !path.is_file() {
        return Some("leads to no file".to_owned());
    }
    // The rest of the repository is not part of the book.
    let docs = root().join("docs");
    if document.starts_with(&docs) && (file.contains("..") || !path.starts_with(&docs)) {
        return Some("leads out of the book".to_owned());
    }
    let anchor = anchor?;
    let headings = anchors(&fs::read_to_string(&path).unwrap());
    (!headings.iter().any(|heading| heading == anchor)).then(|| format!("leads to no heading of {}", shown(&path)))
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    let mut mistakes = Vec::new();
    for document in documents() {
        for target in targets(&fs::read_to_string(&document).unwrap()) {
            count += 1;
            mistakes
                .extend(mistake(&document, &target).map(|mistake| format!("{}: {target} {mistake}", shown(&document))));
        }
    }
    assert!(count > 300, "only {count} links were found");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
