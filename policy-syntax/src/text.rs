//! The tokens of a text, each with its range of bytes.

use std::ops::Range;

use crate::lexer::{Lexeme, LexemeKind, lex};
use crate::positions::{Positions, has_empty_line};
use crate::string::{string_literal, string_value, unescape};
use crate::token::{Delimiter, TokenId, TokenKind, Tokens};
use crate::token_range::TokenRange;

/// The tokens of a text, with their places.
#[derive(Debug)]
pub struct TokenText<'a> {
    text: &'a str,
    /// The tokens, followed by the end of the input.
    pub tokens: Tokens,
    ranges: Vec<Range<usize>>,
    /// The parts that are not tokens, in the order of the text.
    pub errors: Vec<LexicalError>,
}

/// A part of a text that is not a token, or a bracket that is not matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexicalError {
    /// The range of the problem in the text.
    pub range: Range<usize>,
    /// The message, as in a [`Finding`](crate::Finding).
    pub message: String,
    /// The fix.
    pub help: &'static str,
}

impl std::fmt::Display for LexicalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LexicalError {}

impl<'a> TokenText<'a> {
    /// Splits a text into tokens. Comments are left out, except for published ones, which become
    /// attributes as in Rust.
    pub fn new(text: &'a str) -> TokenText<'a> {
        let (lexemes, unterminated) = lex(text);
        let (tokens, ranges) = (Tokens::with_capacity(lexemes.len() + 1), Vec::with_capacity(lexemes.len() + 1));
        let mut reader = TokenText { text, tokens, ranges, errors: Vec::new() };
        for (index, lexeme) in lexemes.iter().enumerate() {
            let next = lexemes.get(index + 1);
            let joint = next.is_some_and(|next| {
                !next.spaced && matches!(next.kind, LexemeKind::Mark | LexemeKind::Arrow | LexemeKind::Lifetime)
            });
            reader.lexeme(lexeme, joint);
        }
        if let Some(unterminated) = unterminated {
            let (mark, help) = if unterminated.is_comment {
                ("/*", "write `*/` where it ends")
            } else {
                ("\"", "write `\"` where it ends")
            };
            let start = text.get(unterminated.start..).and_then(|rest| rest.find(mark)).unwrap_or_default();
            let start = unterminated.start + start;
            reader.error(start..start + mark.len(), unterminated.message(), help);
        }
        reader.close_all();
        reader.errors.sort_by_key(|error| error.range.start);
        reader
    }

    /// Returns the range of bytes of a place.
    pub fn range(&self, place: TokenRange) -> Range<usize> {
        let start = self.token_range(place.first).start;
        start..self.token_range(place.last).end.max(start)
    }

    /// Returns the range of bytes of a token.
    pub fn token_range(&self, token: TokenId) -> Range<usize> {
        self.ranges.get(token.index()).cloned().unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, range: Range<usize>) {
        self.tokens.push(kind, TokenId::new(self.ranges.len()));
        self.ranges.push(range);
    }

    fn punct(&mut self, char: char, joint: bool, start: usize) {
        self.push(TokenKind::Punct { char, joint }, start..start + char.len_utf8());
    }

    fn error(&mut self, range: Range<usize>, message: String, help: &'static str) {
        self.errors.push(LexicalError { range, message, help });
    }

    fn lexeme(&mut self, lexeme: &Lexeme, joint: bool) {
        let Lexeme { kind, text, start, .. } = *lexeme;
        let range = start..lexeme.end();
        let char = text.chars().next().unwrap_or_default();
        match kind {
            LexemeKind::Word => self.push(TokenKind::Ident(text.to_owned()), range),
            LexemeKind::Number => self.push(TokenKind::Literal(text.to_owned()), range),
            LexemeKind::Literal => {
                let literal = self.without_wrong_escapes(text, start);
                self.push(TokenKind::Literal(literal), range);
            }
            LexemeKind::Lifetime => {
                self.punct(char, true, start);
                let name = text.get(char.len_utf8()..).unwrap_or_default();
                self.push(TokenKind::Ident(name.to_owned()), start + char.len_utf8()..range.end);
            }
            LexemeKind::Arrow => {
                self.punct('-', true, start);
                self.punct('>', joint, start + 1);
            }
            LexemeKind::Mark => self.punct(char, joint, start),
            LexemeKind::Open => {
                let delimiter = Delimiter::from_bracket(char).unwrap_or(Delimiter::Parenthesis);
                self.push(TokenKind::Open { delimiter, close: 0 }, range);
            }
            LexemeKind::Close => self.close(char, range),
            LexemeKind::Comment => self.comment(text, range),
        }
    }

    /// Reports invalid escapes of a plain string, and removes them, so that they are reported only
    /// once.
    fn without_wrong_escapes(&mut self, literal: &str, start: usize) -> String {
        let inside = literal.strip_prefix('"').and_then(|inside| inside.strip_suffix('"'));
        let (None, Some(inside)) = (string_value(literal), inside) else { return literal.to_owned() };
        let mut value = String::new();
        unescape(inside, &mut value, |wrong| {
            let message = format!("`{}` stands for no character", inside.get(wrong.clone()).unwrap_or_default());
            let range = start + 1 + wrong.start..start + 1 + wrong.end;
            self.errors.push(LexicalError { range, message, help: "write `\\\\` for a `\\`" });
        });
        string_literal(&value)
    }

    fn close(&mut self, bracket: char, range: Range<usize>) {
        let opened = self.tokens.innermost_open().map(|token| &token.kind);
        match (opened, Delimiter::from_bracket(bracket)) {
            (Some(TokenKind::Open { delimiter, .. }), Some(closed)) if *delimiter == closed => {
                self.push(TokenKind::Close, range);
            }
            _ => self.error(range, format!("nothing opens this `{bracket}`"), "leave it out"),
        }
    }

    /// Closes all open brackets, and ends the tokens.
    fn close_all(&mut self) {
        let end = self.text.len()..self.text.len();
        // Of nested brackets, the innermost is the one that is not closed.
        if let Some(token) = self.tokens.innermost_open()
            && let TokenKind::Open { delimiter, .. } = token.kind
        {
            let range = self.ranges.get(token.id.index()).cloned().unwrap_or_default();
            self.error(range, format!("this `{}` has no end", delimiter.brackets().0), "close it, or leave it out");
        }
        while self.tokens.innermost_open().is_some() {
            self.push(TokenKind::Close, end.clone());
        }
        self.push(TokenKind::Close, end);
    }

    /// Converts a published comment to `#[doc = "…"]` or `#![doc = "…"]`.
    fn comment(&mut self, comment: &str, range: Range<usize>) {
        let Some((is_inner, said)) = published(comment) else { return };
        self.push(TokenKind::Punct { char: '#', joint: is_inner }, range.clone());
        if is_inner {
            self.push(TokenKind::Punct { char: '!', joint: false }, range.clone());
        }
        for kind in [
            TokenKind::Open { delimiter: Delimiter::Bracket, close: 0 },
            TokenKind::Ident("doc".to_owned()),
            TokenKind::Punct { char: '=', joint: false },
            TokenKind::Literal(string_literal(said)),
            TokenKind::Close,
        ] {
            self.push(kind, range.clone());
        }
    }
}

impl Positions for TokenText<'_> {
    fn are_on_one_line(&self, first: TokenId, second: TokenId) -> bool {
        let (Some(first), Some(second)) = (self.ranges.get(first.index()), self.ranges.get(second.index())) else {
            return false;
        };
        self.text.get(first.start..second.start).is_some_and(|between| !between.contains('\n'))
    }

