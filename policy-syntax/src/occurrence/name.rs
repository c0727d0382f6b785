use crate::token::{TokenId, TokenKind};

use super::occurrence::Segment;
use super::reader::Reader;

impl Reader<'_> {
    /// Skips a comment or an `allow`.
    pub(super) fn attribute(&mut self) -> bool {
        if !self.cursor.peek_punct('#') {
            return false;
        }
        self.cursor.at += if self.cursor.peek_note() { 2 } else { 1 };
        if matches!(self.cursor.token(self.cursor.at), Some(TokenKind::Open { .. })) {
            self.cursor.skip();
        }
        true
    }

    pub(super) fn segment(&mut self) -> Option<Segment> {
        let token = self.cursor.tokens.get(self.cursor.at)?;
        let text = match &token.kind {
            TokenKind::Ident(text) => text,
            TokenKind::Literal(text) if text.starts_with(|char: char| char.is_ascii_digit()) => text,
            _ => return None,
        };
        self.cursor.at += 1;
        Some(Segment { text: text.clone(), token: token.id })
    }

    /// Reads the next name, and returns whether its end is missing.
    pub(super) fn name(&mut self) -> (Vec<Segment>, bool) {
        let mut segments = Vec::new();
        loop {
            let Some(segment) = self.segment() else { return (segments, true) };
            segments.push(segment);
            if !self.cursor.peek_dash() {
                return (segments, false);
            }
            while self.cursor.peek_dash() {
                let token = self.cursor.tokens.get(self.cursor.at).map_or(TokenId::NONE, |token| token.id);
                self.cursor.at += 1;
                if self.cursor.peek_dash() {
                    segments.push(Segment { text: String::new(), token });
                }
            }
        }
    }
}
