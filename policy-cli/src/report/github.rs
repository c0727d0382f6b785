//! The format of GitHub Actions: workflow commands, one on each line.
//!
//! The format and its escapes are those of `actions/toolkit` (`packages/core/src/command.ts`).

use policy_core::Diagnostic;
use policy_core::diagnostic::Note;

use super::{Report, full_message, level};
use crate::source_file::Span;
use policy_core::source::picture;

pub(super) fn render(report: &Report<'_>) -> String {
    report.diagnostics.iter().map(|diagnostic| annotation(report, diagnostic)).collect()
}

fn annotation(report: &Report<'_>, diagnostic: &Diagnostic) -> String {
    let mut properties = vec![("title", diagnostic.code.name().to_owned())];
    properties.extend(report.span(diagnostic.origin).into_iter().flat_map(place));
    // An annotation has one place, so those of the notes are in their text.
    let note = |note: &Note| match note.origin.and_then(|origin| report.span(origin)) {
        Some(span) => format!("{} ({}:{})", note.message, span.source.path.to_string_lossy(), span.start.line),
        None => note.message.clone(),
    };
    let message = full_message(diagnostic, diagnostic.notes.iter().map(note));
    command(level(diagnostic.severity()), &properties, &message)
}

/// Returns the properties for a place.
pub(crate) fn place(Span { source, start, end }: Span<'_>) -> Vec<(&'static str, String)> {
    let mut properties = vec![
        ("file", source.path.to_string_lossy().into_owned()),
        ("line", start.line.to_string()),
        ("endLine", end.line.to_string()),
    ];
    // GitHub refuses columns for a range of several lines.
    if start.line == end.line {
        properties.push(("col", start.column.to_string()));
        properties.push(("endColumn", end.column.to_string()));
    }
    properties
}

/// Returns a workflow command. GitHub shows `error`, `warning` and `notice` as annotations.
pub(crate) fn command(level: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", escape_property(value))).collect();
    format!("::{level} {}::{}\n", properties.join(","), escape(message))
}

/// Escapes line ends, and makes other control characters visible.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            letter => escaped.push(picture(letter)),
        }
    }
    escaped
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use annotate_snippets::Renderer;
    use policy_core::Code;
    use policy_core::source::Origin;

    use super::super::{Format, tests};
    use super::*;

    #[test]
    fn each_finding_is_one_line() {
        assert_eq!(
            tests::render(Format::Github),
            concat!(
                "::error title=duplicate-name,file=my policy.hujson,line=3,endLine=3,col=17,endColumn=27",
                "::100%25 of `𝄞`, twice\n",
                "::error title=undefined-tag,file=my policy.hujson,line=4,endLine=4,col=20,endColumn=27",
                "::tag `tag:b` is not declared%0Anote: these are declared (my policy.hujson:2)%0Anote: a tag needs an owner",
                "%0Ahelp: declare it under `tagOwners`, or write `tag:a`",
                "%0Anote: Tailscale answers: tag not found: \"tag:b\"\n",
            )
        );
    }

    #[test]
    fn nothing_a_policy_says_can_end_the_command_early() {
        let findings = [Diagnostic::new(Code::Syntax, Origin::new(0, 3), "a::b,%\r\n::error::c\u{9b}\u{2028}")];
        let report = Report::new(Path::new("C:\\a,b%:c"), "a\nb", &findings);
        assert_eq!(
            report.render(Format::Github, &Renderer::plain()),
            "::error title=syntax,file=C%3A\\a%2Cb%25%3Ac,line=1,endLine=2::a::b,%25%0D%0A::error::c\u{fffd}\u{fffd}\n"
        );
    }
}
