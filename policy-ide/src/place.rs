//! The texts in a policy file, with what each may be.

use std::ops::Range;

use policy_core::hujson::{Document, NodeId};
use policy_core::model::{Key, KeyValue, NamedValue, SelectorContext, Word};
use policy_core::source::Text;

use crate::node_range::range;

/// A text in a policy file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) text: Text,
    pub(crate) meaning: Meaning,
}

/// What a text in a policy file may be.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// A key of the policy or of one of its objects.
    Key(&'static Key),
    /// A word in a value, or the name of a member.
    Word(Word),
    /// A custom attribute of postures, where its type is declared.
    DeclaredAttribute,
    /// The name of an app capability.
    Capability,
    /// A field in the body of an app capability: the name of the capability, and those of the
    /// fields, from the outermost to this one.
    Field(Vec<String>),
}

/// Returns every text of a policy file that the form of policy files describes, in the order of the
/// file.
pub(crate) fn places(document: &Document) -> Vec<Place> {
    places_touching(document, 0..usize::MAX)
}

/// Returns the text that contains a byte, or ends before it.
pub(crate) fn place_at(document: &Document, at: usize) -> Option<Place> {
    places_touching(document, at..at).pop()
}

/// Returns the texts that a range of bytes overlaps, or that are beside it.
pub(crate) fn places_touching(document: &Document, part: Range<usize>) -> Vec<Place> {
    let mut walk = Walk { document, part, places: Vec::new() };
    walk.object(document.root(), Key::of_policy);
    walk.places
}

struct Walk<'d> {
    document: &'d Document,
    /// The bytes that the wanted texts touch.
    part: Range<usize>,
    places: Vec<Place>,
}

impl Walk<'_> {
    fn add(&mut self, id: NodeId, meaning: impl FnOnce() -> Meaning) {
        if self.is_wanted(id)
            && let Some(text) = self.document.string(id)
        {
            self.places.push(Place { text, meaning: meaning() });
        }
    }

    fn is_wanted(&self, id: NodeId) -> bool {
        let range = range(self.document, id);
        range.start <= self.part.end && self.part.start <= range.end
    }

    fn object<K: Iterator<Item = &'static Key>>(&mut self, id: NodeId, keys: impl Fn() -> K) {
        let document = self.document;
        for (name, value) in document.members(id) {
            if !self.is_wanted(name) && !self.is_wanted(value) {
                continue;
            }
            let Some(text) = document.string(name) else { continue };
            let Some(key) = keys().find(|key| key.name.eq_ignore_ascii_case(&text)) else { continue };
            self.add(name, || Meaning::Key(key));
            self.value(value, key.value);
        }
    }

    fn value(&mut self, id: NodeId, value: KeyValue) {
        if !self.is_wanted(id) {
            return;
        }
        let document = self.document;
        match value {
            KeyValue::Text(word) => self.add(id, || Meaning::Word(word)),
            KeyValue::Texts(word) => document.elements(id).for_each(|item| self.add(item, || Meaning::Word(word))),
            KeyValue::Object(keys) => self.object(id, || keys.iter()),
            KeyValue::Objects(keys) => {
                for item in document.elements(id).filter(|item| self.is_wanted(*item)).collect::<Vec<_>>() {
                    self.object(item, || keys.iter());
                }
            }
            KeyValue::Names(word, named) => {
                let declares = matches!((word, named), (Word::PostureAttribute, NamedValue::Object(_)));
                for (name, value) in document.members(id) {
                    self.add(name, || if declares { Meaning::DeclaredAttribute } else { Meaning::Word(word) });
                    self.named(value, named);
                }
            }
            KeyValue::App => {
                for (name, value) in document.members(id) {
                    self.add(name, || Meaning::Capability);
                    let Some(name) = document.string(name) else { continue };
                    for body in document.elements(value) {
                        self.body(body, &[name.to_string()]);
                    }
                }
            }
            _ => {}
        }
    }

    fn named(&mut self, id: NodeId, value: &NamedValue) {
        match *value {
            NamedValue::Text(word) => self.value(id, KeyValue::Text(word)),
            NamedValue::Texts(word) => self.value(id, KeyValue::Texts(word)),
            NamedValue::Object(keys) => self.value(id, KeyValue::Object(keys)),
            _ => {}
        }
    }

    /// Adds the fields of a body, and the tags in it. Bodies are shallow, and a deep one has nothing
    /// to say.
    fn body(&mut self, id: NodeId, around: &[String]) {
        const DEEPEST: usize = 16;
        if !self.is_wanted(id) || around.len() > DEEPEST {
            return;
        }
        let document = self.document;
        for (name, value) in document.members(id) {
            let Some(field) = document.string(name) else { continue };
            let path: Vec<String> = around.iter().cloned().chain([field.to_string()]).collect();
            if matches!(field.as_str(), "connectors" | "recorder") {
                self.value(value, KeyValue::Texts(Word::Selector(SelectorContext::Recorder)));
            }
            self.body(value, &path);
            for item in document.elements(value) {
                self.body(item, &path);
            }
            self.add(name, || Meaning::Field(path));
        }
    }
}
