//! The section of invariants and tests.

use policy_core::model::{Invariant, InvariantKind, InvariantTarget, List, PortSpec, Target, Test};

use super::{Page, end, explain, unless_empty};
use crate::render::prose::{Block, Prose, Table};

impl Page<'_> {
    /// Returns the invariants and the tests.
    pub(super) fn tests(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let invariants = &self.policy.facts.invariants;
        if !invariants.is_empty() {
            blocks.push(Block::Paragraph(Prose::text("Everyone and everything that joins later:")));
            blocks.push(Block::List(invariants.iter().map(|invariant| self.invariant(invariant)).collect()));
        }
        let mut table = Table::new(["Tested for", "Must reach", "Must not reach"]);
        for test in self.policy.tests.iter().filter_map(|test| self.test(test)) {
            table.rows.push(test);
        }
        blocks.extend(unless_empty(table));
        let mut table =
            Table::new(["Tested over SSH", "On", "Gets in as", "Gets in after a check as", "Does not get in as"]);
        for test in &self.policy.ssh_tests {
            let Some(src) = &test.src else { continue };
            let accounts = [&test.accept, &test.check, &test.deny];
            let accounts = accounts.map(|list| Prose::codes(list.iter().map(|account| account.as_str())));
            table.rows.push(
                [Prose::code(self.names.name(&src.text)).and(end(test.until)), self.names.prose(&test.dst)]
                    .into_iter()
                    .chain(accounts)
                    .collect(),
            );
        }
        blocks.extend(unless_empty(table));
        blocks
    }

    fn test(&self, test: &Test) -> Option<Vec<Prose>> {
        let source = Prose::code(self.names.name(&test.src.as_ref()?.text));
        let source = match test.proto {
            Some(protocol) => source.and_text(format!(" on {protocol}")),
            None => source,
        };
        let targets = |list: &List<Target>| {
            Prose::codes(list.iter().map(|target| format!("{}:{}", self.names.name(&target.host.text), target.port)))
        };
        Some(vec![
            explain(source.and(end(test.until)), test.doc.as_deref()),
            targets(&test.accept),
            targets(&test.deny),
        ])
    }

    fn invariant(&self, invariant: &Invariant) -> Prose {
        let targets = |list: &[InvariantTarget]| {
            let each = list.iter().map(|target| {
                let ports = (!target.ip.is_empty())
                    .then(|| Prose::text(" on ").and(Prose::codes(target.ip.iter().map(PortSpec::to_string))));
                self.names.prose(&target.dst).and(ports.unwrap_or_default())
            });
            Prose::join(each, " and ")
        };
        let except = |list: Prose, is_empty: bool| {
            if is_empty { Prose::default() } else { Prose::text(" except ").and(list) }
        };
        let except_targets = except(targets(&invariant.except), invariant.except.is_empty());
        let src_except = except(self.names.prose(&invariant.src_except), invariant.src_except.is_empty());
        let src = self.names.prose(&invariant.src).and(src_except);
        let to = |between: &str| Prose::text(between).and(targets(&invariant.targets)).and(except_targets.clone());
        let all = match invariant.kind {
            InvariantKind::Only => src.and(to(" reaches ")).and_text(" and nothing else"),
            InvariantKind::Never => src.and(to(" never reaches ")),
            InvariantKind::Isolated => src.and_text(" is isolated").and(except_targets),
        };
        explain(all, invariant.doc.as_deref())
    }
}
