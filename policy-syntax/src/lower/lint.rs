use std::collections::HashMap;

use policy_core::{Code, model};

use crate::finding::Finding;
use crate::token_range::TokenRange;
use crate::tree::{Form, Item, Lint, LintCode, Tree};

use super::Writer;

impl<'t> Writer<'_, 't> {
    /// Writes the levels of `lints` as comments at the top of the policy file.
    pub(super) fn lints(&mut self, tree: &'t Tree) {
        let mut first: HashMap<Code, TokenRange> = HashMap::new();
        let has_target = tree.items.iter().any(|item| matches!(item, Item::Dialect(_)));
        let mut parted = tree.header.is_empty() || has_target;
        for (lint, place) in lints(tree) {
            let known = |LintCode { code, place }: &LintCode| match first.insert(*code, *place) {
                None => Some(code.name()),
                Some(first) => {
                    let finding = Finding::new(Code::DuplicateName, *place, format!("`{code}` already has a level"));
                    self.findings.push(finding.note_at("given here", first).help("leave out one of the two"));
                    None
                }
            };
            let codes: Vec<&str> = lint.codes.iter().filter_map(known).collect();
            if codes.is_empty() {
                continue;
            }
            if !std::mem::replace(&mut parted, true) {
                self.out.push("\n");
            }
            let reason = lint.reason.split_whitespace().collect::<Vec<_>>().join(" ");
            let comment = model::Lint::comment(lint.level, codes, lint.until.map(|until| until.date), &reason);
            let place = lint.until.map_or(place, |until| until.place);
            self.out.map(place, |out| out.line(&format!(" {comment}")));
        }
    }
}

/// Returns the entries of all `lints`.
fn lints(tree: &Tree) -> impl Iterator<Item = (&Lint, TokenRange)> {
    let sections =
        tree.items.iter().filter_map(|item| if let Item::Section(section) = item { Some(section) } else { None });
    sections.flat_map(|section| &section.entries).filter_map(|entry| match &entry.form {
        Form::Lint(lint) => Some((lint, entry.place)),
        _ => None,
    })
}
