//! JSON literals: validation and the values of strings.

/// Returns whether a text is a number by RFC 8259.
pub(super) fn is_number(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return false;
    }
    let rest = match rest {
        [b'.', fraction @ ..] => match digits(fraction) {
            ([], _) => return false,
            (_, rest) => rest,
        },
        _ => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent).1.is_empty()
        }
        _ => false,
    }
}

/// Splits a text after its leading digits.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(length).unwrap_or((text, &[]))
}

/// Returns whether the inside of a string has only valid JSON escapes and no control characters.
pub(super) fn is_string(inside: &[u8]) -> bool {
    let mut bytes = inside.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            0..0x20 => return false,
            b'\\' => match bytes.next() {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                Some(b'u') => {
                    if !(0..4).all(|_| bytes.next().is_some_and(u8::is_ascii_hexdigit)) {
                        return false;
                    }
                }
                _ => return false,
            },
            _ => {}
        }
    }
    true
}

/// Returns the value of a string with escapes. A lone surrogate becomes U+FFFD, as in Go.
pub(super) fn unescaped(inside: &str) -> String {
    let mut value = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((plain, escape)) = rest.split_once('\\') {
        value.push_str(plain);
        let mut chars = escape.chars();
        match chars.next() {
            Some('b') => value.push('\u{8}'),
            Some('f') => value.push('\u{c}'),
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some('u') => {
                let (char, after) = unicode_escape(chars.as_str());
                value.push(char);
                rest = after;
                continue;
            }
            Some(other) => value.push(other),
            None => {}
        }
        rest = chars.as_str();
    }
    value.push_str(rest);
    value
}

/// Decodes `XXXX`, or `XXXX\uXXXX` if that is a surrogate pair. Returns the character and the rest.
fn unicode_escape(text: &str) -> (char, &str) {
    let unit = |text: &str| text.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let Some(first) = unit(text) else { return (char::REPLACEMENT_CHARACTER, "") };
    let after = text.get(4..).unwrap_or_default();
    if let Some(char) = char::from_u32(first.into()) {
        return (char, after);
    }
    let second = after.strip_prefix("\\u").and_then(unit);
    match second.and_then(|second| char::decode_utf16([first, second]).next()?.ok()) {
        Some(char) => (char, after.get(6..).unwrap_or_default()),
        None => (char::REPLACEMENT_CHARACTER, after),
    }
}

/// Returns a string as a JSON literal. Escapes only what RFC 8785 requires.
pub(super) fn escaped(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('"');
    for char in value.chars() {
        match char {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\u{8}' => literal.push_str("\\b"),
            '\t' => literal.push_str("\\t"),
            '\n' => literal.push_str("\\n"),
            '\u{c}' => literal.push_str("\\f"),
            '\r' => literal.push_str("\\r"),
            '\0'..' ' => literal.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => literal.push(char),
        }
    }
    literal.push('"');
    literal
}

/// Returns a character as Go's `%q` writes it.
pub(super) fn quoted(char: char) -> String {
    let escape = match char {
        '\'' => "\\'".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        char if is_printable(char) => char.to_string(),
        char => match u32::from(char) {
            code @ (0..0x20 | 0x7f) => format!("\\x{code:02x}"),
            code @ 0..0x1_0000 => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        },
    };
    format!("'{escape}'")
}

/// Returns whether Go prints a character as it is. Rust's `Debug` agrees, but also escapes a
/// combining character at the start of a text.
fn is_printable(char: char) -> bool {
    char == '"' || format!(".{char}").escape_debug().eq(['.', char])
}
