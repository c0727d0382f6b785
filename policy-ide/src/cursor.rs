//! The position of a cursor in a text that somebody is typing.

use std::ops::Range;

use crate::lexer::{Bracket, Lexeme, LexemeKind, lex};

/// The position of a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The arrays and objects around it, from the outermost.
    pub(crate) around: Vec<Around>,
    /// True if the name of a member of the innermost object can be here.
    pub(crate) is_name: bool,
    pub(crate) word: CursorWord,
}

/// An array or object around a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Around {
    pub(crate) bracket: Bracket,
    /// In an object, the name of the member that the cursor is in.
    pub(crate) name: Option<String>,
    /// In an object, the names of its members.
    pub(crate) names: Vec<String>,
}

/// The word at a cursor. It may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CursorWord {
    /// The word without its quotes.
    pub(crate) range: Range<usize>,
    /// The part before the cursor.
    pub(crate) before: String,
    /// True if there is a quote before it.
    pub(crate) is_quoted: bool,
    /// True if there is a quote after it.
    pub(crate) is_closed: bool,
    /// True if a colon follows.
    pub(crate) has_colon: bool,
}

/// An array or object while its text is read.
struct Open {
    around: Around,
    /// The last string, which may be a name.
    last: Option<String>,
    after_colon: bool,
    has_value: bool,
}

/// Returns the position of a cursor. `None` if it is in a comment.
pub(crate) fn cursor(text: &str, at: usize) -> Option<Cursor> {
    let mut open: Vec<Open> = Vec::new();
    let mut lexemes = lex(text);
    let mut word = None;
    let mut next = None;
    for lexeme in lexemes.by_ref() {
        let range = lexeme.range.clone();
        let is_inside = range.start < at && at < range.end;
        let touches = range.start < at && at <= range.end;
        match lexeme.kind {
            LexemeKind::LineComment if touches => return None,
            LexemeKind::BlockComment { .. } if is_inside => return None,
            LexemeKind::String { is_closed } if is_inside || (touches && !is_closed) => {
                word = Some(string_at(text, range, is_closed, at));
                break;
            }
            LexemeKind::Plain if touches => {
                word = Some((range.start..at.max(range.end), false, false));
                break;
            }
            _ if range.start >= at => {
                next = Some(lexeme);
                break;
            }
            _ => read(text, &lexeme, &mut open),
        }
    }
    let (range, is_quoted, is_closed) = word.unwrap_or((at..at, false, false));
    let is_name =
        open.last().is_some_and(|open| open.around.bracket == Bracket::Object && (!open.after_colon || open.has_value));
    if let Some(open) = open.last_mut().filter(|_| is_name) {
        open.around.name = None;
    }
    let rest = next.into_iter().chain(lexemes);
    let has_colon = names_after(text, rest, open.last_mut().map(|open| &mut open.around));
    // A string that is not closed contains the colon.
    let has_colon = has_colon || text.get(range.end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let before = text.get(range.start..at).unwrap_or_default().to_owned();
    let word = CursorWord { range, before, is_quoted, is_closed, has_colon };
    Some(Cursor { around: open.into_iter().map(|open| open.around).collect(), is_name, word })
}

/// Returns the inside of the string at the cursor, and its quotes.
fn string_at(text: &str, range: Range<usize>, is_closed: bool, at: usize) -> (Range<usize>, bool, bool) {
    let start = range.start + 1;
    let end = if is_closed { range.end - 1 } else { range.end };
    let after = text.get(at..end).unwrap_or_default();
    // A quote that is not closed yet is closed by the next one on the line.
    let is_own = is_closed && !after.contains([',', '[', ']', '{', '}']);
    if is_own { (start..end, true, true) } else { (start..at, true, false) }
}

fn read(text: &str, lexeme: &Lexeme, all: &mut Vec<Open>) {
    match lexeme.kind {
        LexemeKind::Open(bracket) => {
            if let Some(open) = all.last_mut() {
                open.has_value = true;
            }
            let around = Around { bracket, name: None, names: Vec::new() };
            all.push(Open { around, last: None, after_colon: false, has_value: false });
            return;
        }
        LexemeKind::Close(bracket) => {
            if let Some(index) = all.iter().rposition(|open| open.around.bracket == bracket) {
                all.truncate(index);
            }
            return;
        }
        _ => {}
    }
    let Some(open) = all.last_mut() else { return };
    match lexeme.kind {
        LexemeKind::Comma => (open.after_colon, open.has_value, open.around.name) = (false, false, None),
        LexemeKind::Colon => {
            (open.after_colon, open.has_value) = (true, false);
            open.around.name = open.last.take();
            open.around.names.extend(open.around.name.clone());
        }
        LexemeKind::String { .. } => {
            open.last = text.get(lexeme.range.clone()).map(|text| text.trim_matches('"').to_owned());
            open.has_value |= open.after_colon;
        }
        LexemeKind::Plain => open.has_value |= open.after_colon,
        _ => {}
    }
}

/// Adds the names of the members after the cursor. Returns whether the next piece is a colon.
fn names_after(text: &str, rest: impl Iterator<Item = Lexeme>, mut around: Option<&mut Around>) -> bool {
    let mut depth = 0_usize;
    let mut last = None;
    let mut has_colon = None;
    for lexeme in rest {
        match lexeme.kind {
            LexemeKind::Space | LexemeKind::LineComment | LexemeKind::BlockComment { .. } => continue,
            LexemeKind::Open(_) => depth += 1,
            LexemeKind::Close(_) if depth == 0 => break,
            LexemeKind::Close(_) => depth -= 1,
            LexemeKind::String { .. } if depth == 0 => {
                last = text.get(lexeme.range.clone()).map(|text| text.trim_matches('"').to_owned());
            }
            LexemeKind::Colon if depth == 0 => {
                if let Some(around) = around.as_deref_mut() {
                    around.names.extend(last.take());
                }
            }
            _ => {}
        }
        has_colon.get_or_insert(lexeme.kind == LexemeKind::Colon);
    }
    has_colon == Some(true)
}
