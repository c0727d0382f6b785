//! The pieces of a text that may not be valid HuJSON yet.

use std::ops::Range;

/// A kind of bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bracket {
    /// `{` or `}`
    Object,
    /// `[` or `]`
    Array,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) kind: LexemeKind,
    pub(crate) range: Range<usize>,
}

/// The kind of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    /// An opening bracket.
    Open(Bracket),
    /// A closing bracket.
    Close(Bracket),
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string. Without its second quote, it ends where its line ends.
    String {
        /// True if it has both quotes.
        is_closed: bool,
    },
    /// A number, `true`, `false`, `null`, or any other letters.
    Plain,
    /// `// …`, without the line end.
    LineComment,
    /// `/* … */`. Without its end, it is the rest of the text.
    BlockComment {
        /// True if it has its end.
        is_closed: bool,
    },
    /// Spaces, tabs and line ends.
    Space,
}

/// Splits a text into pieces without gaps.
pub(crate) fn lex(text: &str) -> impl Iterator<Item = Lexeme> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).unwrap_or_default();
        let (kind, length) = lexeme(rest)?;
        let start = at;
        at += length;
        Some(Lexeme { kind, range: start..at })
    })
}

fn lexeme(rest: &[u8]) -> Option<(LexemeKind, usize)> {
    let count = |wanted: fn(&u8) -> bool| rest.iter().take_while(|byte| wanted(byte)).count();
    Some(match rest {
        [] => return None,
        [b'{', ..] => (LexemeKind::Open(Bracket::Object), 1),
        [b'[', ..] => (LexemeKind::Open(Bracket::Array), 1),
        [b'}', ..] => (LexemeKind::Close(Bracket::Object), 1),
        [b']', ..] => (LexemeKind::Close(Bracket::Array), 1),
        [b',', ..] => (LexemeKind::Comma, 1),
        [b':', ..] => (LexemeKind::Colon, 1),
        [b'"', inside @ ..] => string(inside),
        [b'/', b'/', ..] => (LexemeKind::LineComment, count(|byte| *byte != b'\n')),
        [b'/', b'*', inside @ ..] => match inside.windows(2).position(|two| two == b"*/") {
            Some(length) => (LexemeKind::BlockComment { is_closed: true }, length + 4),
            None => (LexemeKind::BlockComment { is_closed: false }, rest.len()),
        },
        [b' ' | b'\t' | b'\r' | b'\n', ..] => {
            (LexemeKind::Space, count(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')))
        }
        _ => (LexemeKind::Plain, count(is_plain).max(1)),
    })
}

fn is_plain(byte: &u8) -> bool {
    !matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':' | b'"' | b'/' | b' ' | b'\t' | b'\r' | b'\n')
}

/// Returns the string that begins with the quote before `inside`.
fn string(inside: &[u8]) -> (LexemeKind, usize) {
    let mut at = 0;
    loop {
        match inside.get(at..).unwrap_or_default() {
            [b'"', ..] => return (LexemeKind::String { is_closed: true }, at + 2),
            [] | [b'\n', ..] | [b'\r', b'\n', ..] => return (LexemeKind::String { is_closed: false }, at + 1),
            [b'\\', next, ..] if *next != b'\n' => at += 2,
            _ => at += 1,
        }
    }
}
