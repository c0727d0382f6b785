use std::fmt;
use std::ops::Range;

use crate::source::{FileId, Origin};

/// A reason that a text is not HuJSON, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The message, in the words of Tailscale's reader.
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    /// The unexpected text. Empty at the end of the text.
    pub origin: Origin,
}

impl SyntaxError {
    /// Makes an error about some bytes of a text.
    pub(super) fn new(text: &[u8], file: FileId, at: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..at.start).unwrap_or(text);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let position = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        SyntaxError {
            message: message.into(),
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before.len() - line_start + 1,
            origin: Origin { file, start: position(at.start), end: position(at.end) },
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hujson: line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for SyntaxError {}
