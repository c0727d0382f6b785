//! The JSON of messages and files.

use policy_core::hujson::Document;
use policy_core::json::Value;

/// Reads the JSON of a message or a file.
pub(super) fn parse(bytes: &[u8]) -> Option<Value> {
    let document = Document::parse(std::str::from_utf8(bytes).ok()?).ok()?;
    Some(document.value(document.root()))
}

/// Returns the text of a member of an object.
pub(super) fn text_of<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str)
}
