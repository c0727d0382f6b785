//! Changes of texts.

use gen_lsp_types as lsp;
use policy_core::source::FileId;
use policy_ide::Edit;

use super::view::View;

/// Returns the change that formats a text, as `policy fmt` does.
pub(super) fn format(view: &View) -> Vec<lsp::TextEdit> {
    let text = view.document().text();
    let edit = match view.file {
        FileId::Invariants => policy_ide::format_invariants(text),
        FileId::Policy | FileId::Facts(_) | FileId::Scanned(_) => policy_ide::format(text),
    };
    edit.map(|edit| text_edit(view, edit)).into_iter().collect()
}

/// Converts a change of the text.
pub(super) fn text_edit(view: &View, edit: Edit) -> lsp::TextEdit {
    lsp::TextEdit { range: view.range(edit.range), new_text: edit.text }
}
