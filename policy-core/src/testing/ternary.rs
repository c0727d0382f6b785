//! Whether something is so, as far as the facts tell.

use crate::model::Autogroup;

/// An answer that may hang on a fact that is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ternary<'p> {
    No,
    Maybe(MissingFact<'p>),
    Yes,
}

/// What is not known, and would have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissingFact<'p> {
    /// The role of a user: whether it is that of an autogroup.
    Role {
        /// Their login.
        user: &'p str,
        /// The autogroup.
        autogroup: Autogroup,
    },
    /// Whether a user is in a group that the identity provider has.
    Membership {
        /// Their login.
        user: &'p str,
        /// As the policy names it.
        group: &'p str,
    },
    /// Which device has an address, or an address of a prefix, that the policy names so.
    Device(&'p str),
    /// Whether a subnet router leads to an address that the policy names so.
    Route(&'p str),
    /// Who or what a selector stands for, as `autogroup:member` where no member is known.
    Selector(&'p str),
    /// Whether UDP is enough for a test that does not name its protocol. Tailscale's documentation says so; the
    /// captures have TCP only.
    Protocol,
}

impl<'p> Ternary<'p> {
    /// Whether both are so. The other one is asked only if it matters.
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

    /// Whether one of them is so.
    pub fn any(fits: impl IntoIterator<Item = Ternary<'p>>) -> Ternary<'p> {
        let mut best = Ternary::No;
        for fit in fits {
            match (fit, best) {
                (Ternary::Yes, _) => return Ternary::Yes,
                (Ternary::Maybe(_), Ternary::No) => best = fit,
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
