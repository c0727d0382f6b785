use std::ops::Range;

use crate::model::{Field, Shape};
use crate::source::{Origin, Text};

/// An app capability of the tailnet's own, whose shape the policy declares:
/// `// policy: capability "example.com/cap/sql" { tables: [string]; }` above the opening brace.
///
/// `capabilities { … }` in `policy!` becomes such comments.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeclaredCapability {
    /// The name, as in `example.com/cap/sql`.
    pub name: Text,
    /// The name of its type in Rust, where the declaration gives one: `"other.example/cap/sql" as OtherSql { … }`.
    pub type_name: Option<Text>,
    /// What its bodies are. Always a record.
    pub shape: Shape,
    /// The comment above it.
    pub doc: Option<String>,
    /// The comments above it, and the declaration.
    pub origin: Origin,
    /// Where the text starts that the fields' ranges are about.
    pub(crate) start: u32,
}

impl DeclaredCapability {
    /// Returns where the name of a field is.
    pub fn place(&self, field: &Field) -> Origin {
        place_in(self.origin, self.start, &field.range)
    }

    /// Returns the fields of its bodies.
    pub fn fields(&self) -> &[Field] {
        if let Shape::Record(fields) = &self.shape { fields } else { &[] }
    }
}

/// Returns the place of some bytes of a part of a text that starts at `start`.
pub(crate) fn place_in(text: Origin, start: u32, range: &Range<usize>) -> Origin {
    let at = |position: usize| start.saturating_add(u32::try_from(position).unwrap_or(u32::MAX));
    Origin { start: at(range.start), end: at(range.end), ..text }
}
