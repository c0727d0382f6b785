//! The tokens of invariants: those that Rust makes of the same text within `policy!`, as far as they have a use there.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Origin;

/// A token, and where its bytes stand in the text.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug)]
pub(super) enum TokenKind<'t> {
    /// A word or a number: letters, digits and underscores.
    Word(&'t str),
    /// The value of a string; whether it stands between the quotes as it is.
    String(String, bool),
    Punct(char),
    /// The opening bracket whose other one is the token `close`.
    Open {
        bracket: char,
        close: usize,
    },
    Close,
    /// The lines of a `///`.
    Doc(Vec<String>),
    /// A `//!`, which is about nothing.
    Note,
}

/// The tokens of a text, and after them a [`TokenKind::Close`]. What is none is reported.
pub(super) fn tokens<'t>(text: &'t str, base: u32, findings: &mut Vec<Diagnostic>) -> Vec<Token<'t>> {
    let mut lexer = Lexer { text, at: 0, base, tokens: Vec::new(), open: Vec::new(), findings };
    while lexer.token() {}
    lexer.close_all();
    lexer.tokens
}

struct Lexer<'t, 'f> {
    text: &'t str,
    at: usize,
    base: u32,
    tokens: Vec<Token<'t>>,
    /// The brackets that are still open, by their tokens.
    open: Vec<usize>,
    findings: &'f mut Vec<Diagnostic>,
}

