//! Positions in the protocol: lines from 0, and columns in the unit that the client has chosen.

use std::ops::Range;

use gen_lsp_types as lsp;
use policy_cli::tool::line_index::LineIndex;

/// The unit of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes. Not every client can use them.
    Utf8,
    /// The unit of every client.
    #[default]
    Utf16,
}

/// The length of a line whose characters are not counted one by one.
const LONG: usize = 1024;

impl Encoding {
    /// Returns bytes if the client can use them.
    pub(super) fn negotiate(client: &lsp::ClientCapabilities) -> Encoding {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        match offered {
            Some(offered) if offered.contains(&lsp::PositionEncodingKind::UTF8) => Encoding::Utf8,
            _ => Encoding::Utf16,
        }
    }

    /// Returns its name in the protocol.
    pub(super) fn kind(self) -> lsp::PositionEncodingKind {
        match self {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        }
    }

    /// Returns the position of a byte.
    pub(super) fn position(self, lines: &LineIndex, offset: usize) -> lsp::Position {
        let line = lines.line(offset);
        let start = lines.line_start(line);
        let character = match lines.text().get(start..offset) {
            Some(before) if self == Encoding::Utf8 || before.is_ascii() => before.len(),
            // Long lines have an index.
            Some(before) if before.len() < LONG => before.chars().map(char::len_utf16).sum(),
            _ => {
                let position = lines.position(offset);
                match self {
                    Encoding::Utf8 => position.offset.saturating_sub(start),
                    Encoding::Utf16 => position.utf16_column - 1,
                }
            }
        };
        lsp::Position { line: number(line - 1), character: number(character) }
    }

    /// Returns the positions of a range of bytes.
    pub(super) fn range(self, lines: &LineIndex, range: Range<usize>) -> lsp::Range {
        lsp::Range { start: self.position(lines, range.start), end: self.position(lines, range.end) }
    }

    /// Returns the byte at a position. A position after the end of a line or of the text is at the
    /// end.
    pub(super) fn offset(self, lines: &LineIndex, position: lsp::Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX).saturating_add(1);
        let character = usize::try_from(position.character).unwrap_or(usize::MAX);
        let start = lines.line_start(line);
        let text = lines.text().get(start..lines.line_end(line).max(start)).unwrap_or_default();
        let mut count = 0;
        for (at, char) in text.char_indices() {
            if count >= character {
                return start + at;
            }
            count += match self {
                Encoding::Utf8 => char.len_utf8(),
                Encoding::Utf16 => char.len_utf16(),
            };
        }
        start + text.len()
    }

    /// Returns the bytes between two positions.
    pub(super) fn bytes(self, lines: &LineIndex, range: lsp::Range) -> Range<usize> {
        let start = self.offset(lines, range.start);
        start..self.offset(lines, range.end).max(start)
    }

    /// Returns the length of a text in the unit.
    pub(super) fn length(self, text: &str) -> u32 {
        number(match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
        })
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_a_position_and_is_found_by_it() {
        let text = "é𝄞x\r\n\nend";
        let lines = LineIndex::new(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (at, char) in text.char_indices().filter(|(_, char)| !matches!(char, '\r' | '\n')) {
                assert_eq!(encoding.offset(&lines, encoding.position(&lines, at)), at, "{char} in {encoding:?}");
            }
        }
        let character = |encoding: Encoding, at| encoding.position(&lines, at).character;
        assert_eq!((character(Encoding::Utf8, 6), character(Encoding::Utf16, 6)), (6, 3));
    }

    #[test]
    fn a_position_outside_of_the_text_is_at_the_nearest_end() {
        let lines = LineIndex::new("ab\r\ncd");
        let offset = |line, character| Encoding::Utf16.offset(&lines, lsp::Position { line, character });
        assert_eq!([offset(0, 9), offset(1, 9), offset(9, 0), offset(u32::MAX, u32::MAX)], [2, 6, 6, 6]);
    }
}
