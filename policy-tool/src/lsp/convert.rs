//! Findings in the form of the protocol.

use gen_lsp_types as lsp;
use policy_cli::tool::report::full_message;
use policy_core::diagnostic::Note;
use policy_core::{Code, Diagnostic, Severity};

use super::positions::Encoding;
use super::project::Project;

/// The name of the server in an editor's list of findings.
const SOURCE: &str = "policy";

/// Converts a finding. `None` if its text is unknown.
pub(super) fn diagnostic(
    finding: &Diagnostic,
    project: &Project,
    encoding: Encoding,
    page: Option<&str>,
) -> Option<lsp::Diagnostic> {
    let lines = &project.file(finding.origin.file)?.lines;
    let place = |note: &Note| note.origin.and_then(|origin| project.location(origin, encoding));
    let related = finding.notes.iter().filter_map(|note| {
        Some(lsp::DiagnosticRelatedInformation { location: place(note)?, message: note.message.clone() })
    });
    let others = finding.notes.iter().filter(|note| place(note).is_none()).map(|note| note.message.clone());
    Some(lsp::Diagnostic {
        range: encoding.range(lines, finding.origin.range()),
        severity: Some(match finding.severity() {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
        }),
        code: Some(lsp::Code::String(finding.code.name().to_owned())),
        code_description: page
            .map(|page| lsp::CodeDescription { href: format!("{page}#{}", finding.code.name()).into() }),
        source: Some(SOURCE.to_owned()),
        message: lsp::Message::String(full_message(finding, others)),
        tags: tag(finding.code).map(|tag| vec![tag]),
        related_information: Some(related.collect()),
        data: None,
    })
}

/// Returns how an editor should show the place, if not underlined.
fn tag(code: Code) -> Option<lsp::DiagnosticTag> {
    match code {
        Code::OldForm => Some(lsp::DiagnosticTag::Deprecated),
        _ if code.name().starts_with("unused-") => Some(lsp::DiagnosticTag::Unnecessary),
        _ => None,
    }
}
