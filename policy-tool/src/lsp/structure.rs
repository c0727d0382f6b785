//! The outline of a text, and the parts that can be folded.

use gen_lsp_types as lsp;
use policy_core::source::FileId;
use policy_ide::{Symbol, SymbolKind};

use super::view::View;

/// Returns the outline of a policy. A file of invariants has none.
pub(super) fn symbols(view: &View) -> lsp::DocumentSymbolResponse {
    let symbols = match view.file {
        FileId::Policy => policy_ide::symbols(view.snapshot()),
        FileId::Facts(_) | FileId::Invariants | FileId::Scanned(_) => Vec::new(),
    };
    lsp::DocumentSymbolResponse::DocumentSymbolList(symbols.into_iter().map(|found| symbol(view, found)).collect())
}

fn symbol(view: &View, symbol: Symbol) -> lsp::DocumentSymbol {
    #[allow(deprecated, reason = "the field must have a value")]
    lsp::DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: match symbol.kind {
            SymbolKind::Section => lsp::SymbolKind::Namespace,
            SymbolKind::Setting => lsp::SymbolKind::Property,
            SymbolKind::Name => lsp::SymbolKind::Constant,
            SymbolKind::Entry => lsp::SymbolKind::Object,
        },
        tags: None,
        deprecated: None,
        range: view.range(symbol.range),
        selection_range: view.range(symbol.name_range),
        children: Some(symbol.children.into_iter().map(|child| self::symbol(view, child)).collect()),
    }
}

/// Returns the parts that can be folded. The line with the closing bracket stays.
pub(super) fn folds(view: &View) -> Vec<lsp::FoldingRange> {
    let folds = policy_ide::folds(view.document().text()).into_iter().map(|fold| {
        let range = view.range(fold.range);
        let end_line = if fold.is_comment { range.end.line } else { range.end.line.saturating_sub(1) };
        let kind = fold.is_comment.then_some(lsp::FoldingRangeKind::Comment);
        lsp::FoldingRange { start_line: range.start.line, end_line, kind, ..lsp::FoldingRange::default() }
    });
    folds.filter(|fold| fold.end_line > fold.start_line).collect()
}
