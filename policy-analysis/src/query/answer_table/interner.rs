//! Deduplication of values that occur many times.

use std::collections::HashMap;

use policy_core::json::Value;

/// A table that numbers values in the order in which they are added.
#[derive(Default)]
pub(super) struct Interner {
    numbers: HashMap<String, usize>,
    values: Vec<Value>,
}

impl Interner {
    /// Returns the number of a value.
    pub(super) fn add(&mut self, value: Value) -> usize {
        let values = &mut self.values;
        *self.numbers.entry(value.to_string()).or_insert_with(|| {
            values.push(value);
            values.len() - 1
        })
    }

    /// Returns the values in the order of their numbers.
    pub(super) fn finish(self) -> Value {
        Value::Array(self.values)
    }
}
