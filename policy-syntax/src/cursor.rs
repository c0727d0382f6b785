use crate::reserved::{is_foreign_kind, is_kind};
use crate::string::is_string;
use crate::token::{Delimiter, Token, TokenKind};

/// A position in the tokens, with methods that look at the next ones.
///
/// Nothing depends on white space or positions, because rust-analyzer does not provide them.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    pub(crate) tokens: &'a [Token],
    /// The index of the next token. At the end of a block, the index of the closing bracket.
    pub(crate) at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(tokens: &'a [Token]) -> Self {
        Cursor { tokens, at: 0 }
    }

    pub(crate) fn token(&self, at: usize) -> Option<&'a TokenKind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    pub(crate) fn ident(&self, at: usize) -> Option<&'a str> {
        match self.tokens.get(at) {
            Some(Token { kind: TokenKind::Ident(text), .. }) => Some(text),
            _ => None,
        }
    }

    // This is the most frequent query, and macros run unoptimised. One more call would take half as
    // long again.
    pub(crate) fn is_punct(&self, at: usize, wanted: char) -> bool {
        matches!(self.tokens.get(at), Some(Token { kind: TokenKind::Punct { char, .. }, .. }) if *char == wanted)
    }

    pub(crate) fn is_group(&self, at: usize, wanted: Delimiter) -> bool {
        matches!(self.token(at), Some(TokenKind::Open { delimiter, .. }) if *delimiter == wanted)
    }

    pub(crate) fn is_arrow(&self, at: usize) -> bool {
        self.is_punct(at, '-') && self.is_punct(at + 1, '>')
    }

    pub(crate) fn is_dash(&self, at: usize) -> bool {
        self.is_punct(at, '-') && !self.is_punct(at + 1, '>')
    }

    /// Returns the index after the token at `at`, or after the group that it opens.
    pub(crate) fn after(&self, at: usize) -> usize {
        match self.tokens.get(at) {
            Some(Token { kind: TokenKind::Open { close, .. }, .. }) => close + 1,
            Some(Token { kind: TokenKind::Close, .. }) | None => at,
            Some(_) => at + 1,
        }
    }

    pub(crate) fn at_end(&self) -> bool {
        matches!(self.tokens.get(self.at), Some(Token { kind: TokenKind::Close, .. }) | None)
    }

    /// Skips the next token, or the whole next group.
    pub(crate) fn skip(&mut self) {
        self.at = self.after(self.at);
    }

    pub(crate) fn peek_ident(&self) -> Option<&'a str> {
        self.ident(self.at)
    }

    pub(crate) fn peek_is(&self, word: &str) -> bool {
        self.peek_ident() == Some(word)
    }

    pub(crate) fn peek_punct(&self, char: char) -> bool {
        self.is_punct(self.at, char)
    }

    pub(crate) fn peek_group(&self, delimiter: Delimiter) -> bool {
        self.is_group(self.at, delimiter)
    }

    pub(crate) fn peek_literal(&self) -> Option<&'a str> {
        match self.tokens.get(self.at) {
            Some(Token { kind: TokenKind::Literal(text), .. }) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn peek_string(&self) -> bool {
        self.peek_literal().is_some_and(is_string)
    }

    /// Returns the mark after the next token.
    pub(crate) fn second_punct(&self) -> Option<char> {
        match self.tokens.get(self.after(self.at)) {
            Some(Token { kind: TokenKind::Punct { char, .. }, .. }) => Some(*char),
            _ => None,
        }
    }

    /// Returns the word after the next token, and whether `in` follows it.
    pub(crate) fn second_ident(&self) -> Option<(&'a str, bool)> {
        let second = self.after(self.at);
        Some((self.ident(second)?, self.ident(second + 1) == Some("in")))
    }

    /// Returns whether the token after the next one opens a group.
    pub(crate) fn second_group(&self, delimiter: Delimiter) -> bool {
        self.is_group(self.after(self.at), delimiter)
    }

    pub(crate) fn peek_arrow(&self) -> bool {
        self.is_arrow(self.at)
    }

    pub(crate) fn peek_dash(&self) -> bool {
        self.is_dash(self.at)
    }

    /// Returns whether the next word continues with a dash that is not part of an arrow, such as
    /// `on` in `on-prem`.
    pub(crate) fn next_goes_on(&self) -> bool {
        self.is_dash(self.after(self.at))
    }

    /// Returns whether a name with its kind is next, such as `tag:web`.
    pub(crate) fn peek_kind(&self) -> bool {
        self.peek_ident().is_some_and(is_kind) && self.second_punct() == Some(':')
    }

    /// Returns whether a protocol and a colon are next: `tcp:`, `ipv6-icmp:`, `*:`, but not `tag:`.
    pub(crate) fn protocol_ahead(&self) -> bool {
        let is_word = self.peek_ident().is_some_and(|word| !is_kind(word) && !is_foreign_kind(word));
        if !is_word && !self.peek_punct('*') {
            return false;
        }
        let mut at = self.at + 1;
        while self.is_dash(at) {
            at = self.after(at + 1);
        }
        self.is_punct(at, ':') && !self.is_punct(at + 1, ':')
    }

    /// Returns whether a `///` or an attribute is next.
    pub(crate) fn peek_doc(&self) -> bool {
        self.peek_punct('#') && self.second_group(Delimiter::Bracket)
    }

    /// Returns whether a `//!` is next.
    pub(crate) fn peek_note(&self) -> bool {
        self.peek_punct('#') && self.second_punct() == Some('!')
    }

    /// Describes the next token.
    pub(crate) fn found(&self) -> Option<String> {
        Some(match self.token(self.at)? {
            TokenKind::Open { delimiter, .. } => format!("`{}`", delimiter.brackets().0),
            // A published comment arrives as an attribute.
            TokenKind::Punct { char: '#', .. } if self.is_punct(self.at + 1, '!') => "`//!`".to_owned(),
            TokenKind::Punct { char: '#', .. } if self.ident(self.at + 2) == Some("doc") => "`///`".to_owned(),
            TokenKind::Punct { char, joint } => match self.token(self.at + 1) {
                Some(TokenKind::Punct { char: second, .. }) if *joint => format!("`{char}{second}`"),
                _ => format!("`{char}`"),
            },
            TokenKind::Ident(text) | TokenKind::Literal(text) => format!("`{text}`"),
            TokenKind::Close => return None,
        })
    }
}
