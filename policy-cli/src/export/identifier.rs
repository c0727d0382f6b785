//! Identifiers of constants, with one rule for all languages.
//!
//! A name is split into words, without its kind: `tag:k8s-api` has the words `k8s` and `api`. Each
//! language joins them in its own case. Two names with different words have different identifiers
//! in every language. A keyword gets a trailing `_`, and a leading digit a leading one.

use policy_core::identifier::{without_kind, words};

use crate::names::NamedKind;

/// The words of an identifier. There is at least one. All are ASCII letters and digits in lower
/// case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identifier(Vec<String>);

impl Identifier {
    /// Makes the identifier of a name. For a capability, only the last part of its name is used.
    pub(super) fn new(kind: NamedKind, name: &str) -> Identifier {
        let name = match kind {
            NamedKind::Capability => name.rsplit('/').next().unwrap_or(name),
            // Names of these kinds have no prefix.
            NamedKind::Host | NamedKind::User | NamedKind::Device => name,
            NamedKind::Tag | NamedKind::Group | NamedKind::Service | NamedKind::IpSet | NamedKind::Posture => {
                without_kind(name)
            }
        };
        let mut words = words(name);
        if words.is_empty() {
            words.extend(name.chars().map(|char| format!("u{:x}", u32::from(char))));
        }
        if words.is_empty() {
            words.push("empty".to_owned());
        }
        Identifier(words)
    }

    /// Makes the identifier of a kind.
    pub(super) fn of_kind(kind: NamedKind) -> Identifier {
        Identifier(words(kind.type_name()))
    }

    /// Makes the identifier of the list of a kind.
    pub(super) fn of_list(kind: NamedKind) -> Identifier {
        Identifier(words(kind.key()))
    }

    /// Returns the identifier with another one appended.
    pub(super) fn with(&self, other: &Identifier) -> Identifier {
        Identifier(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Returns the identifier with a word appended.
    pub(super) fn with_word(&self, word: &str) -> Identifier {
        Identifier(self.0.iter().map(String::as_str).chain([word]).map(str::to_owned).collect())
    }

    /// Returns the words in lower case, with `_` between them.
    pub(super) fn snake(&self, keywords: &[&str]) -> String {
        usable(self.0.join("_"), keywords)
    }

    /// Returns the words in upper case, with `_` between them.
    pub(super) fn upper(&self) -> String {
        usable(self.0.join("_").to_ascii_uppercase(), &[])
    }

    /// Returns the words in Pascal case. A word with a leading digit gets a `_` before it, because
    /// `a-1` and `a1` are different names.
    pub(super) fn pascal(&self) -> String {
        let capitalise = |word: &String| {
            let mut chars = word.chars();
            let first = chars.next();
            let separator = first.is_some_and(|first| first.is_ascii_digit()).then_some('_');
            separator.into_iter().chain(first.map(|first| first.to_ascii_uppercase())).chain(chars).collect::<String>()
        };
        self.0.iter().map(capitalise).collect()
    }

    /// Returns the words in camel case.
    pub(super) fn camel(&self) -> String {
        let pascal = self.pascal();
        let mut chars = pascal.chars();
        chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
    }
}

fn usable(mut identifier: String, keywords: &[&str]) -> String {
    if identifier.starts_with(|char: char| char.is_ascii_digit()) {
        identifier.insert(0, '_');
    }
    if keywords.contains(&identifier.as_str()) {
        identifier.push('_');
    }
    identifier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_the_case_of_each_language() {
        for (kind, name, snake, upper, pascal) in [
            (NamedKind::Tag, "tag:web", "web", "WEB", "Web"),
            (NamedKind::Tag, "tag:k8s-api", "k8s_api", "K8S_API", "K8sApi"),
            (NamedKind::Tag, "tag:2x4", "_2x4", "_2X4", "_2x4"),
            (NamedKind::Tag, "tag:a-1", "a_1", "A_1", "A_1"),
            (NamedKind::Tag, "tag:a1", "a1", "A1", "A1"),
            (NamedKind::Tag, "tag:if", "if_", "IF", "If"),
            (NamedKind::Host, "db.prod", "db_prod", "DB_PROD", "DbProd"),
            (NamedKind::Device, "größe", "gr_e", "GR_E", "GrE"),
            (NamedKind::Device, "日本", "u65e5_u672c", "U65E5_U672C", "U65e5U672c"),
            (NamedKind::Device, "", "empty", "EMPTY", "Empty"),
            (NamedKind::User, "alice@example.com", "alice_example_com", "ALICE_EXAMPLE_COM", "AliceExampleCom"),
            (NamedKind::Capability, "example.com/cap/readOnly", "read_only", "READ_ONLY", "ReadOnly"),
        ] {
            let identifier = Identifier::new(kind, name);
            let found = (identifier.snake(&["if"]), identifier.upper(), identifier.pascal());
            assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (snake, upper, pascal), "{name}");
        }
    }
}
