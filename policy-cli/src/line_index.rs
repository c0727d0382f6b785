//! Converts byte offsets to lines and columns.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The number of bytes between two marks, which is the maximum that a look-up has to count.
const STRIDE: usize = 1024;

/// An index of a text that finds the line and the column of any byte without reading the whole text
/// again. This is fast even if the text is one line of megabytes, like a minified policy.
#[derive(Debug)]
pub struct LineIndex<'a> {
    text: Cow<'a, str>,
    /// It is made for the first look-up. Without findings, there is none.
    counted: OnceLock<Counted>,
}

/// The numbers that make look-ups fast.
#[derive(Debug)]
struct Counted {
    /// The first byte of each line.
    lines: Vec<usize>,
    /// The counts before each multiple of [`STRIDE`] bytes.
    marks: Vec<Counts>,
}

/// A position in a text, as people and tools count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of bytes before it.
    pub offset: usize,
    /// The line, counted from 1. Only `\n` ends a line.
    pub line: usize,
    /// The column, counted from 1 in characters (Unicode scalar values), as rustc does.
    pub column: usize,
    /// The column, counted from 1 in UTF-16 code units, as SARIF viewers and editors do.
    pub utf16_column: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    chars: usize,
    utf16: usize,
}

impl Counts {
    /// Counts the characters that start in `bytes`.
    fn add(self, bytes: &[u8]) -> Counts {
        bytes.iter().fold(self, |Counts { chars, utf16 }, byte| match byte {
            0x80..=0xBF => Counts { chars, utf16 },
            0xF0.. => Counts { chars: chars + 1, utf16: utf16 + 2 },
            _ => Counts { chars: chars + 1, utf16: utf16 + 1 },
        })
    }
}

impl Counted {
    fn new(text: &str) -> Counted {
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(line_ends.map(|(at, _)| at + 1)).collect();
        let mut counts = Counts::default();
        let mut marks = vec![counts];
        for piece in text.as_bytes().chunks(STRIDE) {
            counts = counts.add(piece);
            marks.push(counts);
        }
        Counted { lines, marks }
    }
}

impl<'a> LineIndex<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        LineIndex { text: text.into(), counted: OnceLock::new() }
    }

    fn counted(&self) -> &Counted {
        self.counted.get_or_init(|| Counted::new(&self.text))
    }

    /// Returns the text of the index.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the position of a byte. Past the end of the text, this is its end. In the middle of
    /// a character, it is the character's first byte.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        let before_line = self.before(self.line_start(line));
        let before = self.before(offset);
        Position {
            offset,
            line,
            column: before.chars - before_line.chars + 1,
            utf16_column: before.utf16 - before_line.utf16 + 1,
        }
    }

    /// Returns the line of a byte, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.counted().lines.partition_point(|start| *start <= offset)
    }

    /// Returns the first byte of a line, counted from 1, or the end of the text if there are fewer
    /// lines.
    pub fn line_start(&self, line: usize) -> usize {
        self.counted().lines.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// Returns the end of a line, counted from 1, without the `\n` or `\r\n` that ends it.
    pub fn line_end(&self, line: usize) -> usize {
        match self.counted().lines.get(line) {
            Some(next) if self.text.as_bytes().get(..next - 1).is_some_and(|before| before.ends_with(b"\r")) => {
                next - 2
            }
            Some(next) => next - 1,
            None => self.text.len(),
        }
    }

    fn before(&self, offset: usize) -> Counts {
        let mark = offset / STRIDE;
        let counts = self.counted().marks.get(mark).copied().unwrap_or_default();
        counts.add(self.text.as_bytes().get(mark * STRIDE..offset).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(text: &str, offset: usize) -> (usize, usize, usize) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column, position.utf16_column)
    }

    #[test]
    fn places_are_counted_from_one() {
        let cases = [
            ("", 0, (1, 1, 1)),
            ("ab\ncd", 0, (1, 1, 1)),
            ("ab\ncd", 2, (1, 3, 3)),
            ("ab\ncd", 3, (2, 1, 1)),
            ("ab\ncd", 5, (2, 3, 3)),
            ("ab\n", 3, (2, 1, 1)),
            ("ab\r\ncd", 4, (2, 1, 1)),
            ("ab\rcd", 3, (1, 4, 4)),
            ("é𝄞x", 2, (1, 2, 2)),
            ("é𝄞x", 6, (1, 3, 4)),
            ("é𝄞x", 4, (1, 2, 2)),
            ("ab", 99, (1, 3, 3)),
        ];
        for (text, offset, expected) in cases {
            assert_eq!(place(text, offset), expected, "byte {offset} of {text:?}");
        }
    }

    #[test]
    fn a_line_ends_before_its_newline() {
        let index = LineIndex::new("ab\n\ncd\r\ne\r");
        let lines: Vec<_> = (1..=5).map(|line| (index.line_start(line), index.line_end(line))).collect();
        assert_eq!(lines, [(0, 2), (3, 3), (4, 6), (8, 10), (10, 10)]);
    }

    proptest! {
        #[test]
        fn agrees_with_counting_from_the_start(text in "[a\né𝄞\r]{0,3000}", at in any::<prop::sample::Index>()) {
            let before: String = text.chars().take(at.index(text.chars().count() + 1)).collect();
            let line = before.rsplit('\n').next().unwrap();
            let expected =
                (before.matches('\n').count() + 1, line.chars().count() + 1, line.encode_utf16().count() + 1);
            prop_assert_eq!(place(&text, before.len()), expected);
        }
    }
}
