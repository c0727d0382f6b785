//! String literals.

use policy_core::source::picture;

/// Replaces the characters of a text that need an escape.
pub(super) fn escape(text: &str, escaped: impl Fn(char) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match escaped(char) {
            Some(escape) => out.push_str(&escape),
            None => out.push(char),
        }
    }
    out
}

/// Returns the escape that languages of the C family share for a backslash, a quote, or an
/// invisible character.
pub(super) fn c_escape(char: char, quote: char) -> Option<String> {
    Some(match char {
        '\\' => r"\\".to_owned(),
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        char if char == quote => format!("\\{char}"),
        char if picture(char) != char => format!("\\u{:04x}", u32::from(char)),
        _ => return None,
    })
}

/// Returns a text in double quotes, or in single quotes if these need fewer escapes. Formatters of
/// Python and TypeScript choose quotes in the same way.
pub(super) fn in_fewest_quotes(text: &str) -> String {
    let count = |quote| text.chars().filter(|char| *char == quote).count();
    let quote = if count('"') > count('\'') { '\'' } else { '"' };
    format!("{quote}{}{quote}", escape(text, |char| c_escape(char, quote)))
}

/// Returns a text in double quotes.
pub(super) fn in_double_quotes(text: &str) -> String {
    format!("\"{}\"", escape(text, |char| c_escape(char, '"')))
}

/// Returns the width of a line, in characters.
pub(super) fn width(line: &str) -> usize {
    line.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_visible() {
        for (text, fewest, double) in [
            ("tag:web", r#""tag:web""#, r#""tag:web""#),
            ("a\"b", r#"'a"b'"#, r#""a\"b""#),
            ("a\"b'c", r#""a\"b'c""#, r#""a\"b'c""#),
            ("a\\b\n\u{1b}\u{202e}", r#""a\\b\n\u001b\u202e""#, r#""a\\b\n\u001b\u202e""#),
        ] {
            assert_eq!((in_fewest_quotes(text).as_str(), in_double_quotes(text).as_str()), (fewest, double));
        }
    }
}
