//! `#[doc = "…"]`, another form of a comment.

use crate::lexer::{Lexeme, LexemeKind, lex};

use super::unreadable::Unreadable;

/// Returns the tokens and comments of a Rust file. Each `#[doc = "…"]` counts as a comment.
///
/// # Errors
/// If a string or a comment has no end.
pub(super) fn lexemes(source: &str) -> Result<Vec<Lexeme<'_>>, Unreadable> {
    let (lexemes, unterminated) = lex(source);
    if let Some(unterminated) = unterminated {
        return Err(Unreadable { start: unterminated.start, message: unterminated.message() });
    }
    let mut folded = Vec::with_capacity(lexemes.len());
    let mut rest = lexemes.as_slice();
    while let Some(start) = rest.iter().position(|lexeme| lexeme.text == "#") {
        let (before, from) = rest.split_at(start);
        folded.extend_from_slice(before);
        let Some((hash, after)) = from.split_first() else { break };
        rest = after;
        let mut lexeme = *hash;
        if let Some((attribute, after)) = after.split_at_checked(5)
            && let Some(end) = end_of_doc(attribute)
        {
            let text = source.get(hash.start..end).unwrap_or_default();
            (lexeme, rest) = (Lexeme { kind: LexemeKind::Comment, text, ..lexeme }, after);
        }
        folded.push(lexeme);
    }
    folded.extend_from_slice(rest);
    Ok(folded)
}

/// Returns the index of the end of an attribute, given its opening bracket, if it is `#[doc =
/// "…"]`.
fn end_of_doc(attribute: &[Lexeme]) -> Option<usize> {
    let [open, doc, equals, string, close] = attribute else { return None };
    let is_doc = [open.text, doc.text, equals.text, close.text] == ["[", "doc", "=", "]"];
    (is_doc && string.text.starts_with('"')).then_some(close.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_attribute_is_a_comment() {
        let source = "a # [ doc = \"]\\\"\" ] b #[x] #[doc]";
        let texts: Vec<&str> = lexemes(source).unwrap().iter().map(|lexeme| lexeme.text).collect();
        assert_eq!(texts, ["a", "# [ doc = \"]\\\"\" ]", "b", "#", "[", "x", "]", "#", "[", "doc", "]"]);
    }
}
