//! Percent-encoding for URLs and forms.

use std::fmt::Write;

/// Escapes a text for one segment of a path, or for a name or a value of a query or a form.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Writes the pairs of a query or of a form, `a=b&c=d`.
pub(crate) fn pairs(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", percent_encoded(name), percent_encoded(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_parts_of_a_url_is_escaped() {
        for (text, encoded) in [
            ("-", "-"),
            ("-1234567890123", "-1234567890123"),
            ("me@example.com", "me%40example.com"),
            ("a/b?c#d", "a%2Fb%3Fc%23d"),
            ("10.0.0.1:80", "10.0.0.1%3A80"),
            ("ä", "%C3%A4"),
        ] {
            assert_eq!(percent_encoded(text), encoded);
        }
        assert_eq!(pairs(&[("scope", "a b"), ("x", "&=")]), "scope=a%20b&x=%26%3D");
    }
}
