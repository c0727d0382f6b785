//! A lexer that splits Rust text into tokens and comments.

/// A token or a comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexeme<'a> {
    pub(crate) kind: LexemeKind,
    pub(crate) text: &'a str,
    /// The start, as an index of a byte.
    pub(crate) start: usize,
    /// The number of line ends between the previous lexeme and this one.
    pub(crate) line_ends: usize,
    /// True if there is white space before it.
    pub(crate) spaced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    /// An identifier or a keyword.
    Word,
    Number,
    /// A string or a character.
    Literal,
    Lifetime,
    /// `->`
    Arrow,
    /// Any other mark, one character each.
    Mark,
    Open,
    Close,
    Comment,
}

/// A string or a comment without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unterminated {
    /// The start, as an index of a byte.
    pub(crate) start: usize,
    pub(crate) is_comment: bool,
}

impl Lexeme<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

impl Unterminated {
    pub(crate) fn message(self) -> String {
        format!("this {} has no end", if self.is_comment { "comment" } else { "string" })
    }
}

/// Returns the tokens and comments of a text, up to its end or up to one that has no end.
pub(crate) fn lex(source: &str) -> (Vec<Lexeme<'_>>, Option<Unterminated>) {
    let mut lexemes = Vec::new();
    // Editors may put a byte order mark at the start of a file.
    let mut rest = source.trim_start_matches('\u{feff}');
    loop {
        let text = rest.trim_start_matches(is_blank);
        let blanks = rest.get(..rest.len() - text.len()).unwrap_or_default();
        let start = source.len() - text.len();
        let Some((kind, length)) = first(text) else { return (lexemes, None) };
        let Some((lexeme, after)) = length.and_then(|length| text.split_at_checked(length)) else {
            return (lexemes, Some(Unterminated { start, is_comment: kind == LexemeKind::Comment }));
        };
        let line_ends = blanks.bytes().filter(|byte| *byte == b'\n').count();
        lexemes.push(Lexeme { kind, text: lexeme, start, line_ends, spaced: !blanks.is_empty() });
        rest = after;
    }
}

/// Returns whether Rust treats a character as white space.
pub(crate) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200e}' | '\u{200f}')
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || (!letter.is_ascii() && !is_blank(letter))
}

/// Returns the kind and the length of the first token. The length is `None` if it has no end, and
/// the result is `None` if there is no text.
fn first(text: &str) -> Option<(LexemeKind, Option<usize>)> {
    let letter = text.chars().next()?;
    let length = letter.len_utf8();
    Some(match letter {
        '/' if text.starts_with("//") => (LexemeKind::Comment, Some(line_comment(text))),
        '/' if text.starts_with("/*") => (LexemeKind::Comment, block_comment(text)),
        '"' => (LexemeKind::Literal, quoted(text, 1).map(|length| with_suffix(text, length))),
        '\'' => apostrophe(text),
        '-' if text.starts_with("->") => (LexemeKind::Arrow, Some(2)),
        '(' | '[' | '{' => (LexemeKind::Open, Some(length)),
        ')' | ']' | '}' => (LexemeKind::Close, Some(length)),
        '0'..='9' => (LexemeKind::Number, Some(number(text))),
        letter if is_word(letter) => {
            let end = with_suffix(text, length);
            let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            match prefixed(word, rest) {
                Some(length) => (LexemeKind::Literal, length.map(|length| with_suffix(text, end + length))),
                None if word == "r" && rest.strip_prefix('#').is_some_and(|name| name.starts_with(is_word)) => {
                    (LexemeKind::Word, Some(with_suffix(text, end + 1)))
                }
                None => (LexemeKind::Word, Some(end)),
            }
        }
        _ => (LexemeKind::Mark, Some(length)),
    })
}

/// Returns the length of a token including the letters and digits after its first `length` bytes.
fn with_suffix(text: &str, length: usize) -> usize {
    let rest = text.get(length..).unwrap_or_default();
    length + rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
}

