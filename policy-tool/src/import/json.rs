//! JSON values, which are copied with their comments and with Rust's escapes.

use policy_core::hujson::{Document, Kind, NodeId};

use super::tree::{Json, JsonItem};
use crate::comment::{Lines, content};
use policy_cli::tool::words::quoted;

/// The maximum depth of JSON that the macro reads.
pub(super) const DEPTH: usize = 100;

/// A JSON value and its comments.
pub(super) struct Made {
    pub(super) json: Json,
    /// Comments after the opening bracket. The caller has to place them.
    pub(super) open: Lines,
    /// True if the value contains other comments.
    pub(super) has_comments: bool,
}

/// Converts a value of the document. This is recursive, so the value must not be nested deeper than
/// [`DEPTH`].
pub(super) fn json(document: &Document, id: NodeId) -> Made {
    let brackets = match document.kind(id) {
        Kind::Array => ['[', ']'],
        Kind::Object => ['{', '}'],
        Kind::String => return plain(quoted(&document.string(id).map(|text| text.to_string()).unwrap_or_default())),
        Kind::Null | Kind::Bool(_) | Kind::Number => return plain(document.source(id).to_owned()),
    };
    let content = content(document, id);
    let mut has_comments = !content.end.is_empty();
    let items = content.children.into_iter().map(|child| {
        let value = json(document, child.value);
        let mut item = JsonItem {
            is_apart: child.comments.is_apart,
            alone: child.comments.alone,
            docs: child.comments.above,
            name: child.name.and_then(|name| document.string(name)).map(|name| quoted(&name)),
            value: value.json,
            after: Vec::new(),
        };
        item.docs.extend(value.open);
        if value.has_comments { &mut item.after } else { &mut item.docs }.extend(child.comments.behind);
        has_comments |= value.has_comments || !item.alone.is_empty() || !item.docs.is_empty();
        item
    });
    let items = items.collect();
    let json = Json::Composite { brackets, lead: Vec::new(), items, end: content.end };
    Made { json, open: content.open, has_comments }
}

fn plain(text: String) -> Made {
    Made { json: Json::Plain(text), open: Vec::new(), has_comments: false }
}

/// Returns true if the document is nested deeper than the macro reads.
pub(super) fn is_too_deep(document: &Document) -> bool {
    let mut rest = vec![(document.root(), 0_usize)];
    while let Some((id, depth)) = rest.pop() {
        if depth > DEPTH {
            return true;
        }
        match document.kind(id) {
            Kind::Object => rest.extend(document.members(id).map(|(_, value)| (value, depth + 1))),
            _ => rest.extend(document.elements(id).map(|value| (value, depth + 1))),
        }
    }
    false
}
