use crate::diagnostic::suggestion::nearest;
use crate::model::Date;
use crate::source::Origin;

/// The end of a rule, a test or an `allow`: a comment such as `// policy: until 2027-03-31`.
///
/// `until "2027-03-31"` in `policy!` becomes such a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// The last day on which the item is valid.
    pub date: Date,
    /// The comment, or the part of an `allow` with the date.
    pub origin: Origin,
}

impl Until {
    /// The keyword.
    pub const WORD: &str = "until";

    /// The places where it is allowed, for a help.
    pub const PLACES: &str = "a grant, an acl, an SSH rule, a test, an SSH test or an `allow`";

    /// Synonyms that are easily used by mistake. Misspellings are not listed.
    pub const SYNONYMS: [&str; 9] =
        ["expires", "expire", "expiry", "expiration", "ends", "end", "till", "valid_until", "valid-until"];

    /// Returns whether another word was probably meant as `until`.
    pub fn is_meant(word: &str) -> bool {
        let is_synonym = Self::SYNONYMS.iter().any(|synonym| synonym.eq_ignore_ascii_case(word));
        word != Self::WORD && (is_synonym || nearest(word, [Self::WORD]).is_some())
    }
}
