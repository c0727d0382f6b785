//! Converts the keys of a policy: sections, and settings, which stay JSON.

use policy_core::hujson::{Document, Kind, NodeId};
use policy_core::source::Origin;

use super::entry::{EntryKind, items};
use super::finding::Findings;
use super::json::json;
use super::placement::Placement;
use super::tree::{Form, List, Node, Piece};
use crate::comment::{Child, Content, content, has_comment};
use policy_cli::tool::words::Names;
use policy_cli::tool::words::{is_bare, is_named, quoted};

/// The form of a section that is written as a block.
#[derive(Clone, Copy)]
enum Section {
    /// A statement for each entry of a list
    Entries(&'static EntryKind),
    /// `name = values;` for each member of an object
    Declarations(Values),
    AutoApprovers,
}

/// The values of a declaration.
#[derive(Clone, Copy)]
enum Values {
    /// One address
    Address,
    /// Names
    Selectors(List),
    /// Conditions of a posture, which are strings
    Conditions,
    /// Operations of an IP set
    Operations,
}

/// The sections that are written as blocks.
const SECTIONS: &[(&str, Section)] = &[
    ("groups", Section::Declarations(Values::Selectors(List::Plain))),
    ("hosts", Section::Declarations(Values::Address)),
    ("ipsets", Section::Declarations(Values::Operations)),
    ("postures", Section::Declarations(Values::Conditions)),
    ("tagOwners", Section::Declarations(Values::Selectors(List::Owners))),
    ("grants", Section::Entries(&EntryKind::GRANT)),
    ("acls", Section::Entries(&EntryKind::ACL)),
    ("ssh", Section::Entries(&EntryKind::SSH)),
    ("autoApprovers", Section::AutoApprovers),
    ("nodeAttrs", Section::Entries(&EntryKind::NODE_ATTR)),
    ("tests", Section::Entries(&EntryKind::TEST)),
    ("sshTests", Section::Entries(&EntryKind::SSH_TEST)),
];

/// A reader of the document's members.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pub(super) names: &'a Names,
    pub(super) findings: Findings,
    /// Keys with another spelling today, in which the macro writes them.
    pub(super) spellings: Vec<(Origin, &'static str)>,
}

impl Reader<'_> {
    /// Converts a key of the policy and its value.
    pub(super) fn key(&mut self, child: &Child) -> Node {
        let name = child.name.and_then(|name| self.document.string(name));
        let name = name.as_ref().map_or("", |name| name.as_str());
        let own = self.findings.take_until(self.document.origin(child.value).start.saturating_add(1));
        let (reported, spelt) = (self.findings.reported, self.spellings.len());
        let section = SECTIONS.iter().find(|(section, _)| section.eq_ignore_ascii_case(name));
        if let Some((section, _)) = section {
            self.spell(child, section);
        }
        let node = section.and_then(|(name, section)| self.section(name, *section, child.value)).unwrap_or_else(|| {
            self.findings.reported = reported;
            self.spellings.truncate(spelt);
            self.setting(name, child.value)
        });
        let mut node = self.add_surroundings(self.add_comments(node, child), child);
        node.findings.splice(0..0, own);
        node
    }

    /// Converts a section to a block. Returns `None` if an entry has no statement.
    fn section(&mut self, name: &str, section: Section, value: NodeId) -> Option<Node> {
        let Content { open, children, end } = content(self.document, value);
        let nodes = match (self.document.kind(value), section) {
            (Kind::Object, Section::AutoApprovers) => self.approvers(&children)?,
            (Kind::Object, Section::Declarations(values)) => self.declarations(values, &children)?,
            (Kind::Array, Section::Entries(kind)) => self.entries(kind, &children)?,
            _ => return None,
        };
        Some(Node { docs: open, ..Node::new(Form::Block { head: vec![Piece::word(name)], nodes, end }) })
    }

