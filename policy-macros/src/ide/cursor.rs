//! A place in the tokens, for reading names by their shape.

use proc_macro2::Span;

use crate::syntax::tokens::{Token, TokenKind};

use super::mention::Segment;

pub(super) struct Cursor<'t> {
    pub(super) tokens: &'t [Token],
    /// The next token.
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn token(&self, at: usize) -> Option<&'t TokenKind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    pub(super) fn ident(&self, at: usize) -> Option<&'t str> {
        match self.token(at) {
            Some(TokenKind::Ident(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_punct(&self, at: usize, wanted: char) -> bool {
        matches!(self.token(at), Some(TokenKind::Punct { char, .. }) if *char == wanted)
    }

    pub(super) fn is_dash(&self, at: usize) -> bool {
        self.is_punct(at, '-') && !self.is_punct(at + 1, '>')
    }

    /// The index behind the token at `at`, which may be a group.
    pub(super) fn after(&self, at: usize) -> usize {
        match self.token(at) {
            Some(TokenKind::Open { close, .. }) => close + 1,
            _ => at + 1,
        }
    }

    /// Skips a comment or an `allow`.
    pub(super) fn attribute(&mut self) -> bool {
        if !self.is_punct(self.at, '#') {
            return false;
        }
        self.at += if self.is_punct(self.at + 1, '!') { 2 } else { 1 };
        if matches!(self.token(self.at), Some(TokenKind::Open { .. })) {
            self.at = self.after(self.at);
        }
        true
    }

    pub(super) fn segment(&mut self) -> Option<Segment> {
        let token = self.tokens.get(self.at)?;
        let text = match &token.kind {
            TokenKind::Ident(text) => text,
            TokenKind::Literal(text) if text.starts_with(|char: char| char.is_ascii_digit()) => text,
            _ => return None,
        };
        self.at += 1;
        Some(Segment { text: text.clone(), span: token.span })
    }

    /// The name that is next, and whether it lacks its end.
    pub(super) fn name(&mut self) -> (Vec<Segment>, bool) {
        let mut segments = Vec::new();
        loop {
            let Some(segment) = self.segment() else { return (segments, true) };
            segments.push(segment);
            if !self.is_dash(self.at) {
                return (segments, false);
            }
            while self.is_dash(self.at) {
                let span = self.tokens.get(self.at).map_or_else(Span::call_site, |token| token.span);
                self.at += 1;
                if self.is_dash(self.at) {
                    segments.push(Segment { text: String::new(), span });
                }
            }
        }
    }
}
