//! Identifiers for the names of a policy, in Rust and in other languages.

/// Splits a name into words in lower case, at signs and before capital letters after small ones.
/// Characters that are not ASCII letters or digits are signs.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for char in text.chars() {
        let starts_word = !before.is_ascii_alphanumeric() || char.is_ascii_uppercase() && before.is_ascii_lowercase();
        if char.is_ascii_alphanumeric() {
            if starts_word {
                words.push(String::new());
            }
            words.iter_mut().rev().take(1).for_each(|word| word.push(char.to_ascii_lowercase()));
        }
        before = char;
    }
    words
}

/// Returns a name of the policy without its kind: `web` for `tag:web`.
pub fn without_kind(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, name)| name)
}

/// The name of the Rust item that lists all names of a module.
pub const ALL: &str = "ALL";

/// Returns the Rust name for a name of the policy: without its kind, with `_` for `-`, and never
/// with a leading digit, a keyword or [`ALL`].
pub fn item_name(text: &str) -> String {
    let name = without_kind(text);
    let mut item: String =
        name.chars().map(|char| if char.is_ascii_alphanumeric() || char == '_' { char } else { '_' }).collect();
    if item.starts_with(|char: char| char.is_ascii_digit()) {
        item.insert(0, '_');
    }
    if item.is_empty() || item == "_" || item == ALL || KEYWORDS.binary_search(&item.as_str()).is_ok() {
        item.push('_');
    }
    item
}

/// Words that cannot be names of items in some edition of Rust. Sorted.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_name_in_rust() {
        assert!(KEYWORDS.is_sorted());
        for (name, item) in [
            ("tag:web", "web"),
            ("tag:k8s-api", "k8s_api"),
            ("tag:2x4", "_2x4"),
            ("tag:type", "type_"),
            ("tag:self", "self_"),
            ("db.prod", "db_prod"),
            ("_", "__"),
            ("tag:all", "all"),
            ("tag:ALL", "ALL_"),
            ("größe", "gr__e"),
        ] {
            assert_eq!(item_name(name), item, "{name}");
        }
    }

    #[test]
    fn names_have_words() {
        for (name, expected) in [
            ("sql", &["sql"][..]),
            ("read-only", &["read", "only"]),
            ("allowDcr", &["allow", "dcr"]),
            ("a.b c", &["a", "b", "c"]),
            ("2fa", &["2fa"]),
            ("*", &[]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
