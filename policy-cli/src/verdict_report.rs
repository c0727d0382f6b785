//! The control plane's verdict on a policy, with the places in our source.

use std::path::Path;

use annotate_snippets::{Element, Group, Level, Renderer};
use policy_core::json::{Value, json};
use policy_core::source::Origin;
use policy_core::{Policy, Severity};
use policy_deploy::api::{Verdict, VerdictItem};

use crate::alignment::Alignment;
use crate::json::{VERSION, array};
use crate::line_index::LineIndex;
use crate::report::{Report, github_command, github_place, json_file, json_range, text_excerpt};
use crate::text::{counted, harmless, visible};

/// A verdict, and the policy that was sent.
pub(crate) struct VerdictReport<'a> {
    path: &'a Path,
    /// The name of the server, such as `Tailscale`.
    server: &'a str,
    verdict: &'a Verdict,
    policy: &'a Policy,
    lines: LineIndex<'a>,
    /// The text that was sent and the policy's text, if they are not the same.
    alignment: Option<Alignment>,
    report: Report<'a>,
}

impl<'a> VerdictReport<'a> {
    pub(crate) fn new(path: &'a Path, server: &'a str, policy: &'a Policy, verdict: &'a Verdict) -> Self {
        let report = Report::on_policy(path, policy, &[]);
        VerdictReport { path, server, verdict, policy, lines: LineIndex::new(&*policy.text), alignment: None, report }
    }

    /// Sets the text that was sent, if it is not the one of the policy: `push` formats it.
    #[must_use]
    pub(crate) fn with_sent(self, sent: &'a str) -> Self {
        let alignment = if sent == self.policy.text { None } else { Alignment::new(sent, &self.policy.text) };
        VerdictReport { lines: LineIndex::new(sent), alignment, ..self }
    }

    /// Returns the errors and then the warnings.
    fn items(&self) -> impl Iterator<Item = (Severity, &'a VerdictItem)> {
        let errors = self.verdict.errors.iter().map(|item| (Severity::Error, item));
        errors.chain(self.verdict.warnings.iter().map(|item| (Severity::Warning, item)))
    }

    /// Returns a line with the result.
    pub(crate) fn summary(&self) -> String {
        let verb = if self.verdict.is_accepted() { "accepts" } else { "refuses" };
        let (errors, warnings) = (self.verdict.errors.len(), self.verdict.warnings.len());
        let counts = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
        format!("{}: {} {verb} the policy: {counts}", visible(&self.path.to_string_lossy()), self.server)
    }

