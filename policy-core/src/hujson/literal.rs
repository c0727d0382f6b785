//! JSON literals: what is one, and what a string says.

/// Whether the text of a number is one by RFC 8259.
pub(super) fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or_default();
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// Whether the inside of a string has only escapes that JSON knows, and no control character.
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

/// The value of a string that has escapes; `None` if it has none. Half of a surrogate pair is U+FFFD, as in Go.
pub(super) fn unescaped(inside: &str) -> Option<String> {
    if !inside.contains('\\') {
        return None;
    }
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
    Some(value)
}

/// The character of `XXXX`, or of `XXXX\uXXXX` if that is a pair, and what follows.
fn unicode_escape(text: &str) -> (char, &str) {
    let unit = |text: &str| text.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let Some(first) = unit(text) else { return (char::REPLACEMENT_CHARACTER, "") };
    let after = text.get(4..).unwrap_or_default();
    if let Some(second) = after.strip_prefix("\\u").and_then(unit)
        && let Some(Ok(char)) = char::decode_utf16([first, second]).next()
        && char::from_u32(first.into()).is_none()
    {
        return (char, after.get(6..).unwrap_or_default());
    }
    (char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER), after)
}
