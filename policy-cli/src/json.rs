//! JSON documents for programs.

use policy_core::json::Value;

/// The version of the documents that commands print. It increases when a field is removed or
/// changes its meaning. docs/schema has a schema for each document.
pub(crate) const VERSION: u8 = 1;

/// Returns an array with the JSON of each item. The closure is `dyn`, because a generic one would
/// be compiled for each use.
pub(crate) fn array<T>(items: &[T], write: &dyn Fn(&T) -> Value) -> Value {
    let mut array = Vec::with_capacity(items.len());
    for item in items {
        array.push(write(item));
    }
    Value::Array(array)
}

/// Returns a document as indented text.
pub(crate) fn to_text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Returns a document as indented text, in pieces, so that the items are not all in memory at once.
/// The items are inserted into the document's only empty array with this key. `depth` is the depth
/// of the items in the document.
pub(crate) fn to_pieces<'a>(
    document: Value,
    key: &str,
    depth: usize,
    items: Box<dyn Iterator<Item = Value> + 'a>,
) -> impl Iterator<Item = String> + 'a {
    let text = to_text(&document);
    let array = format!("\"{key}\": [");
    // Quotes in a string would be escaped.
    let (before, after) = text.split_once(&format!("{array}]")).unwrap_or((&text, ""));
    let (start, end) = (format!("{before}{array}"), format!("]{after}"));
    let indent = "  ".repeat(depth);
    let mut items = items.peekable();
    let close =
        if items.peek().is_some() { format!("\n{}", "  ".repeat(depth.saturating_sub(1))) } else { String::new() };
    let mut comma = "";
    let lines = items.map(move |item| {
        let lines = format!("{item:#}").replace('\n', &format!("\n{indent}"));
        format!("{}\n{indent}{lines}", std::mem::replace(&mut comma, ","))
    });
    std::iter::once(start).chain(lines).chain(std::iter::once(format!("{close}{end}")))
}
