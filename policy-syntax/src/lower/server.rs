use policy_core::Code;
use policy_core::model::PolicyComment;

use crate::finding::Finding;
use crate::tree::{Item, Server, Tree};

use super::Writer;

impl Writer<'_, '_> {
    /// The control server, as the comment above everything that a policy file has for it.
    pub(super) fn server(&mut self, tree: &Tree) {
        let mut servers =
            tree.items.iter().filter_map(|item| if let Item::Server(server) = item { Some(server) } else { None });
        let Some(Server { key: first, dialect, place }) = servers.next() else { return };
        if !tree.header.is_empty() {
            self.out.push("\n");
        }
        self.out.map(*place, |out| out.line(&format!(" {}", PolicyComment::target(*dialect))));
        for Server { key, .. } in servers {
            self.findings.push(
                Finding::new(Code::DuplicateName, key.place, "this policy has a target already")
                    .note_at("given here", first.place)
                    .help("leave out one of the two"),
            );
        }
    }
}