    fn entries(&mut self, kind: &EntryKind, children: &[Child]) -> Option<Vec<Node>> {
        if !children.iter().all(|child| self.document.kind(child.value) == Kind::Object) {
            return None;
        }
        let entries = children.iter().map(|child| {
            let node = kind.statement(self.document, self.names, child);
            if node.is_some() {
                self.spell_fields(kind, child.value);
            }
            let mut node = node.unwrap_or_else(|| {
                let made = json(self.document, child.value);
                let node = Node { docs: made.open, ..Node::new(Form::Statement(vec![Piece::Json(made.json)])) };
                self.add_comments(node, child)
            });
            kind.read_end(&mut node);
            self.add_surroundings(node, child)
        });
        Some(entries.collect())
    }

    fn declarations(&mut self, values: Values, children: &[Child]) -> Option<Vec<Node>> {
        let declarations = children.iter().map(|child| declaration(self.document, self.names, values, child));
        let declarations: Vec<Node> = declarations.collect::<Option<_>>()?;
        Some(declarations.into_iter().zip(children).map(|(node, child)| self.add_surroundings(node, child)).collect())
    }

    fn approvers(&mut self, children: &[Child]) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        let mut seen = Vec::new();
        for child in children {
            let name = self.document.string(child.name?)?;
            let key = ["routes", "exitNode", "services"].into_iter().find(|key| key.eq_ignore_ascii_case(&name))?;
            let node = if key == "exitNode" {
                let approvers = strings(self.document, child.value).filter(|approvers| !approvers.is_empty())?;
                let names = self.names;
                list(self.document, key.to_owned(), List::Plain, child, &approvers, &|text| names.selector(text))
            } else if self.document.kind(child.value) == Kind::Object {
                let Content { open, children, end } = content(self.document, child.value);
                let nodes = self.declarations(Values::Selectors(List::Plain), &children)?;
                let block = Form::Block { head: vec![Piece::word(key)], nodes, end };
                self.add_comments(Node { docs: open, ..Node::new(block) }, child)
            } else {
                return None;
            };
            // The macro would join two statements of one kind.
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
            self.spell(child, key);
            nodes.push(self.add_surroundings(node, child));
        }
        Some(nodes)
    }

    /// Records the spelling of a member's name.
    fn spell(&mut self, child: &Child, spelling: &'static str) {
        let name = child.name.filter(|name| self.document.string(*name).is_some_and(|name| *name != *spelling));
        self.spellings.extend(name.map(|name| (self.document.origin(name), spelling)));
    }

    fn spell_fields(&mut self, kind: &EntryKind, entry: NodeId) {
        for child in content(self.document, entry).children {
            let name = child.name.and_then(|name| self.document.string(name));
            if let Some(key) = name.and_then(|name| kind.keys.iter().find(|key| key.is_called(&name))) {
                self.spell(&child, key.name);
            }
        }
    }

    /// Returns the statement `key = JSON;`.
    fn setting(&self, name: &str, value: NodeId) -> Node {
        let key = if is_bare(name) && !name.contains('-') { name.to_owned() } else { quoted(name) };
        let mut pieces = vec![Piece::Word(key), Piece::word("=")];
        let names =
            strings(self.document, value).filter(|names| !names.is_empty() && names.iter().all(|name| is_named(name)));
        if let Some(postures) = names.filter(|_| name.eq_ignore_ascii_case("defaultSrcPosture")) {
            let mut placement = Placement::default();
            placement.add_to_list(1, &content(self.document, value), None);
            pieces.push(Piece::List(List::Plain, items(&postures, 1, &mut placement, &str::to_owned)));
            let Placement { docs, after, .. } = placement;
            return Node { docs, after, ..Node::new(Form::Statement(pieces)) };
        }
        let made = json(self.document, value);
        pieces.push(Piece::Json(made.json));
        Node { docs: made.open, ..Node::new(Form::Statement(pieces)) }
    }

    /// Adds the comments directly above and after a value to its node, which already has the
    /// comments inside.
    fn add_comments(&self, mut node: Node, child: &Child) -> Node {
        node.docs.splice(0..0, child.comments.above.iter().cloned());
        let is_commented = has_comment(self.document, child.value);
        if is_commented { &mut node.after } else { &mut node.docs }.extend_from_slice(&child.comments.behind);
        node
    }

    /// Adds the errors, the separate comments above and the empty line before them.
    fn add_surroundings(&mut self, mut node: Node, child: &Child) -> Node {
        node.findings.extend(self.findings.take_until(self.document.origin(child.value).end));
        node.alone.clone_from(&child.comments.alone);
        node.is_apart = child.comments.is_apart;
        node
    }
}

