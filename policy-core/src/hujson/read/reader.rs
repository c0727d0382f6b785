use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Help, Problem, suggestion};
use crate::hujson::read::headscale;
use crate::hujson::{Document, Kind, NodeId};
use crate::model::form::{Form, SECTIONS};
use crate::model::{DeclaredCapability, Dialect, List, Selector, SelectorKind, Until};
use crate::source::{Origin, Text};

/// A reader of one document, which collects findings about the parts that it cannot read.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pub(super) findings: Vec<Diagnostic>,
    /// The end dates in comments above nodes that have not been read yet.
    pub(super) untils: HashMap<NodeId, Until>,
    pub(super) dialect: Dialect,
    /// True if the text was made of Rust.
    pub(super) is_in_source: bool,
    /// The control server that a comment above the whole text names, and the place of the name.
    pub(super) target: Option<(Dialect, Origin)>,
    /// The capabilities that comments declare.
    pub(super) capabilities: Vec<DeclaredCapability>,
}

/// A member of a section: a declared name and its value.
pub(super) struct Member {
    pub(super) name: Text,
    pub(super) value: NodeId,
    pub(super) doc: Option<String>,
    /// Name and value.
    pub(super) origin: Origin,
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Reader {
            document,
            findings: Vec::new(),
            untils: HashMap::new(),
            dialect: Dialect::Tailscale,
            is_in_source: false,
            target: None,
            capabilities: Vec::new(),
        }
    }

    /// Returns the values of an object's keys, whose case Tailscale ignores. `None` if the node is
    /// not an object. `null` counts as no value.
    pub(super) fn fields<const N: usize>(&mut self, id: NodeId, form: &Form<N>) -> Option<[Option<NodeId>; N]> {
        if self.document.kind(id) != Kind::Object {
            self.wrong_type(id, form.name, "an object");
            return None;
        }
        let mut values = [None; N];
        let mut places: [Option<Origin>; N] = [None; N];
        let document = self.document;
        for (name, value) in document.members(id) {
            let Some(key) = document.unquoted(name) else { continue };
            let known = form.keys.iter().position(|known| self.is_key(known.name, &key));
            match known.and_then(|index| Some((values.get_mut(index)?, places.get_mut(index)?))) {
                Some((slot, place @ None)) => {
                    *place = Some(document.origin(name));
                    *slot = Some(value);
                }
                slots => {
                    let first = slots.and_then(|(_, place)| *place);
                    let Some(key) = document.string(name) else { continue };
                    match first {
                        Some(first) => self.duplicate_key(&key, first),
                        None => self.unknown_key(&key, form),
                    }
                }
            }
        }
        Some(values.map(|value| value.and_then(|value| self.present(value))))
    }

    /// Returns whether the control server treats a key as a known one.
    pub(super) fn is_key(&self, known: &str, key: &str) -> bool {
        match self.dialect {
            Dialect::Tailscale => known.eq_ignore_ascii_case(key),
            Dialect::Headscale => headscale::is_same_key(known, key),
        }
    }

    /// Returns the value, unless it is `null`, which counts as no value.
    pub(super) fn present(&self, value: NodeId) -> Option<NodeId> {
        (self.document.kind(value) != Kind::Null).then_some(value)
    }

    /// Reads a section of names and values into `list`.
    pub(super) fn declarations<T>(
        &mut self,
        id: NodeId,
        section: &str,
        list: &mut List<T>,
        mut declaration: impl FnMut(&mut Self, Member) -> T,
    ) {
        list.origin = list.origin.or(Some(self.document.origin(id)));
        if self.document.kind(id) != Kind::Object {
            self.wrong_type(id, &format!("`{section}`"), "an object");
            list.incomplete = true;
            return;
        }
        let mut seen: HashMap<String, Origin> = HashMap::new();
        let document = self.document;
        for (id_of_name, value) in document.members(id) {
            let Some(name) = document.string(id_of_name) else { continue };
            // Tags are the only kind of name whose case is ignored.
            let is_tag = section == "tagOwners" && self.dialect == Dialect::Tailscale;
            let key = if is_tag { name.to_ascii_lowercase() } else { name.to_string() };
            match seen.get(&key) {
                Some(&first) if !SECTIONS.iter().any(|known| known.name == section) => self.duplicate_key(&name, first),
                Some(&first) => self.findings.push(
                    Diagnostic::new(Code::DuplicateName, name.origin, format!("`{name}` is declared twice"))
                        .note_at("first declared here", first)
                        .help("leave out one of the two, or join them"),
                ),
                None => drop(seen.insert(key, name.origin)),
            }
            let origin = name.origin.to(document.origin(value));
            let doc = document.doc(id_of_name);
            list.items.push(declaration(self, Member { name, value, doc, origin }));
        }
    }

    fn unknown_key<const N: usize>(&mut self, key: &Text, form: &Form<N>) {
        let elsewhere = form.elsewhere.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
        let keys = form.keys.map(|key| key.name);
        let near = || suggestion::nearest(key, keys).map(Help::did_you_mean);
        let message = format!("{} has no `{key}`", form.name);
        let correction = |&(_, help): &(&str, &str)| {
            // The words say which key is meant, or that there is none.
            let own = form.keys.iter().map(|key| Help::write(key.name)).find(|own| **own == *help);
            own.unwrap_or_else(|| match help.starts_with("leave it out") {
                true => Help::remove_entry(help).or(""),
                false => Help::from(help),
            })
        };
        self.findings.push(match elsewhere.map(correction).or_else(near) {
            Some(help) => Diagnostic::new(Code::WrongKey, key.origin, message).help(help),
            None => {
                let message = format!("Tailscale is not known to read `{key}` in {}", form.name);
                Diagnostic::new(Code::UnknownKey, key.origin, message).help(format!("its keys are {}", quoted(&keys)))
            }
        });
    }

    pub(super) fn duplicate_key(&mut self, key: &Text, first: Origin) {
        self.findings.push(
            Diagnostic::new(Code::DuplicateKey, key.origin, format!("duplicate key `{key}`"))
                .note_at("first here", first)
                .help("join the two values"),
        );
    }

    /// Reports a value of the wrong type. `what` and `expected` complete the sentence "`src` must
    /// be a list".
    pub(super) fn wrong_type(&mut self, id: NodeId, what: &str, expected: &str) {
        let kind = self.document.kind(id);
        let message = format!("{what} must be {expected}, not {}", kind.noun());
        let finding = Diagnostic::new(Code::WrongType, self.document.origin(id), message);
        let text = self.document.string(id);
        self.findings.push(match (expected, &text) {
            ("a list", Some(text)) => finding.help(Help::write_text(format_args!("[\"{text}\"]"))),
            ("true or false", Some(text)) if matches!(&**text, "true" | "false") => {
                finding.help(Help::write_text(text).and(", without quotes"))
            }
            ("a list", None) if kind == Kind::Object => finding.help("put it in brackets"),
            ("a string", None) if matches!(kind, Kind::Number | Kind::Bool(_)) => finding.help("put it in quotes"),
            _ => finding,
        });
    }

    /// Returns the items of a list that can be read. `key` is the field's name.
    pub(super) fn list<T>(
        &mut self,
        value: Option<NodeId>,
        key: &str,
        mut item: impl FnMut(&mut Self, NodeId) -> Option<T>,
    ) -> List<T> {
        let Some(id) = value else { return List::default() };
        let origin = Some(self.document.origin(id));
        if self.document.kind(id) != Kind::Array {
            self.wrong_type(id, &format!("`{key}`"), "a list");
            return List { items: Vec::new(), origin, incomplete: true };
        }
        let mut list = List { items: Vec::new(), origin, incomplete: false };
        let document = self.document;
        for element in document.elements(id) {
            match item(self, element) {
                Some(item) => list.items.push(item),
                None => list.incomplete = true,
            }
        }
        list
    }

    /// Returns the items of a list of strings, each converted by a function.
    pub(super) fn words<T>(
        &mut self,
        value: Option<NodeId>,
        key: &str,
        mut word: impl FnMut(&mut Self, Text) -> Option<T>,
    ) -> List<T> {
        self.list(value, key, |reader, id| match reader.document.string(id) {
            Some(text) => word(reader, text),
            // To headscale, `null` is an empty word.
            None if reader.dialect == Dialect::Headscale && reader.document.kind(id) == Kind::Null => {
                word(reader, Text::escaped("", reader.document.origin(id)))
            }
            None => {
                reader.wrong_type(id, &format!("an item of `{key}`"), "a string");
                None
            }
        })
    }

    pub(super) fn texts(&mut self, value: Option<NodeId>, key: &str) -> List<Text> {
        self.words(value, key, |_, text| Some(text))
    }

    pub(super) fn selectors(&mut self, value: Option<NodeId>, key: &str) -> List<Selector> {
        self.words(value, key, |reader, text| Some(reader.selector(text)))
    }

    pub(super) fn selector(&self, text: Text) -> Selector {
        match self.dialect {
            Dialect::Tailscale => Selector::new(text),
            Dialect::Headscale => Selector::in_headscale(text),
        }
    }

    /// Returns a list of names, with the spaces around them. Neither control server removes these
    /// here.
    pub(super) fn names(&mut self, value: Option<NodeId>, key: &str) -> List<Selector> {
        self.words(value, key, |reader, text| Some(reader.name(text)))
    }

    pub(super) fn name(&self, text: Text) -> Selector {
        match self.dialect {
            Dialect::Tailscale => Selector::new(text),
            Dialect::Headscale => Selector { kind: SelectorKind::in_headscale(&text), text },
        }
    }

    /// Parses each word of a list.
    pub(super) fn parsed<T>(
        &mut self,
        value: Option<NodeId>,
        key: &str,
        parse: fn(&Text) -> Result<T, Problem>,
    ) -> List<T> {
        self.words(value, key, |reader, text| reader.parse(&text, parse))
    }

    /// Parses one word. A problem becomes a finding.
    pub(super) fn parse<T>(&mut self, text: &Text, parse: impl Fn(&Text) -> Result<T, Problem>) -> Option<T> {
        parse(text).map_err(|problem| self.findings.push(problem.at(text))).ok()
    }

    /// Returns a string. `key` is the field's name.
    pub(super) fn text(&mut self, value: Option<NodeId>, key: &str) -> Option<Text> {
        let id = value?;
        let text = self.document.string(id);
        if text.is_none() {
            self.wrong_type(id, &format!("`{key}`"), "a string");
        }
        text
    }

    /// Returns `true` or `false`. `key` is the field's name.
    pub(super) fn flag(&mut self, value: Option<NodeId>, key: &str) -> Option<bool> {
        let id = value?;
        if let Kind::Bool(flag) = self.document.kind(id) {
            return Some(flag);
        }
        self.wrong_type(id, &format!("`{key}`"), "true or false");
        None
    }
}

/// Lists words in backticks, separated by commas.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
