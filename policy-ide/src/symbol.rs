//! The outline of a policy file.

use std::ops::Range;

use policy_analysis::query::RuleTexts;
use policy_core::hujson::{Document, Kind, NodeId};

use crate::node_range::range;
use crate::snapshot::Snapshot;

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name: a key, a declared name, or a rule on one line.
    pub name: String,
    /// Its value on one line, if that is short.
    pub detail: Option<String>,
    /// Its kind.
    pub kind: SymbolKind,
    /// All of it.
    pub range: Range<usize>,
    /// Its name, or all of it if it has none.
    pub name_range: Range<usize>,
    /// The entries in it.
    pub children: Vec<Symbol>,
}

/// The kind of an entry of the outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A top-level key with entries: `grants`
    Section,
    /// A top-level key without entries: `randomizeClientPort`
    Setting,
    /// A declared name: `tag:web`
    Name,
    /// A rule, a test, or another object of a list.
    Entry,
}

/// The maximum length of a value in the outline.
const LONGEST: usize = 60;

/// Returns the outline of a policy file: its sections with their entries.
///
/// ```
/// use policy_core::Policy;
/// use policy_ide::{Snapshot, symbols};
/// let text = r#"{"tagOwners": {"tag:db": ["autogroup:admin"]}, "grants": [{"src": ["*"], "dst": ["tag:db"], "ip": ["22"]}]}"#;
/// let symbols = symbols(&Snapshot::new(text, Policy::parse));
/// let outline: Vec<_> = symbols.iter().map(|section| (&*section.name, &*section.children[0].name)).collect();
/// assert_eq!(outline, [("tagOwners", "tag:db"), ("grants", "* -> tag:db on 22")]);
/// ```
pub fn symbols(snapshot: &Snapshot) -> Vec<Symbol> {
    let document = &snapshot.document;
    let rules = RuleTexts::new(&snapshot.policy);
    let member = |(name, value): (NodeId, NodeId), kind: SymbolKind, children: Vec<Symbol>| Symbol {
        name: document.string(name).map(|name| name.to_string()).unwrap_or_default(),
        detail: one_line(document, value),
        kind,
        range: range(document, name).start..range(document, value).end,
        name_range: range(document, name),
        children,
    };
    let entry = |value: NodeId| {
        let text = rules.text(document.origin(value));
        Symbol {
            name: if text.is_empty() { summary(document, value) } else { text },
            detail: None,
            kind: SymbolKind::Entry,
            range: range(document, value),
            name_range: range(document, value),
            children: Vec::new(),
        }
    };
    let section = |(name, value): (NodeId, NodeId)| {
        let names = document.members(value).map(|inside| member(inside, SymbolKind::Name, Vec::new()));
        let objects = document.elements(value).filter(|item| document.kind(*item) == Kind::Object);
        let children: Vec<Symbol> = names.chain(objects.map(entry)).collect();
        let is_section = matches!(document.kind(value), Kind::Object | Kind::Array);
        member((name, value), if is_section { SymbolKind::Section } else { SymbolKind::Setting }, children)
    };
    snapshot.sections().map(section).collect()
}

/// Returns the source of a value if it is short and on one line.
fn one_line(document: &Document, value: NodeId) -> Option<String> {
    let source = document.source(value);
    (source.len() <= LONGEST && !source.contains('\n')).then(|| source.to_owned())
}

/// Returns the names in an object that is not a rule: those of its first member.
fn summary(document: &Document, object: NodeId) -> String {
    let Some((name, value)) = document.members(object).next() else { return "{}".to_owned() };
    let name = document.string(name).map(|name| name.to_string()).unwrap_or_default();
    let words: Vec<String> = match document.string(value) {
        Some(word) => vec![word.to_string()],
        None => {
            document.elements(value).filter_map(|item| document.string(item)).map(|word| word.to_string()).collect()
        }
    };
    if words.is_empty() { name } else { format!("{name} {}", words.join(", ")) }
}
