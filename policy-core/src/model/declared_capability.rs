use std::ops::Range;

use crate::model::{Field, Shape};
use crate::source::{Origin, Text};

/// An app capability of the tailnet, whose shape the policy declares: `// policy: capability
/// "example.com/cap/sql" { tables: [string]; }` above the opening brace.
///
/// `capabilities { … }` in `policy!` becomes such comments.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeclaredCapability {
    /// The name, such as `example.com/cap/sql`.
    pub name: Text,
    /// The name of its type in Rust, if the declaration has one:
    /// `"other.example/cap/sql" as OtherSql { … }`.
    pub type_name: Option<Text>,
    /// The shape of its bodies. Always a record.
    pub shape: Shape,
    /// The comment above it.
    pub doc: Option<String>,
    /// The comments above it, and the declaration.
    pub origin: Origin,
    /// The start of the text that the ranges of the fields refer to.
    pub(crate) start: u32,
}

impl DeclaredCapability {
    /// Returns the place of a field's name.
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