impl<'t> Lexer<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads on up to the next token, and that. Whether there was one.
    fn token(&mut self) -> bool {
        let start = self.at;
        let rest = self.rest();
        let Some(char) = rest.chars().next() else { return false };
        if rest.starts_with("//") {
            self.line_comment(start);
        } else if rest.starts_with("/*") {
            self.block_comment(start);
        } else if is_word(char) {
            self.word(start);
        } else if char == '"' {
            self.string(start);
        } else {
            self.at += char.len_utf8();
            // Editors put the mark at the start of a file.
            if !char.is_whitespace() && char != '\u{feff}' {
                self.punct(start, char);
            }
        }
        true
    }

    fn push(&mut self, kind: TokenKind<'t>, start: usize) {
        self.tokens.push(Token { kind, start, end: self.at });
    }

    fn report(&mut self, start: usize, end: usize, message: impl Into<String>, help: &str) {
        let origin = origin(self.base, start, end);
        self.findings.push(Diagnostic::new(Code::Syntax, origin, message).help(help));
    }

    fn line_comment(&mut self, start: usize) {
        let line = self.rest().lines().next().unwrap_or_default();
        self.at += line.len();
        self.comment(start, line.get(2..).unwrap_or_default(), '/');
    }

    /// Rust's block comments nest.
    fn block_comment(&mut self, start: usize) {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    break;
                }
            } else {
                match rest.find(['/', '*']) {
                    Some(0) => self.at += 1,
                    Some(next) => self.at += next,
                    None => {
                        self.at = self.text.len();
                        return self.report(start, start + 2, "this comment has no end", "write `*/` where it ends");
                    }
                }
            }
        }
        let inside = self.text.get(start + 2..self.at - 2).unwrap_or_default();
        self.comment(start, inside, '*');
    }

    /// A comment whose inside starts with one more of `mark`, or with `!`, is one that is published.
    fn comment(&mut self, start: usize, inside: &str, mark: char) {
        if inside.starts_with('!') {
            self.push(TokenKind::Note, start);
        } else if let Some(doc) = inside.strip_prefix(mark)
            && !doc.starts_with(mark)
            && !(mark == '*' && doc.is_empty())
        {
            let said = |line: String| line.strip_prefix(' ').map_or(line.clone(), str::to_owned);
            self.push(TokenKind::Doc(comment_lines(doc).into_iter().map(said).collect()), start);
        }
    }

    fn word(&mut self, start: usize) {
        let rest = self.rest();
        let length = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
        self.at += length;
        let word = rest.get(..length).unwrap_or_default();
        if self.rest().starts_with('"') {
            self.string(start);
        } else {
            self.push(TokenKind::Word(word), start);
        }
    }

    /// A string, which may have a prefix that it should not have.
    fn string(&mut self, start: usize) {
        let quote = self.at;
        self.at += 1;
        let content = self.at;
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(['"', '\\']) else {
                self.at = self.text.len();
                return self.report(quote, quote + 1, "this string has no end", "write `\"` where it ends");
            };
            value.push_str(rest.get(..end).unwrap_or_default());
            self.at += end + 1;
            if rest.get(end..).is_some_and(|rest| rest.starts_with('"')) {
                break;
            }
            value.extend(self.escape());
        }
        let verbatim = self.text.get(content..self.at - 1) == Some(value.as_str());
        let rest = self.rest();
        let suffix = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
        self.at += suffix;
        if suffix > 0 || quote > start {
            let message = format!("`{}` is no plain string", self.text.get(start..self.at).unwrap_or_default());
            self.report(start, self.at, message, "write the text in double quotes, without a prefix or suffix");
        }
        self.push(TokenKind::String(value, verbatim), start);
    }

    /// What stands for a character after a `\`.
    fn escape(&mut self) -> Option<char> {
        let start = self.at - 1;
        let rest = self.rest();
        let char = rest.chars().next()?;
        let (length, value) = match char {
            'n' => (1, Some('\n')),
            'r' => (1, Some('\r')),
            't' => (1, Some('\t')),
            '0' => (1, Some('\0')),
            '\\' | '\'' | '"' => (1, Some(char)),
            // The line goes on where the next one has text.
            '\n' => (rest.len() - rest.trim_start().len(), None),
            'x' => (
                3,
                rest.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii).map(char::from),
            ),
            'u' => {
                let hex = rest.strip_prefix("u{").and_then(|rest| rest.split_once('}')).map(|(hex, _)| hex);
                let value = hex.and_then(|hex| char::from_u32(u32::from_str_radix(&hex.replace('_', ""), 16).ok()?));
                (3 + hex.map_or(0, str::len), value)
            }
            _ => (char.len_utf8(), None),
        };
        if value.is_none() && char != '\n' {
            self.at += char.len_utf8();
            let written = self.text.get(start..self.at).unwrap_or_default();
            self.report(start, self.at, format!("`{written}` stands for no character"), "write `\\\\` for a `\\`");
            return None;
        }
        self.at += length;
        value
    }

    fn punct(&mut self, start: usize, char: char) {
        match char {
            '(' | '[' | '{' => {
                self.open.push(self.tokens.len());
                self.push(TokenKind::Open { bracket: char, close: 0 }, start);
            }
            ')' | ']' | '}' => {
                let opened = self.open.last().and_then(|open| self.tokens.get(*open)).map(|token| &token.kind);
                let fits = matches!(
                    (opened, char),
                    (Some(TokenKind::Open { bracket: '(', .. }), ')')
                        | (Some(TokenKind::Open { bracket: '[', .. }), ']')
                        | (Some(TokenKind::Open { bracket: '{', .. }), '}')
                );
                match fits {
                    true => self.close(start),
                    false => self.report(start, self.at, format!("nothing opens this `{char}`"), "leave it out"),
                }
            }
            _ => self.push(TokenKind::Punct(char), start),
        }
    }

    /// Ends the bracket that was opened last.
    fn close(&mut self, start: usize) {
        let close = self.tokens.len();
        if let Some(Token { kind: TokenKind::Open { close: end, .. }, .. }) =
            self.open.pop().and_then(|open| self.tokens.get_mut(open))
        {
            *end = close;
        }
        self.push(TokenKind::Close, start);
    }

    fn close_all(&mut self) {
        // Of brackets within each other the innermost is the one that lacks its end.
        if let Some(Token { kind: TokenKind::Open { bracket, .. }, start, end }) =
            self.open.last().and_then(|open| self.tokens.get(*open)).cloned()
        {
            self.report(start, end, format!("this `{bracket}` has no end"), "close it, or leave it out");
        }
        while !self.open.is_empty() {
            self.close(self.text.len());
        }
        self.push(TokenKind::Close, self.text.len());
    }
}

/// Whether a name may have it. Letters beyond ASCII are for the reader to refuse.
fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

pub(super) fn origin(base: u32, start: usize, end: usize) -> Origin {
    let position = |offset: usize| base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    Origin::new(position(start), position(end))
}

/// The lines of a comment as rustc hands them over: what is behind the slashes, most often a blank first; in a block,
/// leading asterisks less and with the blank that would be there.
///
/// ```
/// use policy_core::sidecar::comment_lines;
/// assert_eq!(comment_lines(" The proxy"), [" The proxy"]);
/// assert_eq!(comment_lines("\n * The\n * proxy\n "), [" The", " proxy"]);
/// ```
pub fn comment_lines(text: &str) -> Vec<String> {
    if !text.contains('\n') {
        return vec![text.trim_end().to_owned()];
    }
    let mut lines: Vec<&str> = text.lines().collect();
    let starred = lines.iter().skip(1).all(|line| line.trim_start().starts_with('*') || line.trim().is_empty());
    if lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let strip = |line: &str| {
        let line = line.trim();
        let said = if starred { line.strip_prefix('*').unwrap_or(line) } else { line };
        if said.is_empty() || said.starts_with(' ') { said.to_owned() } else { format!(" {said}") }
    };
    lines.into_iter().map(strip).collect()
}
