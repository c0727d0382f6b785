//! Splits a program into words, strings and punctuation. This is enough to find the purpose of a
//! string. It never fails, not even for an invalid program.

use std::ops::Range;

use super::grammar::{Grammar, Quote};

/// A token of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CodeToken {
    /// A name, possibly with dots, such as `tailscale.DeviceTags`.
    Name(Range<usize>),
    /// A string, without its quotes.
    String(Range<usize>),
    /// Any other visible character.
    Mark(char),
    /// The end of one or more lines outside of strings.
    LineEnd,
}

/// Returns the tokens of a program.
pub(super) fn tokens(text: &str, grammar: &Grammar) -> Vec<CodeToken> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += next_token(rest, at, grammar, &mut tokens);
    }
    tokens
}

/// Reads the token at the start of `rest`, which is at byte `at`. Returns its length.
fn next_token(rest: &str, at: usize, grammar: &Grammar, tokens: &mut Vec<CodeToken>) -> usize {
    if grammar.line_comments.iter().any(|mark| rest.starts_with(mark)) {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if grammar.has_block_comments && rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if grammar.has_heredocs
        && let Some((content, length)) = heredoc(rest)
    {
        tokens.push(CodeToken::String(at + content.start..at + content.end));
        return length;
    }
    if let Some(quote) = grammar.quotes.iter().find(|quote| rest.starts_with(quote.mark)) {
        let content = string_length(rest.get(quote.mark.len()..).unwrap_or_default(), quote);
        let start = at + quote.mark.len();
        tokens.push(CodeToken::String(start..start + content));
        let closed = rest.get(quote.mark.len() + content..).is_some_and(|rest| rest.starts_with(quote.mark));
        return quote.mark.len() + content + if closed { quote.mark.len() } else { 0 };
    }
    let length = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
    if length > 0 {
        tokens.push(CodeToken::Name(at..at + length));
        return length;
    }
    let Some(letter) = rest.chars().next() else { return rest.len() };
    match letter {
        '\n' if tokens.last() == Some(&CodeToken::LineEnd) => {}
        '\n' => tokens.push(CodeToken::LineEnd),
        letter if letter.is_whitespace() => {}
        letter => tokens.push(CodeToken::Mark(letter)),
    }
    letter.len_utf8()
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$' | '@')
}

/// Returns the length of a string's content. `rest` is the text after the opening quote.
fn string_length(rest: &str, quote: &Quote) -> usize {
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote.has_escapes {
            letters.next();
        } else if (letter == '\n' && !quote.is_multiline)
            || rest.get(at..).is_some_and(|rest| rest.starts_with(quote.mark))
        {
            return at;
        }
    }
    rest.len()
}

/// Reads `<<WORD`, lines, and the line `WORD`. Returns the range of the lines, and the length of
/// everything.
fn heredoc(rest: &str) -> Option<(Range<usize>, usize)> {
    let word = rest.strip_prefix("<<")?.trim_start_matches(['-', '~']);
    let length = word.find(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|length| *length > 0)?;
    let (word, after) = word.split_at_checked(length)?;
    let start = rest.len() - after.len() + after.find('\n')? + 1;
    let mut end = start;
    for line in rest.get(start..)?.split_inclusive('\n') {
        if line.trim() == word {
            return Some((start..end, end + line.len()));
        }
        end += line.len();
    }
    Some((start..end, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::grammar::of_extension;
    use super::*;

    fn strings<'t>(extension: &str, text: &'t str) -> Vec<&'t str> {
        let tokens = tokens(text, of_extension(extension).unwrap());
        tokens
            .into_iter()
            .filter_map(|token| if let CodeToken::String(range) = token { text.get(range) } else { None })
            .collect()
    }

    #[test]
    fn strings_are_those_of_the_language() {
        for (extension, text, expected) in [
            ("py", "x = 'a' # 'b'\ny = \"c\\\"d\" + '''e\nf'''", vec!["a", "c\\\"d", "e\nf"]),
            ("ts", "f(`a\nb`, 'c') // 'd'\n/* 'e' */", vec!["a\nb", "c"]),
            ("go", "x := `a\\` + \"b\"", vec!["a\\", "b"]),
            ("rs", "fn f<'a>(x: &'a str) { g(\"b\") }", vec!["b"]),
            ("tf", "a = \"b\" # \"c\"\nd = <<-EOT\n  \"e\n  EOT\nf = \"g\"", vec!["b", "  \"e\n", "g"]),
            ("nix", "a = ''b\n\"c\"''; d = \"e\"; # \"f\"", vec!["b\n\"c\"", "e"]),
            ("toml", "a = 'b\\' # c\nd = \"e\"", vec!["b\\", "e"]),
            ("py", "broken = 'a\nx = 'b'", vec!["a", "b"]),
        ] {
            assert_eq!(strings(extension, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_text_has_tokens(text in "([a<\"'`/*#\\\\\né𝄞 ]|<<E\n){0,60}") {
            for extension in ["py", "ts", "go", "rs", "tf", "nix", "toml", "cs"] {
                strings(extension, &text);
            }
        }
    }
}
