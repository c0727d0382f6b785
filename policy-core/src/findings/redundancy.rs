//! Findings about redundant rules, and redundant items in their lists.

use std::collections::HashSet;

use crate::check::rule::named_beside_wildcard;
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::findings::words::Words;
use crate::model::SelectorKind;
use crate::proof::{AccessClasses, Redundancy, RedundantPart, redundancies};
use crate::source::Origin;

/// The number of covering rules that a finding shows.
const SHOWN: usize = 3;

/// Returns a warning for each redundancy.
pub(super) fn redundant_rules(words: &Words, classes: &AccessClasses) -> Vec<Diagnostic> {
    // A selector beside `*` has a separate warning.
    let grants = words.policy.grants.iter().flatten().map(|grant| &grant.src);
    let sources = grants.chain(words.policy.acls.iter().flatten().map(|acl| &acl.src));
    let reported: HashSet<Origin> =
        sources.flat_map(|src| named_beside_wildcard(src)).map(|(selector, _)| selector.text.origin).collect();
    let found = redundancies(classes).into_iter().filter(|redundancy| match &redundancy.part {
        RedundantPart::Rule => true,
        RedundantPart::Item(text) => !reported.contains(&text.origin),
    });
    let grants: HashSet<Origin> = words.policy.grants.iter().flatten().map(|grant| grant.origin).collect();
    found.map(|redundancy| warning(words, &redundancy, grants.contains(&redundancy.rule))).collect()
}

fn warning(words: &Words, redundancy: &Redundancy, is_grant: bool) -> Diagnostic {
    let noun = if is_grant { "grant" } else { "acl" };
    let (finding, what) = match &redundancy.part {
        RedundantPart::Rule => {
            let message = format!("this {noun} allows nothing that other rules do not");
            (Diagnostic::new(Code::RedundantRule, redundancy.rule, message), "the rule")
        }
        RedundantPart::Item(text) => {
            let name = if SelectorKind::of(text) == SelectorKind::User { words.login(text) } else { text };
            let message = format!("`{name}` adds nothing to this {noun}");
            (Diagnostic::new(Code::RedundantRule, text.origin, message), "it")
        }
    };
    let (itself, others): (Vec<Origin>, Vec<Origin>) =
        redundancy.covered_by.iter().partition(|&&rule| rule == redundancy.rule);
    let mut finding = others.iter().take(SHOWN).fold(finding, |finding, &rule| {
        finding.note_at(
            if others.len() > 1 { "this rule allows a part of it" } else { "this rule allows all of it" },
            rule,
        )
    });
    if !itself.is_empty() {
        finding = finding.note(if others.is_empty() {
            format!("the other items of the {noun} allow all of it")
        } else {
            format!("the other items of the {noun} allow the rest")
        });
    }
    if let Some(more) = others.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        finding = finding.note(format!("{more} more rules allow the rest"));
    }
    finding.help(Help::remove_entry(format!("remove {what}: nothing changes")))
}
