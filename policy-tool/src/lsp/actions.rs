//! Changes that fix findings.

use std::collections::HashMap;

use gen_lsp_types as lsp;
use policy_core::Diagnostic;
use policy_core::source::FileId;
use policy_syntax::apply_fix;

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
    let mut actions: Vec<_> = touching.filter_map(|finding| action(view, finding, page)).collect();
    // One change may fix several findings.
    actions.dedup_by(|one, other| one.edit == other.edit);
    actions.into_iter().map(lsp::CodeActionResponse::CodeAction).collect()
}

fn action(view: &View, finding: &Diagnostic, page: Option<&str>) -> Option<lsp::CodeAction> {
    let (help, fix) = (finding.help.as_ref()?, finding.fix()?);
    let replaced = view.document().text().get(finding.origin.range())?;
    let new_text = match view.file {
        FileId::Invariants => apply_fix(fix, replaced),
        FileId::Policy | FileId::Facts(_) | FileId::Scanned(_) => fix.apply(replaced),
    };
    let edit = lsp::TextEdit { range: view.range(finding.origin.range()), new_text };
    let changes = HashMap::from([(view.document().uri.clone(), vec![edit])]);
    let diagnostic = convert::diagnostic(finding, &view.project, view.encoding, page);
    Some(lsp::CodeAction {
        title: help.to_string(),
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(diagnostic.into_iter().collect()),
        is_preferred: Some(fix.is_certain),
        edit: Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }),
        ..lsp::CodeAction::default()
    })
}
