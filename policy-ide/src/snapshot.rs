use std::ops::Range;

use policy_core::Policy;
use policy_core::hujson::{Document, NodeId};

use crate::recover::recovered_document;

/// A policy at one moment, as far as its text can be read.
///
/// While somebody types, most texts are not valid. A snapshot is of the [recovered](recover()) text,
/// so the names in the rest of the file are still known, each in its place.
#[derive(Debug)]
pub struct Snapshot {
    /// The policy.
    pub policy: Policy,
    /// The tree of its text.
    pub document: Document,
}

impl Snapshot {
    /// Reads a text. `read` makes the policy of a text that is valid HuJSON, with its facts and its
    /// invariants.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_ide::Snapshot;
    /// let snapshot = Snapshot::new(r#"{"tagOwners": {"tag:web": []}, "grants": [{"src": ["tag"#, Policy::parse);
    /// assert_eq!(snapshot.policy.tags().collect::<Vec<_>>(), ["tag:web"]);
    /// ```
    pub fn new(text: &str, read: impl FnOnce(String) -> Policy) -> Snapshot {
        let document = recovered_document(text);
        Snapshot { policy: read(document.text().to_owned()), document }
    }

    /// Returns the members of the top-level object, each with its name.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.document.members(self.document.root())
    }
}

/// Returns the range of a node in its text.
pub(crate) fn range(document: &Document, id: NodeId) -> Range<usize> {
    document.origin(id).range()
}
