//! JSON documents for programs.

use policy_core::json::Value;

/// Returns the array of what each item is written as. The closure is not generic: each of many would be compiled anew.
pub(crate) fn array<T>(items: &[T], write: &dyn Fn(&T) -> Value) -> Value {
    let mut array = Vec::with_capacity(items.len());
    for item in items {
        array.push(write(item));
    }
    Value::Array(array)
}

/// Returns a document as the lines of a text.
pub(crate) fn to_text(document: &Value) -> String {
    format!("{document:#}\n")
}
