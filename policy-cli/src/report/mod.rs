//! Findings, formatted for people and for programs.
//!
//! Each format has its own file. The formatters are pure functions from findings to text.

mod github;
mod json;
mod sarif;
mod text;

use std::cell::OnceCell;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::Renderer;
use policy_core::diagnostic::Edit;
use policy_core::hujson::Document;
use policy_core::json::Value;
use policy_core::model::InvariantsFile;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy, Severity};

use crate::argument::Choice;
use crate::original::Original;
use crate::source_file::{SourceFile, Span};

#[cfg(feature = "deploy")]
pub(crate) use github::command as github_command;
#[cfg(feature = "deploy")]
pub(crate) use {
    github::place as github_place, json::file as json_file, json::range as json_range, text::excerpt as text_excerpt,
};

/// A format of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, with excerpts of the policy.
    #[default]
    Text,
    /// For scripts: one JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// Workflow commands, which GitHub shows as annotations of the changed lines.
    Github,
}

impl Format {
    /// All formats, each with its name on the command line and a line of help.
    pub const ALL: &[Choice<Format>] = &[
        (Format::Text, "text", "for people, with excerpts of the policy"),
        (Format::Json, "json", "one JSON document"),
        (Format::Sarif, "sarif", "SARIF 2.1.0, for code scanning"),
        (Format::Github, "github", "annotations of a GitHub Actions workflow"),
    ];
}

/// The findings in one policy.
#[derive(Debug)]
pub struct Report<'a> {
    source: SourceFile<'a>,
    /// The id of this text among those that were read together.
    id: FileId,
    /// The file of invariants beside the policy.
    invariants: Option<SourceFile<'a>>,
    /// The files that `policy scan` has read. The first one is number 0.
    scanned: Vec<SourceFile<'a>>,
    /// The policy, if its source may be Rust.
    policy: Option<&'a Policy>,
    /// The Rust source of the policy. It is read when a place in it is needed.
    original: OnceCell<Option<Original>>,
    /// The tree of the text, if it is HuJSON. It is read when an edit is needed.
    document: OnceCell<Option<Document>>,
    diagnostics: &'a [Diagnostic],
}

impl<'a> Report<'a> {
    pub fn new(path: &'a Path, text: &'a str, diagnostics: &'a [Diagnostic]) -> Self {
        Report {
            source: SourceFile::new(path, text),
            id: FileId::Policy,
            invariants: None,
            scanned: Vec::new(),
            policy: None,
            original: OnceCell::new(),
            document: OnceCell::new(),
            diagnostics,
        }
    }

    /// Creates a report on a policy, and on the file of invariants beside it.
    pub fn on_policy(path: &'a Path, policy: &'a Policy, diagnostics: &'a [Diagnostic]) -> Self {
        let source = |file: &'a InvariantsFile| SourceFile::new(Path::new(&file.name), &*file.text);
        let invariants = policy.facts.invariants_file.as_ref().map(source);
        Report { invariants, policy: Some(policy), ..Report::new(path, &policy.text, diagnostics) }
    }

    /// Adds the files that `policy scan` has read, in the order of their numbers.
    #[must_use]
    pub fn with_scanned(self, files: impl IntoIterator<Item = (&'a Path, &'a str)>) -> Self {
        let scanned = files.into_iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        Report { scanned, ..self }
    }

    /// Sets the id of the text, for example that of a file of facts beside a policy.
    pub fn with_id(self, id: FileId) -> Self {
        Report { id, ..self }
    }

    /// Returns the report in one of the formats. The renderer decides whether there are colours.
    pub fn render(&self, format: Format, renderer: &Renderer) -> String {
        pieces(std::slice::from_ref(self), format, renderer).collect()
    }

    /// Returns each finding as a text for people.
    pub fn to_texts(&self) -> Vec<String> {
        text::each(self, &Renderer::plain()).collect()
    }

