use crate::json::Value;

use crate::source::{Origin, Text};

/// A top-level key that is not a section: a network-wide option, or a key that this version does
/// not know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The key as written.
    pub key: Text,
    /// Its value.
    pub value: Value,
    /// The place of the value.
    pub origin: Origin,
}
