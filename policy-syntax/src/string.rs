//! Rust's string literals.

use std::borrow::Cow;
use std::ops::Range;

/// Returns whether a literal is a string, rather than a number or a character.
pub(crate) fn is_string(literal: &str) -> bool {
    // A prefix, such as that of a byte string, is reported when the value is needed.
    literal.ends_with('"') || literal.ends_with("\"#") || literal.starts_with("r#") || literal.starts_with('"')
}

/// Returns the value of `"…"`, `r"…"` or `r#"…"#`. Returns `None` for a literal that is not a plain string: a byte
/// string, a C string, one with a suffix or with a wrong escape.
///
/// ```
/// use policy_syntax::string::string_value;
/// assert_eq!(string_value(r#""a\tb""#).as_deref(), Some("a\tb"));
/// assert_eq!(string_value(r##"r#"a\tb"#"##).as_deref(), Some(r"a\tb"));
/// assert_eq!(string_value(r#"b"a""#), None);
/// ```
pub fn string_value(literal: &str) -> Option<Cow<'_, str>> {
    if let Some(raw) = literal.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inside = raw.get(hashes..raw.len().checked_sub(hashes)?)?;
        let ends_alike = raw.get(raw.len() - hashes..)?.bytes().all(|byte| byte == b'#');
        return ends_alike.then(|| inside.strip_prefix('"')?.strip_suffix('"')).flatten().map(Cow::Borrowed);
    }
    let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
    // Most strings have no escape.
    if !inside.contains(['\\', '"']) {
        return Some(Cow::Borrowed(inside));
    }
    let mut value = String::with_capacity(inside.len());
    let mut is_valid = true;
    unescape(inside, &mut value, |_| is_valid = false);
    is_valid.then_some(Cow::Owned(value))
}

/// Returns a string literal with this value.
pub(crate) fn string_literal(value: &str) -> String {
    format!("{value:?}")
}

/// Appends the value of the text between the quotes of a string, and reports the range of each
/// invalid escape.
pub(crate) fn unescape(inside: &str, value: &mut String, mut report: impl FnMut(Range<usize>)) {
    let mut rest = inside;
    while let Some(at) = rest.find(['\\', '"']) {
        value.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.get(at..).unwrap_or_default();
        let start = inside.len() - escape.len();
        let length = match escaped(escape) {
            Some((char, length)) => {
                value.extend(char);
                length
            }
            None => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                report(start..start + length);
                length
            }
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    value.push_str(rest);
}

/// Returns the character that an escape stands for, if there is one, and the length of the escape.
fn escaped(escape: &str) -> Option<(Option<char>, usize)> {
    let rest = escape.strip_prefix('\\')?;
    let char = rest.chars().next()?;
    Some(match char {
        'n' => (Some('\n'), 2),
        'r' => (Some('\r'), 2),
        't' => (Some('\t'), 2),
        '0' => (Some('\0'), 2),
        '\\' | '\'' | '"' => (Some(char), 2),
        // The string continues at the next text.
        '\n' | '\r' => (None, escape.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()),
        'x' => {
            let code = u8::try_from(hex_value(rest.get(1..3)?)?).ok().filter(u8::is_ascii)?;
            (Some(char::from(code)), 4)
        }
        'u' => {
            let (hex, _) = rest.strip_prefix("u{")?.split_once('}')?;
            (Some(char::from_u32(hex_value(&hex.replace('_', ""))?)?), hex.len() + 4)
        }
        _ => return None,
    })
}

fn hex_value(digits: &str) -> Option<u32> {
    // The standard library also accepts a sign.
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn strings_have_the_values_that_rust_gives_them() {
        let cases = [
            (r#""""#, Some("")),
            (r#""a\x41\u{e9}\u{1_F600}\\\"\'\0\n""#, Some("aA\u{e9}\u{1f600}\\\"'\0\n")),
            ("\"a\\\n   b\"", Some("ab")),
            ("r\"\\\"", Some("\\")),
            ("r##\"a\"#b\"##", Some("a\"#b")),
            ("\"a\"x", None),
            ("c\"a\"", None),
            ("br\"a\"", None),
            (r#""\q""#, None),
            (r#""\xff""#, None),
            (r#""\u{110000}""#, None),
            (r#""a"b""#, None),
            ("12", None),
            ("", None),
            ("r", None),
            ("r#", None),
            ("\"", None),
        ];
        for (literal, value) in cases {
            assert_eq!(string_value(literal).as_deref(), value, "{literal}");
        }
    }

    proptest! {
        #[test]
        fn every_text_has_a_literal(text: String) {
            let literal = string_literal(&text);
            prop_assert_eq!(string_value(&literal).map(Cow::into_owned), Some(text));
        }

        #[test]
        fn no_literal_is_a_reason_to_panic(literal in "[r#\"\\\\xu{}é0-9a-f\n]{0,20}") {
            string_value(&literal);
            prop_assert!(is_string(&literal) || string_value(&literal).is_none());
        }
    }
}
