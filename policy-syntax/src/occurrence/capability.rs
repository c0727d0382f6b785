//! Occurrences of capabilities and of the fields of their bodies in `app { … }`, and of the words
//! in declared shapes.

use crate::string::{is_string, string_value};
use crate::token::{Delimiter, TokenKind};

use super::occurrence::{Occurrence, Scope, Segment};
use super::reader::Reader;

/// A group of JSON.
struct Group {
    is_object: bool,
    /// The number of names around its contents.
    around: usize,
}

impl Reader<'_> {
    /// Reads the names in the next group. They are found by their place in it, so an incomplete
    /// field does not affect the others.
    pub(super) fn capabilities(&mut self) {
        let end = self.cursor.after(self.cursor.at);
        let mut groups: Vec<Group> = Vec::new();
        let mut around: Vec<String> = Vec::new();
        let mut is_value = true;
        while self.cursor.at < end {
            if self.attribute() {
                continue;
            }
            match self.cursor.token(self.cursor.at) {
                Some(TokenKind::Open { delimiter, .. }) => {
                    groups.push(Group { is_object: *delimiter == Delimiter::Brace, around: around.len() });
                    is_value = false;
                }
                Some(TokenKind::Close) => {
                    around.truncate(groups.pop().map_or(0, |group| group.around));
                    is_value = false;
                }
                Some(TokenKind::Punct { char: ':', .. }) => is_value = true,
                Some(TokenKind::Punct { char: ',', .. }) => is_value = false,
                Some(TokenKind::Ident(_) | TokenKind::Literal(_)) => {
                    let group = groups.last().filter(|group| group.is_object && !is_value);
                    is_value = false;
                    if let Some(Group { around: length, .. }) = group
                        && let Some(name) = self.field_name()
                    {
                        around.truncate(*length);
                        around.push(name.text());
                        let scope = if around.len() == 1 { Scope::Capability } else { Scope::Field };
                        self.occurrences.push(Occurrence { scope, path: around.clone(), ..name });
                        continue;
                    }
                }
                Some(TokenKind::Punct { .. }) | None => {}
            }
            self.cursor.at += 1;
        }
    }

    /// Reads the words for shapes in the next group.
    pub(super) fn shapes(&mut self) {
        let end = self.cursor.after(self.cursor.at);
        while self.cursor.at < end {
            let before = self.cursor.at.saturating_sub(1);
            let is_shape = self.cursor.is_punct(before, ':') || self.cursor.is_group(before, Delimiter::Bracket);
            if is_shape && self.cursor.peek_ident().is_some() {
                let (segments, is_unfinished) = self.name();
                self.occurrences.push(Occurrence::bare(Scope::Word("shapes"), segments, is_unfinished));
            } else {
                self.cursor.at += 1;
            }
        }
    }

    /// Reads a string or a name.
    fn field_name(&mut self) -> Option<Occurrence> {
        let token = self.cursor.tokens.get(self.cursor.at)?;
        if let TokenKind::Literal(text) = &token.kind
            && is_string(text)
        {
            self.cursor.at += 1;
            let segment = Segment { text: string_value(text)?.into_owned(), token: token.id };
            return Some(Occurrence::bare(Scope::Field, vec![segment], false));
        }
        let start = self.cursor.at;
        let (segments, is_unfinished) = self.name();
        (self.cursor.at > start).then(|| Occurrence::bare(Scope::Field, segments, is_unfinished))
    }
}
