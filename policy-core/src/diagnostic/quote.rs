use std::fmt::Write;

/// Quotes a string as Go's `%q` does. Tailscale's messages use this form.
///
/// ```
/// use policy_core::diagnostic::go_quote;
/// assert_eq!(go_quote("say \"hi\"\n"), r#""say \"hi\"\n""#);
/// ```
pub fn go_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            // Writing to a `String` cannot fail.
            _ if letter.is_ascii_control() => drop(write!(quoted, "\\x{:02x}", u32::from(letter))),
            _ if letter.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The maximum number of names in a sentence.
const LISTED: usize = 4;

/// Lists words in a sentence, each in backticks.
pub fn listed<T: std::fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let mut words = words.into_iter();
    let mut list: Vec<String> = words.by_ref().take(LISTED).map(|word| format!("`{word}`")).collect();
    match words.count() {
        0 => {
            let last = list.pop().unwrap_or_default();
            if list.is_empty() { last } else { format!("{} and {last}", list.join(", ")) }
        }
        more => format!("{} and {more} more", list.join(", ")),
    }
}
