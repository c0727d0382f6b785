//! The answers about words of a text, as JSON.

use std::ops::Range;

use policy_core::json::{Value, json};
use policy_ide::{Completion, CompletionKind, Hover, NameKind, Token, TokenKind};

use crate::utf16_index::Utf16Index;

/// A text and its places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'t> {
    pub(crate) text: &'t str,
    pub(crate) index: &'t Utf16Index,
}

impl Words<'_> {
    pub(crate) fn completion(self, completion: &Completion) -> Value {
        let kind = match completion.kind {
            CompletionKind::Key => "key",
            CompletionKind::Word => "word",
            CompletionKind::Name(kind) => name_kind(kind),
        };
        self.with_place(
            completion.edit.range.clone(),
            json!({
                "label": completion.label,
                "kind": kind,
                "detail": completion.detail,
                "doc": completion.doc,
                "insert": completion.edit.text,
            }),
        )
    }

    pub(crate) fn hover(self, hover: &Hover) -> Value {
        self.with_place(hover.range.clone(), json!({"text": hover.text}))
    }

    /// Returns a word with a meaning. `None` if it was recovered and is not in the text.
    pub(crate) fn token(self, token: &Token) -> Option<Value> {
        let is_in_text = self.text.get(token.range.clone()).is_some_and(|word| !word.is_empty());
        let kind = match token.kind {
            TokenKind::Key => "key",
            TokenKind::Name(kind) => name_kind(kind),
        };
        let value = json!({"kind": kind, "isDeclaration": token.is_declaration});
        is_in_text.then(|| self.with_place(token.range.clone(), value))
    }

    /// Adds `from` and `to` in UTF-16, and `bytes`.
    fn with_place(self, range: Range<usize>, mut value: Value) -> Value {
        if let Some(object) = value.as_object_mut() {
            object.insert("from".to_owned(), json!(self.index.utf16(self.text, range.start)));
            object.insert("to".to_owned(), json!(self.index.utf16(self.text, range.end)));
            object.insert("bytes".to_owned(), json!([range.start, range.end]));
        }
        value
    }
}

fn name_kind(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Tag => "tag",
        NameKind::Group => "group",
        NameKind::Host => "host",
        NameKind::IpSet => "ipset",
        NameKind::Posture => "posture",
        NameKind::Service => "service",
        NameKind::User => "user",
        NameKind::Autogroup => "autogroup",
        NameKind::Capability => "capability",
        NameKind::Attribute => "attribute",
    }
}