    /// Returns the number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count()
    }

    /// Returns each finding as a JSON object.
    pub fn to_json(&self) -> Vec<Value> {
        json::diagnostics(self)
    }

    /// Returns the edit that fixes a finding, and its span.
    fn edit(&self, diagnostic: &Diagnostic) -> Option<(Span<'_>, Edit<Range<usize>>)> {
        let fix = diagnostic.fix()?;
        let original = self.policy.and_then(|policy| self.original.get_or_init(|| Original::find(policy)).as_ref());
        let is_in_original = matches!(diagnostic.origin.file, FileId::Policy | FileId::FACTS);
        let (source, edit) = match (original, diagnostic.origin.file) {
            (Some(original), _) if is_in_original => original.edit(diagnostic)?,
            (None, FileId::Policy) if self.id == FileId::Policy => {
                let document = self.document.get_or_init(|| Document::parse(self.source.lines.text()).ok()).as_ref();
                let edit = document?.edit(fix, diagnostic.origin)?;
                (&self.source, edit.map_place(Origin::range))
            }
            (_, FileId::Invariants) => {
                let source = self.invariants.as_ref()?;
                (source, policy_syntax::edit(fix, source.lines.text(), diagnostic.origin.range())?)
            }
            _ => return None,
        };
        Some((source.span(edit.place.clone())?, edit))
    }

    /// Returns the span of a finding, or `None` if it is in another text, such as the facts beside
    /// the policy.
    pub(crate) fn span(&self, origin: Origin) -> Option<Span<'_>> {
        if let Some(policy) = self.policy
            && let Some(original) = self.original.get_or_init(|| Original::find(policy))
            && let Some(span) = original.span(origin)
        {
            return Some(span);
        }
        let source = match origin.file {
            file if file == self.id => &self.source,
            FileId::Invariants => self.invariants.as_ref()?,
            FileId::Scanned(number) => self.scanned.get(usize::from(number))?,
            FileId::Policy | FileId::Facts(_) => return None,
        };
        source.span(origin.range())
    }
}

/// Returns the text of several reports in pieces, because the report on a large policy may not fit
/// in memory.
pub fn pieces<'r>(
    reports: &'r [Report<'_>],
    format: Format,
    renderer: &'r Renderer,
) -> Box<dyn Iterator<Item = String> + 'r> {
    match format {
        Format::Text => Box::new(reports.iter().flat_map(|report| text::each(report, renderer))),
        Format::Json => Box::new(json::pieces(reports)),
        Format::Sarif => Box::new(sarif::pieces(reports)),
        Format::Github => Box::new(reports.iter().map(github::render)),
    }
}

/// Returns a severity in the spelling of rustc, SARIF and GitHub.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Returns the control server's answer to the policy as a sentence, to be added to the message.
fn answer(diagnostic: &Diagnostic) -> Option<String> {
    diagnostic.answer().map(|(server, message)| format!("{server} answers: {message}"))
}

