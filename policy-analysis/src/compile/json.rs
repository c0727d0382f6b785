//! JSON text, written without a tree of values.
//!
//! The output is JSON by construction: writing a value consumes its [`ValueWriter`], and text is
//! copied only if it is known to be JSON.

use std::fmt::Write as _;

use policy_core::json::Value;

/// A string as JSON, in quotes.
#[derive(Clone, Debug)]
pub(super) struct Quoted(String);

impl Quoted {
    pub(super) fn new(text: &str) -> Self {
        let mut quoted = String::with_capacity(text.len() + 2);
        write_string(&mut quoted, text);
        Quoted(quoted)
    }
}

/// A value as JSON.
#[derive(Clone, Debug)]
pub(super) struct Json(String);

impl Json {
    pub(super) fn new(value: impl FnOnce(ValueWriter) -> Written) -> Self {
        let mut json = String::new();
        write(&mut json, value);
        Json(json)
    }
}

/// Appends a value to a text.
pub(super) fn write(out: &mut String, value: impl FnOnce(ValueWriter) -> Written) {
    let Written(()) = value(ValueWriter(out));
}

/// Evidence that a value has been written.
#[must_use]
pub(super) struct Written(());

/// Writes one value.
pub(super) struct ValueWriter<'o>(&'o mut String);

impl ValueWriter<'_> {
    /// Writes an object with the members that `members` adds.
    pub(super) fn object(self, members: impl FnOnce(&mut ObjectWriter)) -> Written {
        self.0.push('{');
        let mut object = ObjectWriter { out: self.0, has_members: false };
        members(&mut object);
        object.out.push('}');
        Written(())
    }

    /// Writes an array with a value for each item.
    pub(super) fn array<T>(
        self,
        items: impl IntoIterator<Item = T>,
        mut value: impl FnMut(ValueWriter, T) -> Written,
    ) -> Written {
        self.0.push('[');
        let mut has_items = false;
        for item in items {
            if has_items {
                self.0.push(',');
            }
            has_items = true;
            let Written(()) = value(ValueWriter(self.0), item);
        }
        self.0.push(']');
        Written(())
    }

    pub(super) fn string(self, text: &str) -> Written {
        write_string(self.0, text);
        Written(())
    }

    pub(super) fn quoted(self, text: &Quoted) -> Written {
        self.0.push_str(&text.0);
        Written(())
    }

    pub(super) fn json(self, json: &Json) -> Written {
        self.0.push_str(&json.0);
        Written(())
    }

    pub(super) fn number(self, number: u32) -> Written {
        write_number(self.0, number);
        Written(())
    }

    pub(super) fn value(self, value: &Value) -> Written {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{value}");
        Written(())
    }

    pub(super) fn null(self) -> Written {
        self.0.push_str("null");
        Written(())
    }
}

/// Writes the members of an object.
pub(super) struct ObjectWriter<'o> {
    out: &'o mut String,
    has_members: bool,
}

impl ObjectWriter<'_> {
    /// Adds a member with a key of this program, which has no character to escape.
    pub(super) fn member(&mut self, key: &'static str, value: impl FnOnce(ValueWriter) -> Written) {
        self.separate();
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        write(self.out, value);
    }

    /// Adds a member with any key.
    pub(super) fn named_member(&mut self, key: &str, value: impl FnOnce(ValueWriter) -> Written) {
        self.separate();
        write_string(self.out, key);
        self.out.push(':');
        write(self.out, value);
    }

    /// Adds a member whose key is JSON already.
    pub(super) fn quoted_member(&mut self, key: &Quoted, value: impl FnOnce(ValueWriter) -> Written) {
        self.separate();
        self.out.push_str(&key.0);
        self.out.push(':');
        write(self.out, value);
    }

    fn separate(&mut self) {
        if self.has_members {
            self.out.push(',');
        }
        self.has_members = true;
    }
}

/// A large tailnet has a hundred million port numbers. `write!` takes several times as long for each.
fn write_number(out: &mut String, number: u32) {
    if number >= 10 {
        write_number(out, number / 10);
    }
    out.push(char::from_digit(number % 10, 10).unwrap_or_default());
}

fn write_string(out: &mut String, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        let _ = write!(out, "{}", Value::from(text));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut text = String::new();
        write(&mut text, |out| {
            out.object(|out| {
                out.named_member("a\"b\n", |out| out.array([1, 2], |out, number| out.number(number)));
                out.member("none", |out| out.array([0; 0], |out, number| out.number(number)));
                out.quoted_member(&Quoted::new("q"), |out| {
                    out.object(|out| {
                        out.member("x", |out| out.object(|_| {}));
                        out.member("y", |out| out.null());
                    })
                });
                out.named_member("é\u{7f}", |out| out.array(["\\", "é"], |out, text| out.string(text)));
                out.member("z", |out| out.value(&Value::from(1.5)));
                out.member("json", |out| out.json(&Json::new(|out| out.quoted(&Quoted::new("\"")))));
            })
        });
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = json!({
            "a\"b\n": [1, 2], "none": [], "q": {"x": {}, "y": null}, "é\u{7f}": ["\\", "é"], "z": 1.5, "json": "\"",
        });
        assert_eq!(read, expected, "{text}");
        assert!(!text.contains(' '));
    }
}
