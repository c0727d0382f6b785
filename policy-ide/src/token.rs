//! The meaning of the words of a text, for an editor to colour them.

use std::ops::Range;

use policy_core::source::FileId;

use crate::name::NameKind;
use crate::place::{Meaning, places};
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

/// Returns the words of one of the texts that have a meaning, in order.
///
/// ```
/// use policy_core::Policy;
/// use policy_core::source::FileId;
/// use policy_ide::{Snapshot, tokens};
/// let text = r#"{"tagOwners": {"tag:a": []}}"#;
/// let tokens = tokens(&Snapshot::new(text, Policy::parse), FileId::Policy);
/// assert_eq!(tokens.into_iter().map(|token| &text[token.range]).collect::<Vec<_>>(), ["tagOwners", "tag:a"]);
/// ```
pub fn tokens(snapshot: &Snapshot, file: FileId) -> Vec<Token> {
    let names = snapshot.names().iter().filter(|name| name.origin.file == file);
    let mut tokens: Vec<Token> = names
        .map(|name| Token {
            range: name.origin.range(),
            kind: TokenKind::Name(name.kind),
            is_declaration: name.is_declaration,
        })
        .collect();
    if file == FileId::Policy {
        let keys = places(&snapshot.document).into_iter().filter(|place| matches!(place.meaning, Meaning::Key(_)));
        tokens.extend(keys.map(|place| Token {
            range: place.text.part(0..place.text.len()).range(),
            kind: TokenKind::Key,
            is_declaration: false,
        }));
    }
    tokens.sort_by_key(|token| token.range.start);
    tokens
}
