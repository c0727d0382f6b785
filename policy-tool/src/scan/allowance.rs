//! `policy: allow(…)` in a comment of a scanned file.

use std::ops::Range;

use policy_core::model::{Level, Lint, PolicyComment, Until};
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy};

/// Starts of comments in all languages.
const MARKS: &[&str] = &["#", "//", "--", ";", "/*", "<!--"];

/// Returns the allowances in a file, and findings about those that cannot be read. An allowance at
/// the top applies to the whole file, one after other text applies to its line, and any other
/// applies to the next line.
pub(super) fn allowances(text: &str, file: FileId) -> (Vec<Lint>, Vec<Diagnostic>) {
    let (mut lints, mut findings) = (Vec::new(), Vec::new());
    if !text.contains(PolicyComment::START) {
        return (lints, findings);
    }
    let lines: Vec<Range<usize>> = line_ranges(text).collect();
    let line_at = |index: usize| text.get(lines.get(index).cloned().unwrap_or_default()).unwrap_or_default();
    let mut is_top = true;
    for (index, range) in lines.iter().enumerate() {
        let line = line_at(index);
        if let Some((before, comment)) = policy_comment(line) {
            let start = range.start + (line.len() - comment.len());
            let place = origin(start..start + comment.trim_end().len(), file);
            let scope = match before.trim().is_empty() {
                false => range.clone(),
                true if is_top => 0..text.len(),
                true => (index + 1..lines.len())
                    .find(|next| !is_blank_or_comment(line_at(*next)))
                    .and_then(|next| lines.get(next).cloned())
                    .unwrap_or_default(),
            };
            let (read, unreadable) = parse(comment);
            let scope = Some(origin(scope, file));
            lints.extend(read.into_iter().map(|lint| Lint {
                until: lint.until.map(|until| Until { origin: place, ..until }),
                scope,
                origin: place,
                ..lint
            }));
            findings.extend(unreadable.into_iter().map(|finding| finding.map_origins(|_| place)));
        }
        is_top &= is_blank_or_comment(line);
    }
    (lints, findings)
}

/// Returns the text before a comment with an allowance, and the comment from `policy:` on.
fn policy_comment(line: &str) -> Option<(&str, &str)> {
    let (before, comment) = line.split_at(line.find(PolicyComment::START)?);
    let before = before.trim_end();
    let before = MARKS.iter().find_map(|mark| before.strip_suffix(mark))?;
    let is_allow = matches!(PolicyComment::parse(comment), Some(PolicyComment::Lint(Level::Allow, _)));
    is_allow.then_some((before.trim_end_matches(['#', '/']), comment))
}

/// Reads a comment as if it were above a policy, which is where such comments are defined.
fn parse(comment: &str) -> (Vec<Lint>, Vec<Diagnostic>) {
    let comment = comment.trim_end();
    let comment = comment.strip_suffix("*/").or_else(|| comment.strip_suffix("-->")).unwrap_or(comment);
    let policy = Policy::parse(format!("// {}\n{{}}", comment.trim_end()));
    (policy.lints, policy.unreadable)
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "---" || MARKS.iter().any(|mark| line.starts_with(mark))
}

fn line_ranges(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}

/// Returns the place of a range of bytes in a file.
pub(super) fn origin(range: Range<usize>, file: FileId) -> Origin {
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Origin::new(position(range.start), position(range.end)).in_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_for_the_file_the_line_or_the_next_line() {
        let allow = "policy: allow(undeclared-mention) another tailnet";
        for (text, scope) in [
            (format!("# {allow}\na\nb\n"), Some(format!("# {allow}\na\nb\n"))),
            (format!("a\n// {allow}\nb\nc\n"), Some("b\n".to_owned())),
            (format!("a\n  # {allow}\n\n  # why\n  b\n"), Some("  b\n".to_owned())),
            (format!("a\nb # {allow}\nc\n"), Some(format!("b # {allow}\n"))),
            (format!("a\nb /* {allow} */\nc\n"), Some(format!("b /* {allow} */\n"))),
            (format!("a\n\"{allow}\"\n"), None),
        ] {
            let (lints, findings) = allowances(&text, FileId::Scanned(3));
            let found = lints.iter().map(|lint| text.get(lint.scope.unwrap().range()).unwrap().to_owned());
            assert_eq!((found.collect::<Vec<_>>(), findings), (Vec::from_iter(scope), vec![]), "{text}");
            assert!(
                lints.iter().all(|lint| lint.reason == "another tailnet" && lint.origin.file == FileId::Scanned(3))
            );
        }
    }

    #[test]
    fn an_allowance_needs_a_reason_and_a_warning() {
        for (comment, message) in [
            ("allow(undeclared-mention)", "this `allow` has no reason"),
            ("allow(undeclared-mentions) x", "unknown warning `undeclared-mentions`"),
        ] {
            let text = format!("a\nb # policy: {comment}\n");
            let (lints, findings) = allowances(&text, FileId::Scanned(0));
            assert_eq!((lints.len(), findings[0].message.as_str()), (0, message));
            assert_eq!(text.get(findings[0].origin.range()), Some(format!("policy: {comment}").as_str()));
        }
    }
}
