//! Changes that fix findings.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use gen_lsp_types as lsp;
use policy_core::diagnostic::Edit;
use policy_core::hujson::Document;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Severity};

use super::convert;
use super::view::View;

/// A change of the text, and its title.
type Titled = (String, Edit<Range<usize>>);

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
    let document = OnceCell::new();
    let document = || document.get_or_init(|| Document::parse(view.document().text()).ok()).as_ref();
    let touching: Vec<&Diagnostic> = touching.collect();
    let all = |edit: &dyn Fn(&Diagnostic) -> Option<Titled>| -> Vec<lsp::CodeAction> {
        let action = |finding: &&Diagnostic| edit(finding).map(|edit| action(view, finding, page, edit));
        touching.iter().filter_map(action).collect()
    };
    let mut actions = all(&|finding| fix(view, document(), finding));
    actions.extend(all(&|finding| allowance(view, document(), finding)));
    // One change may fix several findings.
    actions.dedup_by(|one, other| one.edit == other.edit);
    actions.into_iter().map(lsp::CodeActionResponse::CodeAction).collect()
}

/// Returns the change that makes what the help of a finding says, and the help.
fn fix(view: &View, document: Option<&Document>, finding: &Diagnostic) -> Option<Titled> {
    let (help, fix) = (finding.help.as_ref()?, finding.fix()?);
    let edit = match view.file {
        FileId::Invariants => policy_syntax::edit(fix, view.document().text(), finding.origin.range())?,
        // The tree is that of this text alone.
        FileId::Policy | FileId::Facts(_) | FileId::Scanned(_) => {
            document?.edit(fix, finding.origin.in_file(FileId::Policy))?.map_place(Origin::range)
        }
    };
    Some((help.to_string(), edit))
}

/// Returns the change that allows a warning, for a reason that the user writes.
fn allowance(view: &View, document: Option<&Document>, finding: &Diagnostic) -> Option<Titled> {
    if view.file != FileId::Policy || finding.code.severity() != Severity::Warning {
        return None;
    }
    let edit = document?.allow(finding.code, finding.origin, "…")?;
    Some((format!("allow `{}` here, and write the reason", finding.code), edit.map_place(Origin::range)))
}

fn action(view: &View, finding: &Diagnostic, page: Option<&str>, (title, edit): Titled) -> lsp::CodeAction {
    let text_edit = lsp::TextEdit { range: view.range(edit.place), new_text: edit.text };
    let changes = HashMap::from([(view.document().uri.clone(), vec![text_edit])]);
    let diagnostic = convert::diagnostic(finding, &view.project, view.encoding, page);
    lsp::CodeAction {
        title,
        kind: Some(lsp::CodeActionKind::QuickFix),
        diagnostics: Some(diagnostic.into_iter().collect()),
        is_preferred: Some(edit.is_certain),
        edit: Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() }),
        ..lsp::CodeAction::default()
    }
}
