use gen_lsp_types as lsp;

use super::positions::Encoding;
use super::words::{TOKEN_MODIFIERS, TOKEN_TYPES};

/// Returns what the server can do.
pub(super) fn capabilities(encoding: Encoding) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            save: Some(lsp::Save::Bool(true)),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        document_symbol_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        document_formatting_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        rename_provider: Some(lsp::RenameProvider::RenameOptions(lsp::RenameOptions {
            prepare_provider: Some(true),
            ..lsp::RenameOptions::default()
        })),
        hover_provider: Some(true.into()),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some(["\"", ":", "-", "'", " "].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        semantic_tokens_provider: Some(lsp::SemanticTokensProvider::SemanticTokensOptions(tokens())),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(true),
            ..lsp::CodeLensOptions::default()
        }),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![lsp::CodeActionKind::QuickFix, lsp::CodeActionKind::RefactorRewrite]),
            resolve_provider: Some(true),
            ..lsp::CodeActionOptions::default()
        })),
        ..lsp::ServerCapabilities::default()
    }
}

fn tokens() -> lsp::SemanticTokensOptions {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    lsp::SemanticTokensOptions {
        legend: lsp::SemanticTokensLegend { token_types: names(TOKEN_TYPES), token_modifiers: names(TOKEN_MODIFIERS) },
        range: Some(true.into()),
        full: Some(true.into()),
        ..lsp::SemanticTokensOptions::default()
    }
}
