use std::ops::Range;

use policy_core::hujson::{Document, NodeId};

/// Returns the range of a node in its text.
pub(crate) fn range(document: &Document, id: NodeId) -> Range<usize> {
    document.origin(id).range()
}
