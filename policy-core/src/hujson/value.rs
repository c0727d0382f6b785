use crate::json::{Number, Value};

use crate::hujson::{Document, Kind, NodeId, SyntaxError};
use crate::model::Places;

/// The maximum depth of [`Document::value`]. A [`Value`] is dropped recursively, so there must be a
/// limit.
const DEPTH: usize = 128;

impl Document {
    /// Returns a node as a plain JSON value, without comments, and with the last of several members
    /// of one name. Parts that [`Document::unrepresentable`] finds become `null`.
    pub fn value(&self, id: NodeId) -> Value {
        self.value_within(id, DEPTH)
    }

    /// Returns the first part that [`Document::value`] cannot represent: a list or object nested
    /// more than 128 levels deep, or a number like `1e999`. `None` for every text that other JSON
    /// readers accept.
    pub fn unrepresentable(&self) -> Option<SyntaxError> {
        let mut open_until = Vec::new();
        self.nodes.iter().find_map(|node| {
            while open_until.last().is_some_and(|end| *end <= node.start) {
                open_until.pop();
            }
            let message = match node.kind {
                Kind::Array | Kind::Object => {
                    open_until.push(node.end);
                    (open_until.len() > DEPTH).then(|| format!("nested more than {DEPTH} levels deep"))
                }
                Kind::Number => {
                    let number = self.slice(node.start, node.end);
                    number.parse::<Number>().is_err().then(|| format!("number out of range: {number}"))
                }
                _ => None,
            }?;
            let end = if node.kind == Kind::Number { node.end } else { node.start.saturating_add(1) };
            Some(SyntaxError::new(self.text.as_bytes(), self.file, index(node.start)..index(end), message))
        })
    }

    /// Returns the places of a value and its parts, as far as [`value`](Document::value) has them.
    pub fn places(&self, id: NodeId) -> Places {
        self.places_within(id, DEPTH)
    }

    fn places_within(&self, id: NodeId, depth: usize) -> Places {
        let origin = self.origin(id);
        if depth == 0 {
            return Places { origin, parts: Vec::new() };
        }
        let elements = self.elements(id).map(|item| (None, self.places_within(item, depth - 1)));
        let members = self.members(id).map(|(name, value)| (self.string(name), self.places_within(value, depth - 1)));
        Places { origin, parts: elements.chain(members).collect() }
    }

    fn value_within(&self, id: NodeId, depth: usize) -> Value {
        match self.kind(id) {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Number => self.source(id).parse().map_or(Value::Null, Value::Number),
            Kind::String => self.string(id).map_or(Value::Null, |text| Value::String(text.as_str().to_owned())),
            Kind::Array | Kind::Object if depth == 0 => Value::Null,
            Kind::Array => self.elements(id).map(|item| self.value_within(item, depth - 1)).collect(),
            Kind::Object => {
                let members = self.members(id).filter_map(|(name, value)| {
                    Some((self.string(name)?.as_str().to_owned(), self.value_within(value, depth - 1)))
                });
                Value::Object(members.collect())
            }
        }
    }
}

fn index(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