/// Returns the message, the notes and the help, one on each line, for formats with a single text
/// field.
pub fn full_message(diagnostic: &Diagnostic, notes: impl Iterator<Item = String>) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    lines.extend(notes.map(|note| format!("note: {note}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.extend(answer(diagnostic).map(|answer| format!("note: {answer}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use policy_core::Code;
    use policy_core::diagnostic::group_by_cause;

    use super::*;

    /// A policy with a wrong tag, a name declared twice and a character outside of UTF-16's first
    /// plane.
    pub(super) const POLICY: &str = "{\n\t\"tagOwners\": {\"tag:a\": []},\n\t\"hosts\": {\"𝄞\": \"10.0.0.1\"},\n\t\"acls\": [{\"src\": [\"tag:b\"]}],\n}\n";

    /// Returns the origin of the `nth` occurrence of a piece of [`POLICY`].
    pub(super) fn at(piece: &str, nth: usize) -> Origin {
        let start = POLICY.match_indices(piece).nth(nth).expect("a piece of the policy").0;
        Origin::new(start as u32, (start + piece.len()) as u32)
    }

    pub(super) fn findings() -> Vec<Diagnostic> {
        vec![
            Diagnostic::new(Code::DuplicateName, at("\"10.0.0.1\"", 0), "100% of `𝄞`, twice"),
            Diagnostic::new(Code::UndefinedTag, at("\"tag:b\"", 0), "tag `tag:b` is not declared")
                .note_at("these are declared", at("\"tagOwners\"", 0))
                .note("a tag needs an owner")
                .help("declare it under `tagOwners`, or write `tag:a`")
                .tailscale("tag not found: \"tag:b\""),
        ]
    }

    pub(super) fn render(format: Format) -> String {
        Report::new(Path::new("my policy.hujson"), POLICY, &findings()).render(format, &Renderer::plain())
    }

    #[test]
    fn other_places_are_in_every_format() {
        let text = "{\n\"tagOwners\": {\n\"tag:a\": [],\n\"tag:b\": [],\n\"tag:c\": [],\n\"tag:d\": [],\n\"tag:e\": [],\n},\n\"grants\": []}";
        let findings = group_by_cause(Policy::parse(text).check(), |origin| origin.file);
        let report = Report::new(Path::new("p"), text, &findings);
        let render = |format| report.render(format, &Renderer::plain());
        assert_eq!(
            render(Format::Text),
            r#"warning[unused-tag]: nothing uses `tag:a` (and 4 more)
 --> p:3:1
  |
3 | "tag:a": [],
  | ^^^^^^^
  |
note: nothing uses `tag:b`
 --> p:4:1
  |
4 | "tag:b": [],
  | ^^^^^^^
note: nothing uses `tag:c`
 --> p:5:1
  |
5 | "tag:c": [],
  | ^^^^^^^
note: nothing uses `tag:d`
 --> p:6:1
  |
6 | "tag:d": [],
  | ^^^^^^^
  = note: and 1 more
  = help: remove it, or say why it stays: `// policy: allow(unused-tag) …` above it

"#
        );
        assert_eq!(
            render(Format::Github),
            "::warning title=unused-tag,file=p,line=3,endLine=3,col=1,endColumn=8::nothing uses `tag:a` (and 4 more)\
             %0Anote: nothing uses `tag:b` (p:4)%0Anote: nothing uses `tag:c` (p:5)%0Anote: nothing uses `tag:d` (p:6)\
             %0Anote: and 1 more%0Ahelp: remove it, or say why it stays: `// policy: allow(unused-tag) …` above it\n"
        );
        // Formats for programs contain all places.
        let json: serde_json::Value = serde_json::from_str(&render(Format::Json)).unwrap();
        let also = json["diagnostics"][0]["also"].as_array().unwrap();
        let lines: Vec<_> = also.iter().map(|place| place["range"]["start"]["line"].clone()).collect();
        assert_eq!(lines, [4, 5, 6, 7]);
        assert_eq!(json["warnings"], 1);
        let sarif: serde_json::Value = serde_json::from_str(&render(Format::Sarif)).unwrap();
        let related = sarif["runs"][0]["results"][0]["relatedLocations"].as_array().unwrap();
        let line = |place: &serde_json::Value| place["physicalLocation"]["region"]["startLine"].clone();
        assert_eq!(related.iter().map(line).collect::<Vec<_>>(), [4, 5, 6, 7]);
    }

    #[test]
    fn no_origin_is_too_wild_for_any_format() {
        let wild = [(0, 0), (0, 5), (3, 2), (5, u32::MAX), (u32::MAX, u32::MAX), (53, 54), (55, 56)];
        for text in ["", "\n", "{}", POLICY, "𝄞𝄞𝄞\r\n𝄞"] {
            let diagnostics: Vec<Diagnostic> = wild
                .iter()
                .map(|(start, end)| {
                    let origin = Origin::new(*start, *end);
                    Diagnostic::new(Code::Syntax, origin, "wild").note_at("wilder", origin)
                })
                .collect();
            let report = Report::new(Path::new("x"), text, &diagnostics);
            for (format, name, _) in Format::ALL {
                let rendered = report.render(*format, &Renderer::styled());
                assert!(rendered.matches("wilder").count() >= wild.len(), "{name} of {text:?}: {rendered}");
            }
        }
    }
}
