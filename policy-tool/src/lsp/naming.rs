//! The places of a name: its declaration, its uses, and all of them to rename it.

use std::collections::HashMap;

use gen_lsp_types as lsp;
use policy_ide::{Name, NameKind, check_renamable, rename};

use super::request_error::RequestError;
use super::view::View;

fn name_at(view: &View, position: lsp::Position) -> Option<Name> {
    view.snapshot().name_at(view.file, view.offset(position))
}

/// Returns the places that declare the name at a position.
pub(super) fn definition(view: &View, position: lsp::Position) -> Option<lsp::DefinitionResponse> {
    let name = name_at(view, position)?;
    let declarations = view.snapshot().uses(&name).filter(|name| name.is_declaration);
    let places: Vec<_> = declarations.filter_map(|name| view.location(name.origin)).collect();
    (!places.is_empty()).then_some(lsp::DefinitionResponse::Definition(lsp::Definition::LocationList(places)))
}

/// Returns the places of the name at a position.
pub(super) fn references(view: &View, params: &lsp::ReferenceParams) -> Option<Vec<lsp::Location>> {
    let name = name_at(view, params.text_document_position_params.position)?;
    let uses = view.snapshot().uses(&name).filter(|name| params.context.include_declaration || !name.is_declaration);
    Some(uses.filter_map(|name| view.location(name.origin)).collect())
}

/// Returns the places of the name at a position, in the same text.
pub(super) fn highlights(view: &View, position: lsp::Position) -> Option<Vec<lsp::DocumentHighlight>> {
    let name = name_at(view, position)?;
    let here = view.snapshot().uses(&name).filter(|name| name.origin.file == view.file);
    let highlight = |name: &Name| lsp::DocumentHighlight {
        range: view.range(name.origin.range()),
        kind: Some(if name.is_declaration {
            lsp::DocumentHighlightKind::Write
        } else {
            lsp::DocumentHighlightKind::Read
        }),
    };
    Some(here.map(highlight).collect())
}

/// Returns the part that the editor should let the user change.
pub(super) fn prepare_rename(
    view: &View,
    position: lsp::Position,
) -> Result<Option<lsp::PrepareRenameResult>, RequestError> {
    let Some(name) = name_at(view, position) else { return Ok(None) };
    check_renamable(&name).map_err(RequestError::new)?;
    let range = view.range(name.origin.range());
    let placeholder = lsp::PrepareRenamePlaceholder { range, placeholder: name.text };
    Ok(Some(lsp::PrepareRenameResult::PrepareRenamePlaceholder(placeholder)))
}

/// Returns the changes that give the name at a position another text.
pub(super) fn renamed(view: &View, params: &lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>, RequestError> {
    let Some(name) = name_at(view, params.text_document_position_params.position) else { return Ok(None) };
    let replacements = rename(view.snapshot(), &name, params.new_name.trim()).map_err(RequestError::new)?;
    let mut changes: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = HashMap::new();
    for replacement in replacements {
        if let Some(lsp::Location { uri, range }) = view.location(replacement.origin) {
            changes.entry(uri).or_default().push(lsp::TextEdit { range, new_text: replacement.text });
        }
    }
    Ok(Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }))
}

/// Returns the declared names of a policy that contain a text.
pub(super) fn declared(view: &View, query: &str) -> Vec<lsp::WorkspaceSymbol> {
    let query = query.to_lowercase();
    let names = view.snapshot().names().iter().filter(|name| name.is_declaration);
    let names = names.filter(|name| name.text.to_lowercase().contains(&query));
    let symbol = |name: &Name| {
        Some(lsp::WorkspaceSymbol {
            location: view.location(name.origin)?.into(),
            data: None,
            base_symbol_information: lsp::BaseSymbolInformation {
                name: name.text.clone(),
                kind: symbol_kind(name.kind),
                tags: None,
                container_name: Some(name.kind.noun().to_owned()),
            },
        })
    };
    names.filter_map(symbol).collect()
}

fn symbol_kind(kind: NameKind) -> lsp::SymbolKind {
    match kind {
        NameKind::Tag | NameKind::Service => lsp::SymbolKind::Constant,
        NameKind::Group | NameKind::Autogroup | NameKind::IpSet => lsp::SymbolKind::Array,
        NameKind::Host => lsp::SymbolKind::Variable,
        NameKind::Posture | NameKind::Attribute => lsp::SymbolKind::Boolean,
        NameKind::User => lsp::SymbolKind::String,
        NameKind::Capability => lsp::SymbolKind::Interface,
    }
}
