//! The meaning of the words of a text, for an editor to colour them.

use std::ops::Range;

use policy_core::source::FileId;

use crate::name::{self, Name, NameKind};
use crate::place::{Meaning, Place, places_touching};
use crate::snapshot::Snapshot;

/// A word with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its bytes, without quotes.
    pub range: Range<usize>,
    /// Its meaning.
    pub kind: TokenKind,
    /// True if it is a name that is declared here.
    pub is_declaration: bool,
}

/// The meaning of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A key that a policy file can have.
    Key,
    /// A name.
    Name(NameKind),
}

/// Returns the words of one of the texts that have a meaning, in order: those that a range of bytes
/// touches.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::source::FileId;
/// use policy_ide::{Snapshot, tokens};
/// let text = r#"{"tagOwners": {"tag:a": []}}"#;
/// let tokens = tokens(&Snapshot::new(text, Policy::parse), FileId::Policy, 0..text.len());
/// assert_eq!(tokens.into_iter().map(|token| &text[token.range]).collect::<Vec<_>>(), ["tagOwners", "tag:a"]);
/// ```
pub fn tokens(snapshot: &Snapshot, file: FileId, part: Range<usize>) -> Vec<Token> {
    let policy = &snapshot.policy;
    let mut tokens: Vec<Token> = match file {
        FileId::Policy => {
            let places = places_touching(&snapshot.document, part.clone());
            let of_places = places.iter().filter_map(|place| match place.meaning {
                Meaning::Key(_) => Some(key(place)),
                _ => name::name(place, policy).map(token),
            });
            of_places.chain(name::declared_in_comments(policy).into_iter().map(token)).collect()
        }
        FileId::Invariants => name::names_in_invariants(policy).into_iter().map(token).collect(),
        FileId::Facts(_) | FileId::Scanned(_) => Vec::new(),
    };
    tokens.retain(|token| token.range.start <= part.end && part.start <= token.range.end);
    tokens.sort_by_key(|token| token.range.start);
    tokens
}

fn key(place: &Place) -> Token {
    let range = place.text.part(0..place.text.len()).range();
    Token { range, kind: TokenKind::Key, is_declaration: false }
}

fn token(name: Name) -> Token {
    Token { range: name.origin.range(), kind: TokenKind::Name(name.kind), is_declaration: name.is_declaration }
}