    /// Returns the report for people. The renderer decides whether there are colours.
    pub(crate) fn to_text(&self, renderer: &Renderer) -> String {
        let item = |(severity, item): (Severity, &VerdictItem)| {
            let level = match severity {
                Severity::Error => Level::ERROR,
                Severity::Warning => Level::WARNING,
            };
            let place: Option<Element<'_>> =
                self.origin(item).and_then(|origin| self.report.span(origin)).map(text_excerpt);
            let title = level.primary_title(visible(&self.message(item))).elements(place);
            harmless(&(renderer.render(&[title] as &[Group<'_>]) + "\n\n"))
        };
        self.items().map(item).collect()
    }

    /// Returns the annotations of a GitHub Actions workflow.
    pub(crate) fn to_github(&self) -> String {
        let item = |(severity, item): (Severity, &VerdictItem)| {
            let mut properties = vec![("title", format!("{}'s verdict", self.server))];
            let span = self.origin(item).and_then(|origin| self.report.span(origin));
            properties.extend(span.into_iter().flat_map(github_place));
            github_command(level(severity), &properties, &self.message(item))
        };
        self.items().map(item).collect()
    }

    /// Returns the report for programs.
    pub(crate) fn to_json(&self) -> Value {
        let item = |item: &VerdictItem| {
            let span = self.origin(item).and_then(|origin| self.report.span(origin));
            json!({
                "message": item.message,
                "subject": Some(item.subject.as_str()).filter(|subject| !subject.is_empty()),
                "file": json_file(span),
                "range": json_range(span),
            })
        };
        json!({
            "version": VERSION,
            "policy": self.path.to_string_lossy(),
            "server": self.server,
            "accepted": self.verdict.is_accepted(),
            "errors": array(&self.verdict.errors, &item),
            "warnings": array(&self.verdict.warnings, &item),
        })
    }

    fn message(&self, item: &VerdictItem) -> String {
        let is_shown = self.origin(item).is_some_and(|origin| self.report.span(origin).is_some());
        let words = if is_shown { without_position(item) } else { &item.message };
        match item.subject.as_str() {
            "" => format!("{}: {words}", self.server),
            subject if self.test_source(subject).is_some() => {
                format!("{}: the test of `{subject}`: {words}", self.server)
            }
            subject => format!("{}: `{subject}`: {words}", self.server),
        }
    }

    /// Returns the part of our text that an item is about: the position that the server names, or the test of its
    /// subject.
    fn origin(&self, item: &VerdictItem) -> Option<Origin> {
        match item.position {
            Some((line, column)) => {
                let sent = self.at(line, column)?;
                self.alignment.as_ref().map_or(Some(sent), |alignment| alignment.original(sent))
            }
            None => self.test_source(&item.subject),
        }
    }

    /// Returns the source of the first test of a subject.
    fn test_source(&self, subject: &str) -> Option<Origin> {
        let tests = self.policy.tests.iter().filter_map(|test| test.src.as_ref());
        let ssh_tests = self.policy.ssh_tests.iter().filter_map(|test| test.src.as_ref());
        tests.chain(ssh_tests).find(|source| *source.text == *subject).map(|source| source.text.origin)
    }

    /// Returns the character at a position. The server counts columns in bytes (`tailscale/hujson`, `lineColumn`).
    fn at(&self, line: u32, column: u32) -> Option<Origin> {
        let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
        if line > self.lines.position(usize::MAX).line {
            return None;
        }
        let offset = (self.lines.line_start(line) + column.saturating_sub(1)).min(self.lines.line_end(line));
        let start = self.lines.position(offset).offset;
        let length = self.lines.text().get(start..)?.chars().next().map_or(0, char::len_utf8);
        Some(Origin::new(u32::try_from(start).ok()?, u32::try_from(start + length).ok()?))
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Returns the server's words without `line 1, column 2: ` at their start, which the report shows as a place.
fn without_position(item: &VerdictItem) -> &str {
    let Some((line, column)) = item.position else { return &item.message };
    let after = |text: &str| item.message.strip_prefix(text);
    let start = format!("line {line}, column {column}");
    after(&start)
        .or_else(|| after(&format!("hujson: {start}")))
        .map_or(&item.message, |rest| rest.trim_start_matches([':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "{\n\t\"tests\": [{\"src\": \"amélie@example.com\", \"accept\": [\"tag:web:80\"]}],\n}\n";

    fn item(subject: &str, message: &str, position: Option<(u32, u32)>) -> VerdictItem {
        VerdictItem { subject: subject.to_owned(), message: message.to_owned(), position }
    }

    fn verdict() -> Verdict {
        Verdict {
            errors: vec![
                item("", "line 2, column 44: invalid character 'x'", Some((2, 44))),
                item("amélie@example.com", "address \"tag:web:80\": want: Accept, got: Drop", None),
                item("", "feature not available on current billing plan", None),
            ],
            warnings: vec![item("", "line 99, column 99: far\u{1b}[31m away", Some((99, 99)))],
        }
    }

    #[test]
    fn a_verdict_is_shown_at_its_places() {
        let (policy, verdict) = (Policy::parse(POLICY), verdict());
        let report = VerdictReport::new(Path::new("p.hujson"), "Tailscale", &policy, &verdict);
        assert_eq!(
            report.to_text(&Renderer::plain()),
            r#"error: Tailscale: invalid character 'x'
 --> p.hujson:2:43
  |
2 |     "tests": [{"src": "amélie@example.com", "accept": ["tag:web:80"]}],
  |                                              ^

error: Tailscale: the test of `amélie@example.com`: address "tag:web:80": want: Accept, got: Drop
 --> p.hujson:2:20
  |
2 |     "tests": [{"src": "amélie@example.com", "accept": ["tag:web:80"]}],
  |                       ^^^^^^^^^^^^^^^^^^^^

error: Tailscale: feature not available on current billing plan

warning: Tailscale: line 99, column 99: far␛[31m away

"#
        );
        assert_eq!(report.summary(), "p.hujson: Tailscale refuses the policy: 3 errors, 1 warning");
        let github = report.to_github();
        let first = "::error title=Tailscale's verdict,file=p.hujson,line=2,endLine=2,col=43,endColumn=44::Tailscale: \
                     invalid character 'x'\n";
        assert!(github.starts_with(first) && github.lines().count() == 4, "{github}");
        let json = report.to_json();
        assert_eq!(json.get("accepted"), Some(&Value::Bool(false)));
    }
}
