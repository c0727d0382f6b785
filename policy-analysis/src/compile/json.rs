//! JSON as it is written, without a tree of it.

use std::fmt::{Display, Write as _};

use policy_core::json::Value;

/// Writes values one after the other, with commas where they belong.
pub(super) struct Writer<'o> {
    out: &'o mut String,
    /// Whether a comma comes before the next key or element.
    needs_comma: bool,
}

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut String) -> Self {
        Writer { out, needs_comma: false }
    }

    /// An object of what is written inside: keys, each with a value.
    pub(super) fn object(&mut self, inside: impl FnOnce(&mut Self)) {
        self.enclosed(['{', '}'], inside);
    }

    /// An array of a value for each item.
    pub(super) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut value: impl FnMut(&mut Self, T)) {
        self.enclosed(['[', ']'], |out| {
            for item in items {
                out.comma();
                value(out, item);
                out.needs_comma = true;
            }
        });
    }

    /// The key of the value that is written next.
    pub(super) fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.out.push(':');
    }

    /// A key that is JSON already.
    pub(super) fn quoted_key(&mut self, key: &str) {
        self.comma();
        self.out.push_str(key);
        self.out.push(':');
    }

    /// A value that is JSON already.
    pub(super) fn raw(&mut self, json: &str) {
        self.out.push_str(json);
        self.needs_comma = true;
    }

    /// A value whose text is JSON.
    pub(super) fn display(&mut self, json: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{json}");
        self.needs_comma = true;
    }

    pub(super) fn string(&mut self, text: &str) {
        match text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            true => self.out.push_str(&quoted(text)),
            false => {
                self.out.push('"');
                self.out.push_str(text);
                self.out.push('"');
            }
        }
        self.needs_comma = true;
    }

    pub(super) fn number(&mut self, number: u32) {
        self.display(number);
    }

    fn enclosed(&mut self, [open, close]: [char; 2], inside: impl FnOnce(&mut Self)) {
        self.out.push(open);
        self.needs_comma = false;
        inside(self);
        self.out.push(close);
        self.needs_comma = true;
    }

    fn comma(&mut self) {
        if self.needs_comma {
            self.out.push(',');
        }
        self.needs_comma = false;
    }
}

/// A text as JSON.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut text = String::new();
        Writer::new(&mut text).object(|out| {
            out.key("a\"b\n");
            out.array([1, 2], |out, number| out.number(number));
            out.key("none");
            out.array([0; 0], |out, number| out.number(number));
            out.quoted_key("\"q\"");
            out.object(|out| {
                out.key("x");
                out.object(|_| {});
                out.key("y");
                out.raw("null");
            });
            out.key("é\u{7f}");
            out.array(["\\", "é"], |out, text| out.string(text));
            out.key("z");
            out.display(Value::from(1.5));
        });
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = json!({
            "a\"b\n": [1, 2], "none": [], "q": {"x": {}, "y": null}, "é\u{7f}": ["\\", "é"], "z": 1.5,
        });
        assert_eq!(read, expected, "{text}");
        assert!(!text.contains(' '));
    }
}
