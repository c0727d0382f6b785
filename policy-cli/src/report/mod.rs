//! Findings, formatted for people and for programs.
//!
//! Each format has its own file. The formatters are pure functions from findings to text.

mod github;
mod json;
mod sarif;
mod text;

use std::ops::Range;
use std::path::Path;

use annotate_snippets::Renderer;
use policy_core::diagnostic::Note;
use policy_core::json::Value;
use policy_core::model::InvariantsFile;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy, Severity};

use crate::argument::Choice;
use crate::line_index::{LineIndex, Position};

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
    policy: Source<'a>,
    /// The file of invariants beside the policy, and scanned files.
    others: Vec<Source<'a>>,
    diagnostics: &'a [Diagnostic],
}

/// A text that findings are about.
#[derive(Debug)]
struct Source<'a> {
    /// The path of the file, as the user wrote it.
    path: &'a Path,
    lines: LineIndex<'a>,
    /// The id of this text among those that were read together.
    id: FileId,
}

/// A part of a text. `end` is exclusive.
#[derive(Clone, Copy, Debug)]
struct Span<'r> {
    source: &'r Source<'r>,
    start: Position,
    end: Position,
}

impl<'a> Report<'a> {
    pub fn new(path: &'a Path, text: &'a str, diagnostics: &'a [Diagnostic]) -> Self {
        Report {
            policy: Source { path, lines: LineIndex::new(text), id: FileId::Policy },
            others: Vec::new(),
            diagnostics,
        }
    }

    /// Creates a report on a policy, and on the file of invariants beside it.
    pub fn on_policy(path: &'a Path, policy: &'a Policy, diagnostics: &'a [Diagnostic]) -> Self {
        let source = |file: &'a InvariantsFile| Source {
            path: Path::new(&file.name),
            lines: LineIndex::new(&file.text),
            id: FileId::Invariants,
        };
        let invariants = policy.facts.invariants_file.as_ref().map(source);
        Report { others: invariants.into_iter().collect(), ..Report::new(path, &policy.text, diagnostics) }
    }

    /// Adds the files that `policy scan` has read. The first one is number 0.
    #[must_use]
    pub fn with_scanned(mut self, files: impl IntoIterator<Item = (&'a Path, &'a str)>) -> Self {
        let sources = files.into_iter().zip(0_u16..).map(|((path, text), number)| Source {
            path,
            lines: LineIndex::new(text),
            id: FileId::Scanned(number),
        });
        self.others.extend(sources);
        self
    }

    /// Sets the id of the text, for example that of a file of facts beside a policy.
    pub fn with_id(self, id: FileId) -> Self {
        Report { policy: Source { id, ..self.policy }, ..self }
    }

    /// Returns the report in one of the formats. The renderer decides whether there are colours.
    pub fn render(&self, format: Format, renderer: &Renderer) -> String {
        self.pieces(format, renderer).collect()
    }

    /// Returns the text of [`Report::render`] in pieces, because the report on a large policy may
    /// not fit in memory.
    pub fn pieces<'r>(&'r self, format: Format, renderer: &'r Renderer) -> Box<dyn Iterator<Item = String> + 'r> {
        match format {
            Format::Text => Box::new(text::each(self, renderer)),
            Format::Json => Box::new(json::pieces(self)),
            Format::Sarif => Box::new(sarif::pieces(self)),
            Format::Github => Box::new(std::iter::once(github::render(self))),
        }
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

    /// Returns the line of a part of the policy, or `None` if it is in another text.
    pub fn line(&self, origin: Origin) -> Option<usize> {
        self.policy.span(origin).map(|span| span.start.line)
    }

    /// Returns the span of a finding, or `None` if it is in another text, such as the facts beside
    /// the policy.
    fn span(&self, origin: Origin) -> Option<Span<'_>> {
        self.policy.span(origin).or_else(|| self.others.iter().find_map(|source| source.span(origin)))
    }
}

impl Source<'_> {
    fn span(&self, origin: Origin) -> Option<Span<'_>> {
        let Range { start, end } = origin.range();
        (origin.file == self.id && start <= end && end <= self.lines.text().len()).then(|| Span {
            source: self,
            start: self.lines.position(start),
            end: self.lines.position(end),
        })
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
fn full_message<'a>(diagnostic: &'a Diagnostic, notes: impl Iterator<Item = &'a Note>) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    lines.extend(notes.map(|note| format!("note: {}", note.message)));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.extend(answer(diagnostic).map(|answer| format!("note: {answer}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use policy_core::Code;

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