    fn are_apart(&self, first: TokenId, second: TokenId) -> bool {
        let (Some(first), Some(second)) = (self.ranges.get(first.index()), self.ranges.get(second.index())) else {
            return false;
        };
        self.text.get(first.end..second.start).is_some_and(has_empty_line)
    }
}

/// Returns the text of a published comment, and whether it is about the item around it. `////` and
/// `/***` are not published.
fn published(comment: &str) -> Option<(bool, &str)> {
    let (inside, mark) = match comment.strip_prefix("//") {
        Some(inside) => (inside, '/'),
        None => (comment.strip_prefix("/*")?.strip_suffix("*/")?, '*'),
    };
    if let Some(said) = inside.strip_prefix('!') {
        return Some((true, said));
    }
    let said = inside.strip_prefix(mark)?;
    (!said.starts_with(mark) && (mark == '/' || !said.is_empty())).then_some((false, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_token_is_reported() {
        let cases = [
            ("\"tag:b;\nonly", "\"", "this string has no end"),
            ("/* -> /* */ tag:b;", "/*", "this comment has no end"),
            ("[tag:b, (;", "(", "this `(` has no end"),
            ("tag:b;)", ")", "nothing opens this `)`"),
            ("[)]", ")", "nothing opens this `)`"),
            ("\"a\\qb\"", "\\q", "`\\q` stands for no character"),
            ("\"\\u{110000}\"", "\\u", "`\\u` stands for no character"),
        ];
        for (text, words, message) in cases {
            let read = TokenText::new(text);
            let errors: Vec<_> =
                read.errors.iter().map(|error| (text.get(error.range.clone()).unwrap(), &*error.message)).collect();
            assert_eq!(errors, [(words, message)], "{text}");
        }
    }

    #[test]
    fn a_published_comment_is_an_attribute() {
        let said = published;
        assert_eq!(said("/// a"), Some((false, " a")));
        assert_eq!(said("//! a"), Some((true, " a")));
        assert_eq!(said("/** a */"), Some((false, " a ")));
        assert_eq!(said("/*! a */"), Some((true, " a ")));
        for comment in ["// a", "//// a", "/* a */", "/**/", "/***/", "/*** a */"] {
            assert_eq!(said(comment), None, "{comment}");
        }
        assert_eq!(TokenText::new("/// a\nb // c").tokens.len(), 8);
    }
}
