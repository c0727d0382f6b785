//! Words that have a special meaning in `policy!` when they are not part of a name. In a name such
//! as `on-prem` they are ordinary.

use policy_core::diagnostic::suggestion::nearest;

/// All reserved words, sorted, because each word of a policy is looked up.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "accept", "acceptEnv", "add", "and", "app", "as", "attr", "autogroup", "check", "checkPeriod", "deny",
    "enforceRecorder", "except", "group", "host", "ipPool", "ipset", "isolated", "let", "localpart", "never", "on",
    "only", "posture", "proto", "recorder", "remove", "srcPosture", "srcPostureAttrs", "svc", "tag", "until", "user",
    "via",
];
const KINDS: &[&str] = &["tag", "group", "autogroup", "ipset", "svc", "posture"];
/// Kinds of selectors in the policy file that have another form here.
const FOREIGN_KINDS: &[&str] = &["host", "user", "localpart"];

/// Returns all reserved words.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().copied()
}

/// Returns whether `word` cannot be a name by itself.
///
/// ```
/// assert!(policy_syntax::reserved::is_reserved("except"));
/// assert!(!policy_syntax::reserved::is_reserved("except-us"));
/// ```
pub fn is_reserved(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// Returns whether `word` followed by a colon begins a name, as in `tag:web`.
pub fn is_kind(word: &str) -> bool {
    KINDS.contains(&word)
}

/// Returns the kind that was probably meant by `word` before a colon, as in `tags:web`.
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

/// Returns whether `word` followed by a colon begins a selector in the policy file, but not here.
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
