//! The parts of a policy that headscale cannot read.
//!
//! headscale decodes a policy into Go types. It refuses a key that a type does not have, a value of
//! another type, and a word of another form. [`types`] has these types, section by section. The
//! same reader as for Tailscale reads the model. This module only reports mistakes.

mod absent;
mod types;
mod words;

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, HeadscaleAnswer, HeadscaleStage, Help, Problem, go_quote, suggestion};
use crate::hujson::{Document, Kind, NodeId};
use crate::source::{Origin, Text};

/// Returns every mistake because of which headscale cannot read the policy, and the mistakes in the
/// targets of tests, in the order of the text.
pub(super) fn mistakes(document: &Document) -> Vec<Diagnostic> {
    let mut reading = TypeReader { document, findings: Vec::new() };
    reading.policy(document.root());
    reading.findings
}

/// Returns whether headscale treats two keys as equal. It ignores case, dashes and underscores.
pub(super) fn is_same_key(known: &str, key: &str) -> bool {
    let fold = |key: &str| -> String {
        key.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
    };
    known == key || fold(known) == fold(key)
}

/// A reader that checks a document against headscale's types.
struct TypeReader<'d> {
    document: &'d Document,
    findings: Vec<Diagnostic>,
}

/// A key of an object, and the function that reads its value.
type TypedKey = (&'static str, for<'d> fn(&mut TypeReader<'d>, NodeId));

/// The type of an object with a fixed set of keys.
struct ObjectType {
    /// The name in a sentence, such as `a grant`.
    name: &'static str,
    fields: &'static [TypedKey],
    /// True if it may have members whose names begin with `#`. headscale-admin stores notes in
    /// them.
    has_notes: bool,
}

impl TypeReader<'_> {
    /// Reports a value whose type differs from headscale's.
    fn wrong_type(&mut self, id: NodeId, what: &str, expected: &str) {
        let kind = self.document.kind(id);
        let mut finding = Diagnostic::new(
            Code::WrongType,
            self.document.origin(id),
            format!("{what} must be {expected}, not {}", kind.noun()),
        );
        let text = self.document.string(id);
        finding.help = match (expected, &text) {
            ("a list", Some(text)) => Some(Help::write_text(format_args!("[\"{text}\"]"))),
            ("true or false", Some(text)) if matches!(&**text, "true" | "false") => {
                Some(Help::write_text(text).and(", without quotes"))
            }
            ("a string", None) if matches!(kind, Kind::Number | Kind::Bool(_)) => Some(Help::from("put it in quotes")),
            _ => None,
        };
        finding.headscale = Some(HeadscaleAnswer { stage: HeadscaleStage::Reading, text: None });
        self.findings.push(finding);
    }

    fn report(&mut self, problem: Problem, text: &Text) {
        self.findings.push(problem.at(text));
    }

    /// Reads an object. `null` counts as an empty one.
    fn object(&mut self, id: NodeId, shape: &ObjectType) {
        match self.document.kind(id) {
            Kind::Null => {}
            Kind::Object => {
                let mut seen: HashMap<&str, Origin> = HashMap::new();
                for (name, value) in self.document.members(id) {
                    let Some(key) = self.document.string(name) else { continue };
                    let exact = shape.fields.iter().find(|(known, _)| **known == *key);
                    let field = exact.or_else(|| shape.fields.iter().find(|(known, _)| is_same_key(known, &key)));
                    match field {
                        Some((known, read)) => match seen.get(known) {
                            Some(&first) => self.duplicate(&key, first),
                            None => {
                                seen.insert(known, key.origin);
                                read(self, value);
                            }
                        },
                        None if shape.has_notes && key.starts_with('#') => {}
                        None => self.unknown_key(&key, shape),
                    }
                }
            }
            _ => self.wrong_type(id, shape.name, "an object"),
        }
    }

    fn unknown_key(&mut self, key: &Text, shape: &ObjectType) {
        let answer = format!("unknown field: {}", go_quote(key));
        let finding = match absent::absent_key(shape.name, key) {
            Some((message, help)) => Diagnostic::new(Code::NotInHeadscale, key.origin, message).help(help),
            None => {
                let near = suggestion::nearest(key, shape.fields.iter().map(|(known, _)| *known));
                let help = match near {
                    Some(near) => Help::did_you_mean(near),
                    None => Help::from("leave it out: headscale refuses a key that it does not know"),
                };
                Diagnostic::new(Code::WrongKey, key.origin, format!("{} has no `{key}`", shape.name)).help(help)
            }
        };
        self.findings.push(finding.headscale(HeadscaleStage::Reading, answer));
    }

    fn duplicate(&mut self, key: &Text, first: Origin) {
        let answer = format!("jsontext: duplicate object member name {}", go_quote(key));
        self.findings.push(
            Diagnostic::new(Code::DuplicateKey, key.origin, format!("duplicate key `{key}`"))
                .note_at("first here", first)
                .help("join the two values")
                .headscale(HeadscaleStage::Reading, answer),
        );
    }

    /// Returns the members of an object with arbitrary keys, each key once.
    fn members(&mut self, id: NodeId) -> Vec<(Text, NodeId)> {
        let mut seen: HashMap<String, Origin> = HashMap::new();
        let mut members = Vec::new();
        for (name, value) in self.document.members(id) {
            let Some(key) = self.document.string(name) else { continue };
            match seen.get(key.as_str()) {
                Some(&first) => self.duplicate(&key, first),
                None => {
                    seen.insert(key.to_string(), key.origin);
                    members.push((key, value));
                }
            }
        }
        members
    }

    /// Reads a list. `null` counts as an empty one.
    fn list(&mut self, id: NodeId, what: &str, mut item: impl FnMut(&mut Self, NodeId, usize)) {
        match self.document.kind(id) {
            Kind::Null => {}
            Kind::Array => {
                for (index, element) in self.document.elements(id).enumerate() {
                    item(self, element, index);
                }
            }
            _ => self.wrong_type(id, what, "a list"),
        }
    }

    /// Returns the string that a value is. `null` counts as an empty one.
    fn text(&mut self, id: NodeId, what: &str) -> Option<Text> {
        match self.document.kind(id) {
            Kind::String => self.document.string(id),
            Kind::Null => Some(Text::escaped("", self.document.origin(id))),
            _ => {
                self.wrong_type(id, what, "a string");
                None
            }
        }
    }

    /// Returns the token of a value, without quotes. Some of headscale's types accept a word with
    /// or without quotes.
    fn token(&self, id: NodeId) -> Text {
        match self.document.string(id) {
            Some(text) => text,
            None => Text::escaped(self.document.source(id).trim_matches('"'), self.document.origin(id)),
        }
    }

    fn flag(&mut self, id: NodeId, what: &str) {
        if !matches!(self.document.kind(id), Kind::Bool(_) | Kind::Null) {
            self.wrong_type(id, what, "true or false");
        }
    }

    /// Reports duplicate keys in a value of any type.
    fn any(&mut self, id: NodeId) {
        let mut rest = vec![id];
        while let Some(id) = rest.pop() {
            rest.extend(self.members(id).into_iter().map(|(_, value)| value));
            rest.extend(self.document.elements(id));
        }
    }
}
