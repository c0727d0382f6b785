/// Appends a string as a JSON literal. Escapes only what RFC 8785 requires.
///
/// ```
/// let mut text = String::new();
/// policy_core::json::write_string(&mut text, "say \"hi\"\n");
/// assert_eq!(text, r#""say \"hi\"\n""#);
/// ```
pub fn write_string(out: &mut String, value: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        // Every escaped character is one byte long, so both ends are between characters.
        out.push_str(value.get(plain..at).unwrap_or_default());
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            _ => out.push_str(&format!("\\u{byte:04x}")),
        }
    }
    out.push_str(value.get(plain..).unwrap_or_default());
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn another_reader_reads_the_same(value in r#"([ -~é"\\]|\PC|\pC){0,20}"#) {
            let mut text = String::new();
            write_string(&mut text, &value);
            prop_assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
        }
    }
}
