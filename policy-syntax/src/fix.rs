use std::ops::Range;

use policy_core::diagnostic::{Change, Edit, Fix};
use policy_core::source::WholeLines;

use crate::string::{is_string, string_literal};

/// Returns the edit of a text that makes the change of a fix. The text contains a `policy!` or a file
/// of invariants, and the fix is about `place`. Returns `None` if there is none, for example because
/// a comment is in the way. A word gets quotes if Rust cannot read it without them.
///
/// ```
/// use policy_core::diagnostic::Help;
/// let fix = Help::write("10.0.0.0/8").fix.unwrap();
/// let edit = policy_syntax::edit(&fix, "hosts { lab = ten; }", 14..17).unwrap();
/// assert_eq!((edit.place, edit.text.as_str()), (14..17, r#""10.0.0.0/8""#));
/// ```
pub fn edit(fix: &Fix, text: &str, place: Range<usize>) -> Option<Edit<Range<usize>>> {
    let replaced = text.get(place.clone())?;
    let new = match &fix.change {
        Change::RemoveEntry => return removal(fix, text, place),
        Change::Word(word) if !is_string(replaced) && !can_be_bare(word) => string_literal(word),
        Change::Word(_) | Change::Text(_) | Change::Append(_) => fix.apply(replaced),
    };
    Some(Edit::new(fix, place, new))
}

fn can_be_bare(word: &str) -> bool {
    word.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | ':' | '*' | '$'))
}

/// Returns the edit that removes a statement, the statement that declares the name at `place`, or an
/// item of a list with its comma.
fn removal(fix: &Fix, text: &str, place: Range<usize>) -> Option<Edit<Range<usize>>> {
    let (before, after) = (text.get(..place.start)?.trim_end(), text.get(place.end..)?);
    if text.get(place.clone())?.ends_with([';', '}']) {
        return statement(fix, text, place);
    }
    let next = after.trim_start();
    if next.starts_with(',') {
        let end = place.end + (after.len() - next.len()) + 1;
        if let Some(lines) = WholeLines::around(text, place.start..end, is_about) {
            return Some(Edit::remove(fix, lines.range, lines.has_comments));
        }
        let rest = text.get(end..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let has_comment = rest.get(blanks..)?.starts_with('/');
        return (!has_comment).then(|| Edit::remove(fix, place.start..end + blanks, false));
    }
    if before.ends_with(',') {
        return Some(Edit::remove(fix, before.len() - 1..place.end, false));
    }
    let start = before.strip_suffix("let").map_or(place.start, str::len);
    let end = place.end + end_of_statement(after)?;
    if starts_statement(text, start) { statement(fix, text, start..end) } else { None }
}

/// Returns whether a statement starts at a byte. What ends on a line with a comment behind it is not
/// known.
fn starts_statement(text: &str, start: usize) -> bool {
    let mut lines = text.get(..start).unwrap_or_default().rsplit('\n').map(str::trim);
    let before = lines.find(|line| !line.is_empty() && !is_about(line));
    before.is_none_or(|line| !line.contains("//") && line.ends_with(['{', ';', '}', ']']))
}

fn statement(fix: &Fix, text: &str, range: Range<usize>) -> Option<Edit<Range<usize>>> {
    let inside = text.get(range.clone())?;
    let has_comments = inside.contains("//") || inside.contains("/*");
    match WholeLines::around(text, range.clone(), is_about) {
        Some(lines) => Some(Edit::remove(fix, lines.range, has_comments || lines.has_comments)),
        None => {
            let rest = text.get(range.end..)?;
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            Some(Edit::remove(fix, range.start..range.end + blanks, has_comments))
        }
    }
}

/// Returns whether a line right above a statement belongs to it: a comment or a mark.
fn is_about(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("//!") || line.starts_with("#[") && line.ends_with(']')
}

/// Returns the end of a statement that ends with `;`. Returns `None` if it contains a block, a
/// comment, or a string that is not closed.
fn end_of_statement(text: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            ';' => return Some(at + 1),
            '{' | '}' => return None,
            '/' if text.get(at..)?.starts_with("//") || text.get(at..)?.starts_with("/*") => return None,
            '"' => loop {
                match letters.next()?.1 {
                    '\\' => drop(letters.next()?),
                    '"' => break,
                    _ => {}
                }
            },
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy_core::diagnostic::Help;

    /// Removes the entry with the first occurrence of `words`. `?` follows if a person must confirm.
    fn removed(text: &str, words: &str) -> String {
        let start = text.find(words).unwrap();
        let fix = Help::remove_entry("remove it").fix.unwrap();
        let Some(edit) = edit(&fix, text, start..start + words.len()) else { return "-".to_owned() };
        let mut result = text.to_owned();
        result.replace_range(edit.place, &edit.text);
        if edit.is_certain { result } else { format!("{result}?") }
    }

    #[test]
    fn an_entry_goes_with_its_separator_and_its_lines() {
        for (text, words, expected) in [
            ("grants { a -> b on 1; }", "a -> b on 1;", "grants { }"),
            ("grants {\n    a -> b;\n    c -> d;\n}", "a -> b;", "grants {\n    c -> d;\n}"),
            ("grants {\n    // why\n    a -> b;\n    c -> d;\n}", "a -> b;", "grants {\n    c -> d;\n}?"),
            ("grants {\n    /// why\n    #[allow(x)]\n    a -> b; // how\n}", "a -> b;", "grants {\n}?"),
            ("a, b, c -> d;", "a", "b, c -> d;"),
            ("a, b, c -> d;", "b", "a, c -> d;"),
            ("a, b, c -> d;", "c", "a, b -> d;"),
            ("a,\n    b,\n    c -> d;", "b", "a,\n    c -> d;"),
            ("a, // why\n    c -> d;", "a", "    c -> d;?"),
            ("a, // why\n    c -> d;", "c", "-"),
            ("hosts { web = \"a;b\"; db = \"c\"; }", "web", "hosts { db = \"c\"; }"),
            ("tagOwners {\n    tag:a;\n    tag:b = x;\n}", "tag:b", "tagOwners {\n    tag:a;\n}"),
            ("tagOwners { tag:a, tag:b = x; }", "tag:b", "tagOwners { tag:a = x; }"),
            ("let ops = alice;\ngrants {}", "ops", "grants {}"),
            ("capabilities { \"x\" { a: string } }", "\"x\"", "-"),
            ("a -> b on 1;", "b", "-"),
        ] {
            assert_eq!(removed(text, words), expected, "{words} in {text}");
        }
    }
}
