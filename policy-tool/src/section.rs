//! Adds entries to a section of a policy file.

use policy_cli::tool::text::TextEdits;
use policy_core::hujson::{Document, Kind, NodeId};

use crate::comment::has_trailing_comma;

/// Appends items to a section of a policy. If the policy does not have it, the section comes last.
pub(crate) fn append_to(document: &Document, section: &str, items: &str, edits: &mut TextEdits) {
    let root = document.root();
    let is_it = |name: NodeId| document.string(name).is_some_and(|name| name.eq_ignore_ascii_case(section));
    if let Some((_, list)) = document.members(root).find(|(name, _)| is_it(*name)) {
        return append(document, list, items, edits);
    }
    if let Some((_, last)) = document.members(root).last()
        && !has_trailing_comma(document, root, last)
    {
        edits.insert(document.origin(last).range().end, ",");
    }
    let end = document.origin(root).range().end.saturating_sub(1);
    edits.insert(end, &format!("\n\"{section}\": [\n{items}],\n"));
}

/// Appends items to a list.
pub(crate) fn append(document: &Document, list: NodeId, items: &str, edits: &mut TextEdits) {
    let range = document.origin(list).range();
    if document.kind(list) != Kind::Array {
        edits.replace(range, &format!("[\n{items}]"));
        return;
    }
    if let Some(last) = document.elements(list).last()
        && !has_trailing_comma(document, list, last)
    {
        edits.insert(document.origin(last).range().end, ",");
    }
    edits.insert(range.end.saturating_sub(1), &format!("\n\n{items}"));
}
