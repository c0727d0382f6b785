//! The words of a text: explanations, completion, and colours.

use gen_lsp_types as lsp;
use policy_core::source::FileId;
use policy_ide::{Completion, CompletionKind, NameKind, Snapshot, TokenKind};

use super::editing::text_edit;
use super::view::View;

/// Explains the word at a position.
pub(super) fn hover(view: &View, position: lsp::Position) -> Option<lsp::Hover> {
    let hover = policy_ide::hover(view.snapshot(), view.file, view.offset(position))?;
    Some(lsp::Hover { contents: markdown(hover.text).into(), range: Some(view.range(hover.range)) })
}

fn markdown(value: String) -> lsp::MarkupContent {
    lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value }
}

/// Returns the words that can be written at a position of a policy or of its invariants. The names are
/// those of a snapshot, which may be of an earlier text.
pub(super) fn completion(view: &View, snapshot: &Snapshot, position: lsp::Position) -> Option<lsp::CompletionResponse> {
    let (text, at) = (view.document().text(), view.offset(position));
    let found = match view.file {
        FileId::Policy => policy_ide::completions(snapshot, text, at),
        FileId::Invariants => policy_ide::completions_in_invariants(snapshot, text, at),
        FileId::Facts(_) | FileId::Scanned(_) => return None,
    };
    let items = found.into_iter().enumerate().map(|(number, found)| item(view, number, found)).collect();
    Some(lsp::CompletionResponse::CompletionItemList(items))
}

fn item(view: &View, number: usize, found: Completion) -> lsp::CompletionItem {
    // An editor compares the text with that in the range, which has a quote if the edit has one.
    let filter_text = found.edit.text.trim_end_matches(": ").to_owned();
    lsp::CompletionItem {
        kind: Some(match found.kind {
            CompletionKind::Key => lsp::CompletionItemKind::Property,
            CompletionKind::Word => lsp::CompletionItemKind::Value,
            CompletionKind::Name(kind) => match kind {
                NameKind::Tag | NameKind::Service => lsp::CompletionItemKind::Constant,
                NameKind::Group | NameKind::Autogroup | NameKind::IpSet => lsp::CompletionItemKind::Enum,
                NameKind::Host => lsp::CompletionItemKind::Variable,
                NameKind::Posture | NameKind::Attribute => lsp::CompletionItemKind::Field,
                NameKind::User => lsp::CompletionItemKind::Reference,
                NameKind::Capability => lsp::CompletionItemKind::Interface,
            },
        }),
        label: found.label,
        detail: found.detail,
        documentation: found.doc.map(|doc| lsp::Documentation::MarkupContent(markdown(doc))),
        // Names come before autogroups, and small ports before large ones.
        sort_text: Some(format!("{number:05}")),
        filter_text: Some(filter_text),
        text_edit: Some(text_edit(view, found.edit).into()),
        ..lsp::CompletionItem::default()
    }
}

/// The kinds of words, as editors know them, by their index.
pub(super) const TOKEN_TYPES: &[&str] = &[
    "property",
    "type",
    "class",
    "variable",
    "struct",
    "interface",
    "function",
    "parameter",
    "enumMember",
    "decorator",
];

/// The modifiers of words, each with its bit.
pub(super) const TOKEN_MODIFIERS: &[&str] = &["declaration", "defaultLibrary"];

/// Returns the words of a text, or of a part of it, that have a meaning.
pub(super) fn tokens(view: &View, part: Option<lsp::Range>) -> lsp::SemanticTokens {
    let document = view.document();
    let part = part.map_or(0..document.text().len(), |part| view.encoding.bytes(&document.lines, part));
    let tokens = policy_ide::tokens(view.snapshot(), view.file, part);
    let mut last = lsp::Position::default();
    let mut data = Vec::new();
    for token in tokens {
        let range = view.range(token.range.clone());
        let text = document.text().get(token.range).unwrap_or_default();
        // A word that was recovered is not in the text.
        if text.is_empty() || range.start.line != range.end.line {
            continue;
        }
        let (token_type, is_own) = token_type(token.kind);
        let delta_line = range.start.line - last.line;
        let before = if delta_line == 0 { last.character } else { 0 };
        data.push(lsp::SemanticToken {
            delta_line,
            delta_start: range.start.character.saturating_sub(before),
            length: view.encoding.length(text),
            token_type,
            token_modifiers_bitset: u32::from(token.is_declaration) | u32::from(is_own) << 1,
        });
        last = range.start;
    }
    lsp::SemanticTokens { result_id: None, data }
}

/// Returns the index of the kind, and true if the word is one of Tailscale's.
fn token_type(kind: TokenKind) -> (u32, bool) {
    match kind {
        TokenKind::Key => (0, false),
        TokenKind::Name(NameKind::Tag) => (1, false),
        TokenKind::Name(NameKind::Group) => (2, false),
        TokenKind::Name(NameKind::Host) => (3, false),
        TokenKind::Name(NameKind::IpSet) => (4, false),
        TokenKind::Name(NameKind::Posture | NameKind::Attribute) => (5, false),
        TokenKind::Name(NameKind::Service) => (6, false),
        TokenKind::Name(NameKind::User) => (7, false),
        TokenKind::Name(NameKind::Autogroup) => (8, true),
        TokenKind::Name(NameKind::Capability) => (9, false),
    }
}
