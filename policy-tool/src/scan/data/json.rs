//! JSON as nodes with places.

use policy_core::hujson::{Document, Kind, NodeId};

use super::node::DataNode;

/// The maximum depth of values. Deeper ones are left out.
const DEPTH: usize = 64;

/// Returns the value of a text, or `None` if it is not JSON.
pub(super) fn document(text: &str) -> Option<DataNode> {
    let document = Document::parse(text).ok()?;
    Some(node(&document, document.root(), 0))
}

fn node(document: &Document, id: NodeId, depth: usize) -> DataNode {
    let range = document.origin(id).range();
    match document.kind(id) {
        _ if depth > DEPTH => DataNode::List(Vec::new()),
        Kind::Array => DataNode::List(document.elements(id).map(|id| node(document, id, depth + 1)).collect()),
        Kind::Object => {
            let pairs = document.members(id);
            DataNode::Map(
                pairs.map(|(key, value)| (node(document, key, depth + 1), node(document, value, depth + 1))).collect(),
            )
        }
        Kind::String => {
            let value = document.string(id).map_or_else(String::new, |text| text.as_str().to_owned());
            DataNode::Text(value, range.start + 1..range.end.saturating_sub(1).max(range.start + 1))
        }
        Kind::Null | Kind::Bool(_) | Kind::Number => DataNode::Text(document.source(id).to_owned(), range),
    }
}
