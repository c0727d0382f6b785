//! Words that mean something of their own in `policy!` where they stand alone. As part of a name (`on-prem`) they are
//! ordinary.

const OURS: &[&str] = &["let", "on", "and", "as", "remove", "add", "except"];
const CLAUSES: &[&str] =
    &["via", "srcPosture", "app", "recorder", "enforceRecorder", "checkPeriod", "acceptEnv", "attr", "ipPool"];
const STATEMENTS: &[&str] = &["accept", "check", "deny", "proto", "srcPostureAttrs", "only", "never", "isolated"];
const KINDS: &[&str] = &["tag", "group", "autogroup", "ipset", "svc", "posture"];
/// Kinds that the policy file has, but that are written another way here.
const FOREIGN_KINDS: &[&str] = &["host", "user", "localpart"];

/// All of them.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    [OURS, CLAUSES, STATEMENTS, KINDS, FOREIGN_KINDS].into_iter().flatten().copied()
}

/// Whether `word`, alone, is never a name.
///
/// ```
/// assert!(policy_core::reserved::is_reserved("except"));
/// assert!(!policy_core::reserved::is_reserved("except-us"));
/// ```
pub fn is_reserved(word: &str) -> bool {
    reserved_words().any(|reserved| reserved == word)
}

/// Whether `word` and a colon begin a name, as in `tag:web`.
pub fn is_kind(word: &str) -> bool {
    KINDS.contains(&word)
}

/// Whether `word` and a colon begin a selector in the policy file, but not here.
pub fn is_foreign_kind(word: &str) -> bool {
    FOREIGN_KINDS.contains(&word)
}
