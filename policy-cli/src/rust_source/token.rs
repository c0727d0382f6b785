//! Rust text as tokens, with the comments that a token stream of a macro does not have.

use super::Unreadable;

/// A token, or a comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it starts, in bytes.
    pub(super) start: usize,
    /// How many line ends are between it and what is before it.
    pub(super) line_ends: usize,
    /// Whether anything at all is between the two.
    pub(super) spaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters and digits: an identifier, a keyword or a number.
    Word,
    /// A string, a character or a lifetime.
    Literal,
    /// `->`
    Arrow,
    /// Any other mark, one by one.
    Mark,
    Open,
    Close,
    Comment,
}

/// The tokens of a Rust file.
///
/// # Errors
/// If a string or a comment has no end.
pub(super) fn tokens(source: &str) -> Result<Vec<Token<'_>>, Unreadable> {
    let mut tokens = Vec::new();
    let mut rest = source;
    loop {
        let text = rest.trim_start_matches(is_blank);
        let blanks = rest.get(..rest.len() - text.len()).unwrap_or_default();
        let start = source.len() - text.len();
        let Some((kind, length)) = first(text) else { return Ok(tokens) };
        let Some((token, after)) = length.and_then(|length| text.split_at_checked(length)) else {
            let what = if kind == Kind::Comment { "comment" } else { "string" };
            return Err(Unreadable { start, message: format!("this {what} has no end") });
        };
        let line_ends = blanks.bytes().filter(|byte| *byte == b'\n').count();
        tokens.push(Token { kind, text: token, start, line_ends, spaced: !blanks.is_empty() });
        rest = after;
    }
}

/// What Rust takes for white space.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200e}' | '\u{200f}')
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || (!letter.is_ascii() && !is_blank(letter))
}

/// The kind and the length of the token that a text starts with: no length if it has no end, nothing if there is no text.
fn first(text: &str) -> Option<(Kind, Option<usize>)> {
    let letter = text.chars().next()?;
    let length = letter.len_utf8();
    if let Some(length) = doc_attribute(text) {
        return Some((Kind::Comment, Some(length)));
    }
    Some(match letter {
        '/' if text.starts_with("//") => (Kind::Comment, Some(line_comment(text))),
        '/' if text.starts_with("/*") => (Kind::Comment, block_comment(text)),
        '"' => (Kind::Literal, quoted(text, 1)),
        '\'' => (Kind::Literal, Some(apostrophe(text))),
        '-' if text.starts_with("->") => (Kind::Arrow, Some(2)),
        '(' | '[' | '{' => (Kind::Open, Some(length)),
        ')' | ']' | '}' => (Kind::Close, Some(length)),
        letter if is_word(letter) => {
            let end = text.find(|letter| !is_word(letter)).unwrap_or(text.len());
            let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            match prefixed(word, rest) {
                Some(length) => (Kind::Literal, length.map(|length| end + length)),
                None => (Kind::Word, Some(end)),
            }
        }
        _ => (Kind::Mark, Some(length)),
    })
}

/// The length of what a string's prefix stands before; `None` if the word is no such prefix.
fn prefixed(word: &str, rest: &str) -> Option<Option<usize>> {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    match word {
        "b" | "c" if rest.starts_with('"') => Some(quoted(rest, 1)),
        "b" if rest.starts_with('\'') => Some(Some(apostrophe(rest))),
        "r" | "br" | "cr" if rest.get(hashes..).is_some_and(|rest| rest.starts_with('"')) => {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = rest.get(hashes + 1..).unwrap_or_default();
            Some(inside.find(&end).map(|length| hashes + 1 + length + end.len()))
        }
        _ => None,
    }
}

/// The length of a line comment, without the blanks at its end: the macro does not look at them either.
fn line_comment(text: &str) -> usize {
    text.split('\n').next().unwrap_or(text).trim_end().len()
}

/// The length of `#[doc = "…"]`, which is a comment written otherwise; `None` if it is none.
fn doc_attribute(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('#')?.trim_start_matches(is_blank);
    for part in ["[", "doc", "="] {
        rest = rest.strip_prefix(part)?.trim_start_matches(is_blank);
    }
    let string = if rest.starts_with('"') { quoted(rest, 1)? } else { return None };
    let after = rest.get(string..)?.trim_start_matches(is_blank).strip_prefix(']')?;
    Some(text.len() - after.len())
}

/// Comments within a block comment count.
fn block_comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(rest) = text.get(length..) {
        if rest.starts_with("/*") {
            depth += 1;
            length += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            length += 2;
            if depth == 0 {
                return Some(length);
            }
        } else {
            length += rest.chars().next()?.len_utf8();
        }
    }
    None
}

/// The length of a string that starts so many bytes into the text.
fn quoted(text: &str, start: usize) -> Option<usize> {
    let mut escaped = false;
    let inside = text.get(start..)?.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    inside.map(|length| start + length + 1)
}

/// The length of `'c'`, or of the lifetime `'c`.
fn apostrophe(text: &str) -> usize {
    let inside = text.get(1..).unwrap_or_default();
    let mut letters = inside.chars();
    match (letters.next(), letters.next()) {
        (Some('\\'), Some(escaped)) => {
            let start = 2 + escaped.len_utf8();
            let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
            line.find('\'').map_or(1, |length| start + length + 1)
        }
        (Some(letter), Some('\'')) => 2 + letter.len_utf8(),
        _ => 1 + inside.find(|letter| !is_word(letter)).unwrap_or(inside.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_tokens_and_comments() {
        let texts = |source| tokens(source).unwrap().iter().map(|token| token.text).collect::<Vec<_>>();
        for (source, expected) in [
            ("tag:k8s-api -> *;", vec!["tag", ":", "k8s", "-", "api", "->", "*", ";"]),
            ("a // b \n//c", vec!["a", "// b", "//c"]),
            ("/* a /* b */ c */d", vec!["/* a /* b */ c */", "d"]),
            (r##"r#"a"b"# r"\" b"\"" r#x"##, vec![r##"r#"a"b"#"##, r#"r"\""#, r#"b"\"""#, "r", "#", "x"]),
            (r"'a' '\'' 'static b'\n' '('", vec!["'a'", r"'\''", "'static", r"b'\n'", "'('"]),
            ("\"//\" \"\\\"{\"", vec!["\"//\"", "\"\\\"{\""]),
            ("é\u{85}1.5", vec!["é", "1", ".", "5"]),
            ("a # [ doc = \"]\\\"\" ] b #[x]", vec!["a", "# [ doc = \"]\\\"\" ]", "b", "#", "[", "x", "]"]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for (source, start) in [("a \"b", 2), ("/* /* */", 0), ("r#\"a\"", 0), ("b\"\\\"", 0)] {
            assert_eq!(tokens(source).map(|_| ()).unwrap_err().start, start, "{source}");
        }
    }
}
