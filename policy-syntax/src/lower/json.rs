use crate::tree::{Json, JsonItem, JsonKind};

use super::text::Text;

/// The maximum width of an object or list on one line. The formatter would split a wider one
/// itself, but less evenly.
const WIDTH: usize = 72;

impl Text {
    /// Writes a JSON value, on one line if it fits.
    pub(super) fn json(&mut self, json: &Json) {
        self.json_value(json, width(json).is_none_or(|width| width > WIDTH));
    }

    /// Writes a JSON object on several lines, whatever its width.
    pub(super) fn json_expanded(&mut self, json: &Json) {
        self.json_value(json, true);
    }

    fn json_value(&mut self, json: &Json, expand: bool) {
        let (open, items, close) = match &json.kind {
            JsonKind::Plain(text) => return self.map(json.place, |out| out.push(text)),
            JsonKind::String(text) => return self.string(text, json.place),
            JsonKind::Array(items) => ("[", items, "]"),
            JsonKind::Object(items) => ("{", items, "}"),
        };
        let expand = expand && !items.is_empty();
        self.map(json.place, |out| {
            out.push(open);
            if expand {
                out.push("\n");
            }
            for item in items {
                match item {
                    JsonItem::EmptyLine => {
                        out.push("\n");
                        continue;
                    }
                    JsonItem::Note(note) => {
                        out.note(note);
                        continue;
                    }
                    JsonItem::Element(docs, value) => {
                        out.comments(docs);
                        out.json(value);
                    }
                    JsonItem::Member(docs, name, value) => {
                        out.comments(docs);
                        out.key_at(&name.text, name.place);
                        out.json(value);
                    }
                }
                out.push(if expand { ",\n" } else { ", " });
            }
            out.push(close);
        });
    }
}

/// Returns the width of a value on one line. `None` if a comment or an empty line prevents that, or
/// if it is wider than any line.
fn width(json: &Json) -> Option<usize> {
    let items = match &json.kind {
        JsonKind::Plain(text) => return Some(text.len()),
        JsonKind::String(text) => return Some(text.len() + 2),
        JsonKind::Array(items) | JsonKind::Object(items) => items,
    };
    let mut total = 2;
    for item in items {
        total += 2 + match item {
            JsonItem::EmptyLine | JsonItem::Note(_) => return None,
            JsonItem::Element(docs, value) if docs.is_empty() => width(value)?,
            JsonItem::Member(docs, name, value) if docs.is_empty() => name.text.len() + 4 + width(value)?,
            JsonItem::Element(..) | JsonItem::Member(..) => return None,
        };
        if total > WIDTH {
            return None;
        }
    }
    Some(total)
}
