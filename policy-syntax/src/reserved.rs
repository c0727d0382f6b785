//! Words that mean something of their own in `policy!` where they stand alone. As part of a name (`on-prem`) they are
//! ordinary.

use policy_core::diagnostic::suggestion::nearest;

/// All of them, in order: each word of a policy is looked for here.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "accept", "acceptEnv", "add", "and", "app", "as", "attr", "autogroup", "check", "checkPeriod", "deny",
    "enforceRecorder", "except", "group", "host", "ipPool", "ipset", "isolated", "let", "localpart", "never", "on",
    "only", "posture", "proto", "recorder", "remove", "srcPosture", "srcPostureAttrs", "svc", "tag", "until", "user",
    "via",
];
const KINDS: &[&str] = &["tag", "group", "autogroup", "ipset", "svc", "posture"];
/// Kinds that the policy file has, but that are written another way here.
const FOREIGN_KINDS: &[&str] = &["host", "user", "localpart"];

/// All of them.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().copied()
}

/// Returns whether `word`, alone, is never a name.
///
/// ```
/// assert!(policy_syntax::reserved::is_reserved("except"));
/// assert!(!policy_syntax::reserved::is_reserved("except-us"));
/// ```
pub fn is_reserved(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// Returns whether `word` and a colon begin a name, as in `tag:web`.
pub fn is_kind(word: &str) -> bool {
    KINDS.contains(&word)
}

/// The kind that `word` was probably meant as, where it and a colon begin a name: `tags:web`.
pub(crate) fn similar_kind(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let known = match lower.as_str() {
        "grp" | "groups" => Some("group"),
        "service" | "services" => Some("svc"),
        "ag" | "auto" => Some("autogroup"),
        _ => None,
    };
    known.or_else(|| nearest(&lower, KINDS.iter().copied()))
}

/// Returns whether `word` and a colon begin a selector in the policy file, but not here.
pub fn is_foreign_kind(word: &str) -> bool {
    FOREIGN_KINDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_alone_is_reserved() {
        assert!(WORDS.is_sorted());
        assert!(KINDS.iter().chain(FOREIGN_KINDS).all(|word| is_reserved(word)));
    }
}
