//! The text of a file, and places in it for findings and rules.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use crate::line_index::{LineIndex, Position};

/// A text and its file name.
#[derive(Debug)]
pub(crate) struct SourceFile<'a> {
    /// The path of the file, as the user wrote it.
    pub(crate) path: Cow<'a, Path>,
    pub(crate) lines: LineIndex<'a>,
}

/// A part of a text. `end` is exclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'r> {
    pub(crate) source: &'r SourceFile<'r>,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl<'a> SourceFile<'a> {
    pub(crate) fn new(path: impl Into<Cow<'a, Path>>, text: impl Into<Cow<'a, str>>) -> Self {
        SourceFile { path: path.into(), lines: LineIndex::new(text) }
    }

    /// Returns the place of a range of bytes. `None` if it is outside of the text.
    pub(crate) fn span(&self, Range { start, end }: Range<usize>) -> Option<Span<'_>> {
        (start <= end && end <= self.lines.text().len()).then(|| Span {
            source: self,
            start: self.lines.position(start),
            end: self.lines.position(end),
        })
    }
}
