//! Reads the fields of an entry that statements support.

use policy_core::hujson::{Document, Kind};

use super::json::json;
use super::placement::Placement;
use super::tree::Json;
use crate::comment::{Child, content};

/// A possible field of an entry.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// Its former name.
    old: &'static str,
    shape: Shape,
    /// True if it becomes a separate statement, which can have comments above it.
    is_statement: bool,
}

#[derive(Clone, Copy)]
enum Shape {
    /// A string or `true`
    Word,
    /// A non-empty list of strings
    List,
    Object,
}

impl Key {
    pub(super) const fn word(name: &'static str) -> Key {
        Key { name, old: "", shape: Shape::Word, is_statement: false }
    }

    pub(super) const fn list(name: &'static str) -> Key {
        Key { shape: Shape::List, ..Key::word(name) }
    }

    pub(super) const fn object(name: &'static str) -> Key {
        Key { shape: Shape::Object, ..Key::word(name) }
    }

    pub(super) const fn or(self, old: &'static str) -> Key {
        Key { old, ..self }
    }

    /// Returns true if the key has this name in a policy file. All its names are accepted, in any
    /// case.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || !self.old.is_empty() && self.old.eq_ignore_ascii_case(name)
    }

    pub(super) const fn statement(self) -> Key {
        Key { is_statement: true, ..self }
    }
}

/// The fields of an entry, in the order in which the macro writes them.
pub(super) struct Fields {
    keys: &'static [Key],
    values: Vec<Option<Value>>,
    /// The places of the keys that have an empty line above them.
    apart: Vec<usize>,
    pub(super) placement: Placement,
}

enum Value {
    Word(String),
    True,
    List(Vec<String>),
    Object(Json),
}

impl Fields {
    /// Reads an entry. Returns `None` if a field or its value is not supported by statements.
    pub(super) fn read(document: &Document, keys: &'static [Key], entry: &Child) -> Option<Fields> {
        if document.kind(entry.value) != Kind::Object {
            return None;
        }
        let values = keys.iter().map(|_| None).collect();
        let mut fields = Fields { keys, values, apart: Vec::new(), placement: Placement::default() };
        let content = content(document, entry.value);
        fields.placement.add_to_entry(&entry.comments.above);
        fields.placement.add_to_entry(&content.open);
        for child in &content.children {
            let name = document.string(child.name?)?;
            let index = keys.iter().position(|key| key.is_called(&name))?;
            let value = fields.value(document, child, keys.get(index)?, index + 1)?;
            if fields.values.get_mut(index)?.replace(value).is_some() {
                return None;
            }
            if child.comments.is_apart {
                fields.apart.push(index + 1);
            }
        }
        content.end.iter().for_each(|lines| fields.placement.add_to_entry(lines));
        fields.placement.add_to_entry(&entry.comments.behind);
        Some(fields)
    }

    /// Reads the value of a field, and assigns its comments. `order` counts from 1, because 0 is
    /// the entry itself.
    fn value(&mut self, document: &Document, child: &Child, key: &Key, order: usize) -> Option<Value> {
        let placement = &mut self.placement;
        let statement = key.is_statement.then_some((order, 0));
        placement.add_before_field(child, statement);
        let value = match (key.shape, document.kind(child.value)) {
            (Shape::Word, Kind::String) => Value::Word(document.string(child.value)?.to_string()),
            (Shape::Word, Kind::Bool(true)) => Value::True,
            (Shape::List, Kind::Array) => {
                let content = content(document, child.value);
                let strings =
                    content.children.iter().map(|item| document.string(item.value).map(|text| text.to_string()));
                let strings: Vec<String> = strings.collect::<Option<_>>()?;
                if strings.is_empty() {
                    return None;
                }
                placement.add_to_list(order, &content, statement);
                Value::List(strings)
            }
            (Shape::Object, Kind::Object) => {
                let mut made = json(document, child.value);
                placement.add_to_field(&made.open, statement);
                made.json.lead_with(placement.take_for_json(order, made.has_comments));
                Value::Object(made.json)
            }
            _ => return None,
        };
        let statement = statement.filter(|_| !placement.has_reached((order, 1)));
        placement.add_to_field(&child.comments.behind, statement);
        Some(value)
    }

    /// Returns the number of a key among those of the entry, counted from 1.
    pub(super) fn order(&self, key: &str) -> usize {
        self.keys.iter().position(|known| known.name == key).map_or(0, |index| index + 1)
    }

    /// Returns whether there is an empty line above a key.
    pub(super) fn is_apart(&self, key: &str) -> bool {
        self.apart.contains(&self.order(key))
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(self.order(key).checked_sub(1)?)?.as_ref()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns the string of a field, if it is present and not empty.
    pub(super) fn word(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Value::Word(word)) if !word.is_empty() => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Value::True))
    }

    pub(super) fn list(&self, key: &str) -> Option<&[String]> {
        match self.get(key) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        }
    }

    pub(super) fn take_object(&mut self, key: &str) -> Option<Json> {
        let index = self.order(key).checked_sub(1)?;
        match self.values.get_mut(index)?.take()? {
            Value::Object(json) => Some(json),
            _ => None,
        }
    }
}
