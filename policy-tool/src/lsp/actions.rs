//! Changes that fix findings.

use std::collections::HashMap;
use std::ops::Range;

use gen_lsp_types as lsp;
use policy_core::diagnostic::Edit;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Severity};

use super::convert;
use super::view::View;

/// The reason in a comment that allows a warning, until the user writes another one.
const REASON: &str = "…";

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
    let of = |finding| [fix(view, finding, page), allowance(view, finding, page)];
    let mut actions: Vec<_> = touching.flat_map(of).flatten().collect();
    // One change may fix several findings.
    actions.dedup_by(|one, other| one.edit == other.edit);
    actions.into_iter().map(lsp::CodeActionResponse::CodeAction).collect()
}

/// Returns the change that makes the help of a finding true.
fn fix(view: &View, finding: &Diagnostic, page: Option<&str>) -> Option<lsp::CodeAction> {
    let (help, fix) = (finding.help.as_ref()?, finding.fix()?);
    let text = view.document().text();
    let edit = match view.file {
        FileId::Invariants => policy_syntax::edit(fix, text, finding.origin.range())?,
        FileId::Policy => view.valid_document()?.edit(fix, finding.origin)?.map_place(Origin::range),
        FileId::Facts(_) | FileId::Scanned(_) => return None,
    };
    Some(action(view, finding, page, help.to_string(), edit))
}

/// Returns the change that allows a warning. The user writes the reason.
fn allowance(view: &View, finding: &Diagnostic, page: Option<&str>) -> Option<lsp::CodeAction> {
    if finding.code.severity() == Severity::Error || view.file != FileId::Policy {
        return None;
    }
    let edit = view.valid_document()?.allow(finding.code, finding.origin, REASON)?;
    let title = format!("allow `{}` here, with a reason", finding.code);
    Some(action(view, finding, page, title, edit.map_place(Origin::range)))
}

fn action(
    view: &View,
    finding: &Diagnostic,
    page: Option<&str>,
    title: String,
    edit: Edit<Range<usize>>,
) -> lsp::CodeAction {
    let is_certain = edit.is_certain;
    let edit = lsp::TextEdit { range: view.range(edit.place), new_text: edit.text };
    let changes = HashMap::from([(view.document().uri.clone(), vec![edit])]);
    let diagnostic = convert::diagnostic(finding, &view.project, view.encoding, page);
    lsp::CodeAction {
        title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(diagnostic.into_iter().collect()),
        is_preferred: Some(is_certain),
        edit: Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }),
        ..lsp::CodeAction::default()
    }
}
