use crate::json::Value;

use crate::source::{Origin, Text};

/// A top-level key that is no section: a network-wide option, or something this version does not know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The key as written.
    pub key: Text,
    /// Its value.
    pub value: Value,
    /// Where the value stands.
    pub origin: Origin,
}
