use policy_core::Code;
use policy_core::model::PolicyComment;

use crate::finding::Finding;
use crate::tree::{DialectItem, Item, Tree};

use super::Writer;

impl Writer<'_, '_> {
    /// Writes the control server as a comment at the top of the policy file.
    pub(super) fn dialect(&mut self, tree: &Tree) {
        let mut items =
            tree.items.iter().filter_map(|item| if let Item::Dialect(item) = item { Some(item) } else { None });
        let Some(DialectItem { key: first, dialect, place }) = items.next() else { return };
        if !tree.header.is_empty() {
            self.out.push("\n");
        }
        self.out.map(*place, |out| out.line(&format!(" {}", PolicyComment::target(*dialect))));
        for DialectItem { key, .. } in items {
            self.findings.push(
                Finding::new(Code::DuplicateName, key.place, "this policy already has a target")
                    .note_at("given here", first.place)
                    .help("leave out one of the two"),
            );
        }
    }
}
