//! The text format, for people, in the style of rustc.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use policy_core::{Diagnostic, Severity};

use super::{Report, answer};
use crate::source_file::Span;
use crate::text::{harmless, visible};

/// The maximum number of bytes of the policy to show. A longer excerpt does not help, and its
/// layout takes long.
const EXCERPT: usize = 16 << 10;

/// Returns each finding with an empty line after it. The excerpts may contain any character of the
/// file.
pub(super) fn each<'r>(report: &'r Report<'_>, renderer: &'r Renderer) -> impl Iterator<Item = String> + 'r {
    report.diagnostics.iter().map(|diagnostic| harmless(&(renderer.render(&groups(report, diagnostic)) + "\n\n")))
}

/// Returns the finding with its excerpt, then each note that has a location. A note without one
/// belongs to the group before it.
fn groups<'a>(report: &'a Report<'_>, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.name());
    let mut last = title.elements(report.span(diagnostic.origin).map(excerpt));
    let mut groups = Vec::new();
    for note in &diagnostic.notes {
        let message = visible(&note.message);
        match note.origin.and_then(|origin| report.span(origin)) {
            Some(span) => {
                groups.push(last);
                last = Level::NOTE.secondary_title(message).element(excerpt(span));
            }
            None => last = last.element(Level::NOTE.message(message)),
        }
    }
    let help = diagnostic.help.as_deref().map(|help| Level::HELP.message(visible(help)));
    let answer = answer(diagnostic).map(|answer| Level::NOTE.message(visible(&answer)));
    groups.push(last.elements(help).elements(answer));
    groups
}

/// Returns an excerpt with the span underlined. If the span has many lines, the excerpt has the
/// first one. If that is too long, it only has the line number.
pub(crate) fn excerpt(span: Span<'_>) -> Element<'_> {
    let path = visible(&span.source.path.to_string_lossy());
    let lines = &span.source.lines;
    let (first, start) = (span.start.line, lines.line_start(span.start.line));
    let whole = start..lines.line_end(span.end.line);
    let shown = if whole.len() <= EXCERPT { whole } else { start..lines.line_end(first) };
    match lines.text().get(shown.clone()) {
        Some(source) if source.len() <= EXCERPT => {
            let marked = span.start.offset.min(shown.end) - start..span.end.offset.min(shown.end) - start;
            let annotation = AnnotationKind::Primary.span(marked);
            Snippet::source(source).line_start(first).path(path).annotation(annotation).into()
        }
        _ => Origin::path(path).line(first).char_column(span.start.column).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use policy_core::Code;
    use proptest::prelude::*;

    use super::super::{Format, tests};
    use super::*;

    #[test]
    fn a_finding_stands_with_all_that_is_said_about_it() {
        assert_eq!(
            tests::render(Format::Text),
            r#"error[duplicate-name]: 100% of `𝄞`, twice
 --> my policy.hujson:3:17
  |
3 |     "hosts": {"𝄞": "10.0.0.1"},
  |                    ^^^^^^^^^^

error[undefined-tag]: tag `tag:b` is not declared
 --> my policy.hujson:4:20
  |
4 |     "acls": [{"src": ["tag:b"]}],
  |                       ^^^^^^^
  |
note: these are declared
 --> my policy.hujson:2:2
  |
2 |     "tagOwners": {"tag:a": []},
  |     ^^^^^^^^^^^
  = note: a tag needs an owner
  = help: declare it under `tagOwners`, or write `tag:a`
  = note: Tailscale answers: tag not found: "tag:b"

"#
        );
    }

    fn rendered(text: &str, start: u32, end: u32) -> String {
        let diagnostics = [Diagnostic::new(Code::Syntax, policy_core::source::Origin::new(start, end), "wrong")];
        Report::new(Path::new("p"), text, &diagnostics).render(Format::Text, &Renderer::plain())
    }

    #[test]
    fn a_long_span_shows_its_first_line() {
        let text = format!("first\n{}", "more\n".repeat(EXCERPT));
        assert_eq!(
            rendered(&text, 0, 1 + EXCERPT as u32),
            "error[syntax]: wrong\n --> p:1:1\n  |\n1 | first\n  | ^^^^^\n\n"
        );
    }

    #[test]
    fn a_line_too_long_to_show_is_named() {
        let text = "x".repeat(2 * EXCERPT);
        assert_eq!(rendered(&text, 5, 9), "error[syntax]: wrong\n--> p:1:6\n\n");
    }

    #[test]
    fn a_terminal_is_not_given_control_characters() {
        let findings = [Diagnostic::new(Code::Syntax, policy_core::source::Origin::new(0, 6), "a\u{1b}[31m")
            .note("b\u{1b}[31m")
            .help("c\u{1b}[31m")
            .tailscale("d\u{1b}[31m")
            .note_at("e\u{1b}[31m", policy_core::source::Origin::new(0, 6))];
        let report = Report::new(Path::new("f\u{1b}[31m"), "g\u{1b}[31m\u{9b}31m\u{2028}\u{2029}", &findings);
        let text = report.render(Format::Text, &Renderer::plain());
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{2028}', '\u{2029}']) && text.contains('␛'), "{text}");
    }

    proptest! {
        // annotate-snippets does the layout. It is not fuzzed, so we must only pass it valid input.
        #[test]
        fn no_text_and_no_place_in_it_is_a_reason_to_panic(
            text in "([ab\t\r\n{}é𝄞\u{200b}\u{301}\u{1b}]|[a-z]{90}){0,40}",
            places in prop::collection::vec((0_u32..400, 0_u32..400), 1..4),
        ) {
            let origin = |(start, end): (u32, u32)| policy_core::source::Origin::new(start.min(end), start.max(end));
            let mut diagnostic = Diagnostic::new(Code::Syntax, origin(places[0]), "wrong");
            for place in &places {
                diagnostic = diagnostic.note_at("noted", origin(*place));
            }
            let report = Report::new(Path::new("p"), &text, std::slice::from_ref(&diagnostic));
            let rendered = report.render(Format::Text, &Renderer::plain());
            prop_assert_eq!(rendered.matches("noted").count(), places.len());
        }
    }
}
