use std::collections::HashSet;
use std::num::NonZeroU32;

use policy_core::Code;
use policy_core::diagnostic::Help;

use crate::finding::Finding;
use crate::token::TokenId;
use crate::token_range::TokenRange;
use crate::tree::{Item, LetValue, Tree};

/// The result of reading, with the mistakes.
#[derive(Debug)]
pub struct Reading {
    pub(crate) tree: Tree,
    /// Findings about the grammar.
    pub findings: Vec<Finding>,
    /// The names in statements that could not be read.
    pub recovered: RecoveredNames,
    /// The elements that loops are expanded for. Places refer to them by number.
    pub iterations: Vec<Iteration>,
    /// The first token of each `use`, in the order of the fragments.
    pub uses: Vec<TokenId>,
    /// True if a `use` cannot be read.
    pub has_wrong_use: bool,
    /// True if some list of a rule or a declaration has an `except`.
    pub(crate) uses_except: bool,
    pub(crate) is_invariants_file: bool,
    /// Names in loops that contain the name of a variable without its `$`, each with its correct
    /// form.
    pub(crate) without_dollar: Vec<(TokenRange, String)>,
}

/// The element that a statement is expanded for.
#[derive(Clone, Debug)]
pub struct Iteration {
    /// The element of the outer loop.
    pub outer: Option<NonZeroU32>,
    /// The variables with their values, for use in a message.
    pub what: String,
    /// The place of the element.
    pub place: TokenRange,
}

/// The names in statements that could not be read. They may be declared there, so they are not
/// reported as undefined.
#[derive(Debug, Default)]
pub struct RecoveredNames {
    pub(super) names: HashSet<String>,
    /// True if such a statement may declare any name.
    pub(super) all: bool,
}

impl RecoveredNames {
    /// Returns whether such a statement may declare this name.
    pub fn may_declare(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }
}

/// A `let`, for an editor to show.
#[derive(Debug)]
pub struct LetSummary<'t> {
    /// Its name.
    pub name: &'t str,
    /// The comment above it.
    pub doc: Option<String>,
    /// The items, as written.
    pub items: Vec<String>,
}

impl Reading {
    /// Suggests to add the missing `$` of a variable, if this explains why a name is undefined or
    /// declared twice.
    pub fn find_variable<P>(&self, place: TokenRange, finding: &mut Finding<P>) {
        let codes = [
            Code::DuplicateKey,
            Code::DuplicateName,
            Code::UndefinedTag,
            Code::UndefinedGroup,
            Code::UndefinedHost,
            Code::UndefinedIpSet,
            Code::UndefinedPosture,
        ];
        if !codes.contains(&finding.code) || place.iteration.is_none() {
            return;
        }
        let name = self.without_dollar.iter().find(|(name, _)| (name.first, name.last) == (place.first, place.last));
        if let Some((_, meant)) = name {
            // The first declaration is at the same place, so its note would not help.
            finding.notes.clear();
            finding.help = Some(Help::did_you_mean(meant));
        }
    }

    /// Returns the `let`s of the policy.
    pub fn lets(&self) -> impl Iterator<Item = LetSummary<'_>> {
        self.tree.items.iter().filter_map(|item| {
            let Item::Let(item) = item else { return None };
            let doc = item.marks.docs.iter().flat_map(|doc| doc.said()).collect::<Vec<_>>().join("\n");
            let doc = Some(doc).filter(|doc| !doc.is_empty());
            Some(LetSummary { name: &item.name.text, doc, items: item.value.items() })
        })
    }
}

impl LetValue {
    /// Returns the items as written. An `except` is part of the last one.
    fn items(&self) -> Vec<String> {
        match self {
            LetValue::Ports(list) => list.iter().map(ToString::to_string).collect(),
            LetValue::Selectors(selection) => {
                let texts = |list: &[crate::tree::Selector]| -> Vec<String> {
                    list.iter().map(|selector| selector.word.text.clone()).collect()
                };
                let mut items = texts(&selection.list);
                if let Some(last) = items.last_mut().filter(|_| !selection.except.is_empty()) {
                    last.push_str(&format!(" except {}", texts(&selection.except).join(", ")));
                }
                items
            }
        }
    }
}