/// Returns the statement `name = value, value;`.
fn declaration(document: &Document, names: &Names, values: Values, child: &Child) -> Option<Node> {
    let name = document.string(child.name?)?;
    if let Values::Address = values {
        let name = if is_bare(&name) { name.to_string() } else { Names::plain(&name) };
        let address = Piece::Word(quoted(&document.string(child.value)?));
        let docs = [child.comments.above.as_slice(), &child.comments.behind].concat();
        let pieces = vec![Piece::Word(name), Piece::word("="), address];
        return Some(Node { docs, ..Node::new(Form::Statement(pieces)) });
    }
    let name = Names::plain(&name);
    let strings = strings(document, child.value)?;
    Some(match values {
        Values::Operations => list(document, name, List::Plain, child, &operations(&strings)?, &str::to_owned),
        Values::Selectors(kind) => list(document, name, kind, child, &strings, &|text| names.selector(text)),
        Values::Conditions | Values::Address => list(document, name, List::Plain, child, &strings, &quoted),
    })
}

/// Returns the statement `name = item, item;`.
fn list(
    document: &Document,
    name: String,
    kind: List,
    child: &Child,
    values: &[String],
    text: &dyn Fn(&str) -> String,
) -> Node {
    let mut placement = Placement::default();
    placement.add_to_entry(&child.comments.above);
    placement.add_to_list(1, &content(document, child.value), None);
    placement.add_to_entry(&child.comments.behind);
    let mut pieces = vec![Piece::Word(name)];
    if !values.is_empty() {
        pieces.extend([Piece::word("="), Piece::List(kind, items(values, 1, &mut placement, text))]);
    }
    let Placement { docs, after, .. } = placement;
    Node { docs, after, ..Node::new(Form::Statement(pieces)) }
}

/// Returns the entries of an IP set as values. Returns `None` if some entries are removed and
/// others have no explicit operation, because the macro would write them differently.
fn operations(entries: &[String]) -> Option<Vec<String>> {
    let removes = entries.iter().any(|entry| entry.starts_with("remove "));
    let value = |entry: &String| match (entry.strip_prefix("add "), entry.strip_prefix("remove ")) {
        (Some(target), _) if removes => target_of_set(target),
        (_, Some(target)) => target_of_set(target).map(|target| format!("remove {target}")),
        // If nothing is removed, `add` is only kept by quoting the whole entry.
        (Some(_), None) => Some(quoted(entry)),
        (None, None) if removes => None,
        (None, None) => target_of_set(entry),
    };
    entries.iter().map(value).collect()
}

/// Returns the target of an operation on an IP set. A bare name is a host.
fn target_of_set(target: &str) -> Option<String> {
    match target.strip_prefix("host:") {
        Some(host) if is_bare(host) => Some(host.to_owned()),
        _ if target.starts_with("add ") || target.starts_with("remove ") => None,
        _ => Some(Names::plain(target)),
    }
}

/// Returns the strings of a list, or `None` if it is not a list or has other items.
fn strings(document: &Document, id: NodeId) -> Option<Vec<String>> {
    if document.kind(id) != Kind::Array {
        return None;
    }
    document.elements(id).map(|item| document.string(item).map(|text| text.to_string())).collect()
}
