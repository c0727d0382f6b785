//! Changes that fix findings.

use std::collections::HashMap;
use std::ops::Range;

use gen_lsp_types as lsp;
use policy_core::Diagnostic;
use policy_core::diagnostic::Edit;
use policy_core::hujson::Document;
use policy_core::source::FileId;

use super::convert;
use super::view::View;

/// Returns the fixes of the findings that touch a range.
pub(super) fn actions(
    view: &View,
    findings: &[Diagnostic],
    params: &lsp::CodeActionParams,
    page: Option<&str>,
) -> Vec<lsp::CodeActionResponse> {
    let is_wanted =
        |kind: &lsp::CodeActionKind| *kind == lsp::CodeActionKind::QuickFix || *kind == lsp::CodeActionKind::Empty;
    if params.context.only.as_ref().is_some_and(|only| !only.iter().any(is_wanted)) {
        return Vec::new();
    }
    let wanted = view.encoding.bytes(&view.document().lines, params.range);
    let touching = findings.iter().filter(|finding| {
        let range = finding.origin.range();
        finding.origin.file == view.file && range.start <= wanted.end && wanted.start <= range.end
    });
    let document = Document::parse(view.document().text()).ok();
    let action = |finding| {
        let edit = edit(view, document.as_ref(), finding)?;
        action(view, finding, edit, page)
    };
    let mut actions: Vec<_> = touching.filter_map(action).collect();
    // One change may fix several findings.
    actions.dedup_by(|one, other| one.edit == other.edit);
    actions.into_iter().map(lsp::CodeActionResponse::CodeAction).collect()
}

/// Returns the change of the text that fixes a finding.
fn edit(view: &View, document: Option<&Document>, finding: &Diagnostic) -> Option<Edit<Range<usize>>> {
    let fix = finding.fix()?;
    match view.file {
        FileId::Invariants => policy_syntax::edit(fix, view.document().text(), finding.origin.range()),
        FileId::Policy | FileId::Facts(_) | FileId::Scanned(_) => {
            Some(document?.edit(fix, finding.origin)?.map_place(|place| place.range()))
        }
    }
}

fn action(view: &View, finding: &Diagnostic, edit: Edit<Range<usize>>, page: Option<&str>) -> Option<lsp::CodeAction> {
    let change = lsp::TextEdit { range: view.range(edit.place), new_text: edit.text };
    let changes = HashMap::from([(view.document().uri.clone(), vec![change])]);
    let diagnostic = convert::diagnostic(finding, &view.project, view.encoding, page);
    Some(lsp::CodeAction {
        title: finding.help.as_ref()?.to_string(),
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(diagnostic.into_iter().collect()),
        is_preferred: Some(edit.is_certain),
        edit: Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }),
        ..lsp::CodeAction::default()
    })
}
