//! Answers with three values: yes, no, and unknown because a fact is missing.

use crate::model::Autogroup;

/// An answer that may depend on a missing fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Ternary<'p> {
    /// The answer is no.
    No,
    /// The answer depends on this fact.
    Maybe(MissingFact<'p>),
    /// The answer is yes.
    Yes,
}

/// A missing fact that an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum MissingFact<'p> {
    /// The role of a user: whether it is that of the autogroup.
    Role {
        /// The login of the user.
        user: &'p str,
        /// The autogroup.
        autogroup: Autogroup,
    },
    /// The membership of a user in a group of the identity provider.
    Membership {
        /// The login of the user.
        user: &'p str,
        /// The group, as the policy names it.
        group: &'p str,
    },
    /// The device that has an address that this text of the policy names.
    Device(&'p str),
    /// The services with an address that this text of the policy names. No fact lists the addresses
    /// of services.
    ServiceAddress(&'p str),
    /// A route: whether a subnet router leads to an address that this text of the policy names.
    Route(&'p str),
    /// The meaning of a selector, such as `autogroup:member` where no member is known.
    Selector(&'p str),
    /// The user with a login that only a test names: whether they belong to the tailnet.
    User(&'p str),
    /// The other access of a group member that Tailscale uses to test the group.
    Representative(&'p str),
    /// The meaning of `*` as a source in a test: whether it matches this tag over IPv6.
    WildcardOverIpv6(&'p str),
    /// The protocol of a test that does not name one: whether UDP alone is enough. Tailscale's
    /// documentation says so, but the captures have TCP only.
    Protocol,
    /// The result of an SSH test that expects access, if a rule allows access only after a check.
    /// Tailscale's documentation says that the test fails, headscale passes it, and no capture
    /// shows it.
    Check,
}

impl<'p> Ternary<'p> {
    /// Returns whether both are true. Evaluates the other one only if it matters.
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

    /// Returns whether any of them is true.
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