/// Returns the length of a number: `443`, `1.5`, `2e-3`, `0x1f`, `12h`.
fn number(text: &str) -> usize {
    if text.starts_with("0b") || text.starts_with("0o") || text.starts_with("0x") {
        return with_suffix(text, 2);
    }
    let digits = |text: &str| text.find(|letter: char| !letter.is_ascii_digit() && letter != '_').unwrap_or(text.len());
    let mut length = digits(text);
    // `1..2` is a range, and `1.max` a call.
    let fraction = text.get(length..).and_then(|rest| rest.strip_prefix('.'));
    let is_fraction =
        |rest: &&str| !rest.starts_with(|letter: char| letter == '.' || is_word(letter) && !letter.is_ascii_digit());
    if let Some(fraction) = fraction.filter(is_fraction) {
        length += 1 + digits(fraction);
    }
    let exponent = text.get(length..).and_then(|rest| rest.strip_prefix(['e', 'E']));
    if let Some(digits) = exponent.and_then(|rest| rest.strip_prefix(['+', '-']))
        && digits.trim_start_matches('_').starts_with(|digit: char| digit.is_ascii_digit())
    {
        length += 2;
    }
    with_suffix(text, length)
}

/// Returns the length of the string after a prefix. `None` if the word is not a prefix of a string.
fn prefixed(word: &str, rest: &str) -> Option<Option<usize>> {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    match word {
        "b" | "c" if rest.starts_with('"') => Some(quoted(rest, 1)),
        "b" if rest.starts_with('\'') => Some(apostrophe(rest).1),
        "r" | "br" | "cr" if rest.get(hashes..).is_some_and(|rest| rest.starts_with('"')) => {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = rest.get(hashes + 1..).unwrap_or_default();
            Some(inside.find(&end).map(|length| hashes + 1 + length + end.len()))
        }
        _ => None,
    }
}

/// Returns the length of a line comment, without trailing spaces, which the macro ignores.
fn line_comment(text: &str) -> usize {
    text.split('\n').next().unwrap_or(text).trim_end().len()
}

/// Returns the length of a block comment, which may contain other block comments.
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

/// Returns the length of a string whose content starts at byte `start`.
fn quoted(text: &str, start: usize) -> Option<usize> {
    let mut escaped = false;
    let inside = text.get(start..)?.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    inside.map(|length| start + length + 1)
}

/// Reads the character `'c'`, or the lifetime `'c`.
fn apostrophe(text: &str) -> (LexemeKind, Option<usize>) {
    let inside = text.get(1..).unwrap_or_default();
    let mut letters = inside.chars();
    match (letters.next(), letters.next()) {
        (Some('\\'), Some(escaped)) => {
            let start = 2 + escaped.len_utf8();
            let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
            (LexemeKind::Literal, Some(line.find('\'').map_or(1, |length| start + length + 1)))
        }
        (Some(letter), Some('\'')) => (LexemeKind::Literal, Some(2 + letter.len_utf8())),
        _ => (LexemeKind::Lifetime, Some(with_suffix(text, 1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_tokens_and_comments() {
        let texts = |source| lex(source).0.iter().map(|token| token.text).collect::<Vec<_>>();
        for (source, expected) in [
            ("tag:k8s-api -> *;", vec!["tag", ":", "k8s", "-", "api", "->", "*", ";"]),
            ("a // b \n//c", vec!["a", "// b", "//c"]),
            ("/* a /* b */ c */d", vec!["/* a /* b */ c */", "d"]),
            (r##"r#"a"b"# r"\" b"\"" r#x r#"##, vec![r##"r#"a"b"#"##, r#"r"\""#, r#"b"\"""#, "r#x", "r", "#"]),
            (r"'a' '\'' 'static b'\n' '('", vec!["'a'", r"'\''", "'static", r"b'\n'", "'('"]),
            ("\"//\" \"\\\"{\"x", vec!["\"//\"", "\"\\\"{\"x"]),
            ("\u{feff}é\u{85}1.5", vec!["é", "1.5"]),
            (
                "10.0.0.0/8 1..2 1.a 1. 2x4 1e5 1e-5 1e- 0b2 0x-",
                vec![
                    "10.0", ".", "0.0", "/", "8", "1", ".", ".", "2", "1", ".", "a", "1.", "2x4", "1e5", "1e-5", "1e",
                    "-", "0b2", "0x", "-",
                ],
            ),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn what_has_no_end_is_reported() {
        for (source, start) in [("a \"b", 2), ("/* /* */", 0), ("r#\"a\"", 0), ("b\"\\\"", 0)] {
            assert_eq!(lex(source).1.unwrap().start, start, "{source}");
        }
    }
}
