//! The parts of a text that an editor can fold.

use std::ops::Range;

use crate::lexer::{LexemeKind, lex};

/// A part of a text, on several lines, that can be folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its bytes, brackets included.
    pub range: Range<usize>,
    /// True if it is a comment.
    pub is_comment: bool,
}

/// Returns the lists, objects and comments on several lines, in the order of their ends. The text
/// need not be valid.
///
/// ```
/// use policy_ide::folds;
/// let text = "// one\n// two\n{\n\"grants\": [\n],\n\"acls\": []}";
/// let folds: Vec<_> = folds(text).into_iter().map(|fold| &text[fold.range]).collect();
/// assert_eq!(folds, ["// one\n// two", "[\n]", "{\n\"grants\": [\n],\n\"acls\": []}"]);
/// ```
pub fn folds(text: &str) -> Vec<Fold> {
    let mut folds = Vec::new();
    let mut open = Vec::new();
    // The line comments on consecutive lines so far.
    let mut comments: Option<Range<usize>> = None;
    let mut add = |range: Range<usize>, is_comment: bool| {
        if text.get(range.clone()).is_some_and(|part| part.contains('\n')) {
            folds.push(Fold { range, is_comment });
        }
    };
    for lexeme in lex(text) {
        let range = lexeme.range;
        match lexeme.kind {
            LexemeKind::LineComment => {
                let start = comments.take().map_or(range.start, |comments| comments.start);
                comments = Some(start..range.end);
                continue;
            }
            // An empty line separates comments.
            LexemeKind::Space if text.get(range.clone()).is_some_and(|space| space.matches('\n').count() < 2) => {
                continue;
            }
            _ => {}
        }
        if let Some(comments) = comments.take() {
            add(comments, true);
        }
        match lexeme.kind {
            LexemeKind::Open(bracket) => open.push((bracket, range.start)),
            LexemeKind::Close(bracket) => {
                if let Some(index) = open.iter().rposition(|(opened, _)| *opened == bracket) {
                    open.truncate(index + 1);
                    if let Some((_, start)) = open.pop() {
                        add(start..range.end, false);
                    }
                }
            }
            LexemeKind::BlockComment { .. } => add(range, true),
            LexemeKind::Comma
            | LexemeKind::Colon
            | LexemeKind::String { .. }
            | LexemeKind::Plain
            | LexemeKind::Space
            | LexemeKind::LineComment => {}
        }
    }
    if let Some(comments) = comments {
        add(comments, true);
    }
    folds
}
