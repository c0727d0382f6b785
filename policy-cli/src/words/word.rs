//! Words that can be written as Rust tokens. All others are strings.

use std::fmt::Write;

use policy_syntax::reserved::{is_kind, is_reserved};

/// Returns true if a name with its kind, such as `tag:web`, needs no quotes.
pub fn is_named(text: &str) -> bool {
    text.split_once(':').is_some_and(|(kind, name)| is_kind(kind) && is_word(name))
}

/// Returns true if a name without a kind, such as that of a host, needs no quotes.
pub fn is_bare(name: &str) -> bool {
    is_word(name) && !name.starts_with(|char: char| char.is_ascii_digit()) && !is_reserved(name)
}

/// Returns true if Rust's lexer reads the name as words and dashes.
fn is_word(name: &str) -> bool {
    let inner = !name.starts_with('-') && !name.ends_with('-');
    inner && name.split('-').all(|segment| segment.is_empty() || is_segment(segment)) && !name.is_empty()
}

/// Returns true if a segment is an identifier, or a number that Rust accepts with or without
/// letters. Quotes are always allowed. So a segment that looks like a float or another base gets
/// them, even if Rust could read it.
fn is_segment(segment: &str) -> bool {
    if !segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return false;
    }
    let rest = segment.trim_start_matches(|char: char| char.is_ascii_digit() || char == '_');
    if !segment.starts_with(|char: char| char.is_ascii_digit()) {
        return segment.bytes().any(|byte| byte != b'_');
    }
    let is_base = segment.starts_with("0b") || segment.starts_with("0o") || segment.starts_with("0x");
    !is_base && !rest.starts_with(['e', 'E'])
}

/// Returns true if the macro would read a bare word before a colon as the start of an IPv6 address.
pub fn is_address_start(word: &str) -> bool {
    word.len() <= 4
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Returns true if the text can follow `on`: `443`, `80-443`, `tcp:22`, `47:*` or `*`.
pub fn is_port(text: &str) -> bool {
    match text.split_once(':') {
        Some((protocol, range)) => (protocol == "*" || is_protocol(protocol)) && is_range(range),
        None => is_range(text),
    }
}

/// Returns true if the text can be the protocol before the colon of a port.
pub fn is_protocol(text: &str) -> bool {
    is_number(text) || is_bare(text)
}

/// Returns true if the text is `*`, a number or two numbers.
pub fn is_range(text: &str) -> bool {
    text == "*" || text.split_once('-').map_or_else(|| is_number(text), |(from, to)| is_number(from) && is_number(to))
}

pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns true if the text can follow `checkPeriod` without quotes: `12h`, `1h30m`.
pub fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|char: char| char.is_ascii_digit());
        if unit.len() == rest.len() || !unit.starts_with(['h', 'm', 's']) {
            return false;
        }
        rest = unit.get(1..).unwrap_or_default();
    }
    !text.is_empty()
}

/// Returns a Rust string literal.
pub fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for char in text.chars() {
        match char {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            char if char.is_control() || turns_text(char) => {
                // Writing to a string cannot fail.
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(char));
            }
            char => literal.push(char),
        }
    }
    literal.push('"');
    literal
}

/// Returns whether rustc refuses the character in strings and comments because it changes the
/// direction of text.
pub fn turns_text(char: char) -> bool {
    matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rust_cannot_read_as_a_word_is_quoted() {
        for name in ["tag:web", "tag:k8s-api", "tag:2x4", "tag:type", "tag:x--y", "group:Eng_1", "autogroup:danger-all"]
        {
            assert!(is_named(name), "{name}");
        }
        for name in [
            "tag:lab-1e",
            "tag:1e5",
            "tag:0b2",
            "tag:0x",
            "tag:a-",
            "tag:-a",
            "tag:",
            "tag:db.prod",
            "tag:é",
            "Tag:a",
            "host:web",
            "user:*@example.com",
            "group:eng@example.com",
            "tag:a b",
            "web",
            "tag:a:b",
            "tag:_",
            "tag:1_e",
        ] {
            assert!(!is_named(name), "{name}");
        }
        for name in ["web", "on-prem", "app-server", "r", "_x", "type", "true"] {
            assert!(is_bare(name), "{name}");
        }
        for name in ["on", "tag", "localpart", "3d", "db.prod", "", "a/b", "_", "nas "] {
            assert!(!is_bare(name), "{name}");
        }
    }

    #[test]
    fn what_follows_on() {
        for port in ["*", "443", "0443", "80-443", "tcp:22", "TCP:*", "47:*", "*:443", "ip-in-ip:*"] {
            assert!(is_port(port), "{port}");
        }
        for port in ["", "tcp:", ":80", "22,80", " 80", "a:b:c", "tcp:ssh", "80-", "on:80", "tag:80", "1e:80", "-80"] {
            assert!(!is_port(port), "{port}");
        }
    }

    #[test]
    fn durations_that_are_one_token() {
        assert!(["12h", "1h30m", "0s"].iter().all(|text| is_duration(text)));
        assert!(["", "always", "1.5h", "12", "h", "1e3s", "-1m", "1d", "500ms"].iter().all(|text| !is_duration(text)));
    }

    #[test]
    fn strings_have_rust_s_escapes() {
        assert_eq!(quoted("a\"\\\n\r\t\u{0}é\u{202e}"), r#""a\"\\\n\r\t\u{0}é\u{202e}""#);
    }
}
