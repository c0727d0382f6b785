use std::collections::HashMap;

/// The names of the items that a policy expands to, by module and declared name.
#[derive(Default)]
pub(crate) struct ItemNames(HashMap<(&'static str, String), String>);

impl ItemNames {
    /// Returns the name of the item for a declared name, if it has one.
    pub(crate) fn get(&self, module: &'static str, text: &str) -> Option<&str> {
        self.0.get(&(module, text.to_owned())).map(String::as_str)
    }

    pub(crate) fn add(&mut self, module: &'static str, text: &str, item: String) {
        self.0.insert((module, text.to_owned()), item);
    }
}

/// Returns the type of the items in a module.
pub(crate) fn type_of(module: &str) -> Option<&'static str> {
    Some(match module {
        "tag" => "Tag",
        "group" => "Group",
        "host" => "Host",
        "ipset" => "IpSet",
        "posture" => "Posture",
        "user" => "User",
        "device" => "Device",
        _ => return None,
    })
}

/// The name of the item that lists all names of a module.
pub(crate) const ALL: &str = "ALL";

/// Returns the Rust name for a name of the policy: without its kind, with `_` for `-`, and never
/// with a leading digit, a keyword or [`ALL`].
pub(crate) fn item_name(text: &str) -> String {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
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
}
