//! Answers of three values: yes, no, and unknown until a missing fact is given.

use crate::model::Autogroup;

/// An answer that may depend on a fact that is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Ternary<'p> {
    /// It is not so.
    No,
    /// It depends on this fact.
    Maybe(MissingFact<'p>),
    /// It is so.
    Yes,
}

/// A fact that is not given, and that an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum MissingFact<'p> {
    /// Whether the role of a user is that of an autogroup.
    Role {
        /// Their login.
        user: &'p str,
        /// The autogroup.
        autogroup: Autogroup,
    },
    /// Whether a user is in a group of the identity provider.
    Membership {
        /// Their login.
        user: &'p str,
        /// As the policy names it.
        group: &'p str,
    },
    /// Which device has an address that the policy names so, or has an address in a prefix that it names so.
    Device(&'p str),
    /// Whether a service has an address that the policy names so. No fact says the addresses of services.
    ServiceAddress(&'p str),
    /// Whether a subnet router leads to an address that the policy names so.
    Route(&'p str),
    /// What a selector stands for, such as `autogroup:member` where no member is known.
    Selector(&'p str),
    /// Whether a login belongs to a user of the tailnet: only a test names it.
    User(&'p str),
    /// What else the member of a group can do that Tailscale tests the group as.
    Representative(&'p str),
    /// Whether `*` as a source matches this tag over IPv6 in a test.
    WildcardOverIpv6(&'p str),
    /// Whether UDP is enough for a test that does not name its protocol. Tailscale's documentation says so, but the
    /// captures have TCP only.
    Protocol,
    /// Whether access after a check is enough for an SSH test that expects access. Tailscale's documentation says that it
    /// is not, headscale takes it, and no capture shows it.
    Check,
}

impl<'p> Ternary<'p> {
    /// Returns whether both are so. Evaluates the other one only if it matters.
    pub fn and(self, other: impl FnOnce() -> Ternary<'p>) -> Ternary<'p> {
        match self {
            Ternary::No => Ternary::No,
            Ternary::Yes => other(),
            Ternary::Maybe(_) => match other() {
                Ternary::No => Ternary::No,
                _ => self,
            },
        }
    }

    /// Returns whether one of them is so.
    pub fn any(answers: impl IntoIterator<Item = Ternary<'p>>) -> Ternary<'p> {
        let mut best = Ternary::No;
        for answer in answers {
            match (answer, best) {
                (Ternary::Yes, _) => return Ternary::Yes,
                (Ternary::Maybe(_), Ternary::No) => best = answer,
                _ => {}
            }
        }
        best
    }
}

impl From<bool> for Ternary<'_> {
    fn from(is_so: bool) -> Self {
        if is_so { Ternary::Yes } else { Ternary::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAYBE: Ternary = Ternary::Maybe(MissingFact::Protocol);

    #[test]
    fn a_doubt_matters_only_where_it_could_change_the_answer() {
        for (a, b, both, one) in [
            (Ternary::Yes, Ternary::Yes, Ternary::Yes, Ternary::Yes),
            (Ternary::Yes, Ternary::No, Ternary::No, Ternary::Yes),
            (Ternary::No, Ternary::No, Ternary::No, Ternary::No),
            (MAYBE, Ternary::Yes, MAYBE, Ternary::Yes),
            (MAYBE, Ternary::No, Ternary::No, MAYBE),
            (MAYBE, MAYBE, MAYBE, MAYBE),
        ] {
            assert_eq!((a.and(|| b), Ternary::any([a, b])), (both, one), "{a:?} {b:?}");
            assert_eq!((b.and(|| a), Ternary::any([b, a])), (both, one), "{b:?} {a:?}");
        }
    }
}
