use policy_core::diagnostic::{Change, Fix};

use crate::string::{is_string, string_literal};

/// Returns the replacement of `replaced`, a part of a `policy!`. A word gets quotes if Rust cannot
/// read it without them.
///
/// ```
/// use policy_core::diagnostic::Help;
/// let fix = Help::write("10.0.0.0/8").fix.unwrap();
/// assert_eq!(policy_syntax::apply_fix(&fix, "ten"), r#""10.0.0.0/8""#);
/// ```
pub fn apply_fix(fix: &Fix, replaced: &str) -> String {
    match &fix.change {
        Change::Word(word) if !is_string(replaced) && !can_be_bare(word) => string_literal(word),
        _ => fix.apply(replaced),
    }
}

fn can_be_bare(word: &str) -> bool {
    word.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | ':' | '*' | '$'))
}
