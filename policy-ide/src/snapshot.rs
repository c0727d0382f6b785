use std::sync::OnceLock;

use policy_core::Policy;
use policy_core::hujson::{Document, NodeId};
use policy_core::source::FileId;

use crate::name::{self, Name};
use crate::place::place_at;
use crate::recover::recovered_document;

/// A policy at one moment, as far as its text can be read.
///
/// While somebody types, most texts are not valid. A snapshot is of the recovered text,
/// so the names in the rest of the file are still known, each in its place.
#[derive(Debug)]
pub struct Snapshot {
    /// The policy.
    pub policy: Policy,
    /// The tree of its text.
    pub document: Document,
    names: OnceLock<Vec<Name>>,
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
        Snapshot { policy: read(document.text().to_owned()), document, names: OnceLock::new() }
    }

    /// Returns every name in the policy and its invariants, in the order of the texts.
    pub fn names(&self) -> &[Name] {
        self.names.get_or_init(|| name::names(&self.document, &self.policy))
    }

    /// Returns the name at a byte of one of the texts, or that ends before it.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_core::source::FileId;
    /// use policy_ide::Snapshot;
    /// let snapshot = Snapshot::new(r#"{"hosts": {"web": "10.0.0.1"}}"#, Policy::parse);
    /// assert_eq!(snapshot.name_at(FileId::Policy, 13).unwrap().text, "web");
    /// assert_eq!(snapshot.name_at(FileId::Policy, 3), None);
    /// ```
    pub fn name_at(&self, file: FileId, at: usize) -> Option<Name> {
        // The list of all names takes longer, and a policy has its own way to one place.
        if file == FileId::Policy
            && let Some(name) = place_at(&self.document, at).and_then(|place| name::name(&place, &self.policy))
        {
            return Some(name).filter(|name| is_at(name, at));
        }
        let names = match file {
            FileId::Policy => name::declared_in_comments(&self.policy),
            FileId::Invariants => name::names_in_invariants(&self.policy),
            FileId::Facts(_) | FileId::Scanned(_) => Vec::new(),
        };
        names.into_iter().find(|name| is_at(name, at))
    }

    /// Returns the places of a name.
    pub fn uses<'s>(&'s self, name: &'s Name) -> impl Iterator<Item = &'s Name> {
        self.names().iter().filter(move |other| other.is_same(name))
    }

    /// Returns the members of the top-level object, each with its name.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.document.members(self.document.root())
    }
}

/// Returns whether a name contains a byte, or ends before it.
fn is_at(name: &Name, at: usize) -> bool {
    let range = name.origin.range();
    range.start <= at && at <= range.end
}
