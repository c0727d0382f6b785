use crate::diagnostic::Code;
use crate::diagnostic::suggestion::nearest;
use crate::model::{Date, Dialect, Level, Until};

/// A comment with an instruction for this program. It starts with `// policy:` and is not a
/// description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyComment<'c> {
    /// A lint level, with the text after the opening bracket.
    Lint(Level, &'c str),
    /// An end date, with the text after the word.
    Until(&'c str),
    /// The control server of the policy.
    Target(&'c str),
    /// An end date with another word in the place of `until`.
    MisspeltUntil(&'c str),
    /// A declaration of a capability, with the text after the word.
    Capability(&'c str),
    /// A declaration of a capability with another word in the place of `capability`.
    MisspeltCapability(&'c str),
}

impl<'c> PolicyComment<'c> {
    /// The start of such a comment, after its slashes.
    pub const START: &'static str = "policy:";

    /// The keyword for the declaration of a capability.
    pub const CAPABILITY: &'static str = "capability";

    /// Reads a comment without its slashes. Returns `None` for any other comment.
    ///
    /// ```
    /// use policy_core::model::{Level, PolicyComment};
    /// let deny = PolicyComment::Lint(Level::Deny, "unused-tag)");
    /// assert_eq!(PolicyComment::parse("policy: deny(unused-tag)"), Some(deny));
    /// assert_eq!(PolicyComment::parse("policy: until 2027-03-31"), Some(PolicyComment::Until("2027-03-31")));
    /// assert_eq!(PolicyComment::parse("policy: target headscale"), Some(PolicyComment::Target("headscale")));
    /// assert_eq!(PolicyComment::parse("policy: see the wiki"), None);
    /// ```
    pub fn parse(comment: &'c str) -> Option<PolicyComment<'c>> {
        let rest = comment.strip_prefix(Self::START)?.trim_start();
        if let Some((word, rest)) = rest.split_once('(')
            && let Ok(level) = word.parse::<Level>()
        {
            return Some(PolicyComment::Lint(level, rest));
        }
        let (word, rest) = rest.split_once(|char: char| char.is_whitespace() || char == ':').unwrap_or((rest, ""));
        let rest = rest.trim_start();
        if word == Until::WORD {
            return Some(PolicyComment::Until(rest));
        }
        if word == Dialect::WORD {
            return Some(PolicyComment::Target(rest));
        }
        // Prose may begin with the word, but is unlikely to continue with a quoted name.
        if rest.starts_with('"') {
            if word == Self::CAPABILITY {
                return Some(PolicyComment::Capability(rest));
            }
            if nearest(word, [Self::CAPABILITY, "capabilities"]).is_some() {
                return Some(PolicyComment::MisspeltCapability(word));
            }
        }
        // Prose may begin with such a word, but is unlikely to continue with a number.
        (rest.starts_with(|char: char| char.is_ascii_digit()) && Until::is_meant(word))
            .then_some(PolicyComment::MisspeltUntil(word))
    }

    /// Returns the comment that names the control server, without its slashes.
    ///
    /// ```
    /// use policy_core::model::{Dialect, PolicyComment};
    /// assert_eq!(PolicyComment::target(Dialect::Headscale), "policy: target headscale");
    /// ```
    pub fn target(dialect: Dialect) -> String {
        format!("{} {} {dialect}", Self::START, Dialect::WORD)
    }

    /// Returns the comment that allows a warning, without its slashes.
    ///
    /// ```
    /// use policy_core::Code;
    /// use policy_core::model::PolicyComment;
    /// assert_eq!(PolicyComment::allow(Code::UnusedTag, "it is new"), "policy: allow(unused-tag) it is new");
    /// ```
    pub fn allow(code: Code, reason: &str) -> String {
        format!("{} {}({code}) {reason}", Self::START, Level::Allow.name())
    }

    /// Returns the comment with an end date, without its slashes.
    ///
    /// ```
    /// use policy_core::model::PolicyComment;
    /// assert_eq!(PolicyComment::until("2027-03-31".parse()?), "policy: until 2027-03-31");
    /// # Ok::<(), policy_core::diagnostic::Problem>(())
    /// ```
    pub fn until(date: Date) -> String {
        format!("{} {} {date}", Self::START, Until::WORD)
    }
}
