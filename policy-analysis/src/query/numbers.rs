//! Numbers of rules or selectors, separated by whether they apply for certain.

use policy_core::access::{BitSet, sorted};

/// The numbers of rules or selectors that apply, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Numbers {
    /// The numbers that apply for certain.
    pub(super) certain: Vec<usize>,
    /// The numbers that may apply, depending on unknown facts.
    pub(super) possible: Vec<usize>,
}

/// The relation between the users of two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    Same,
    MaybeSame,
    Different,
}

impl Numbers {
    /// Returns whether nothing applies or may apply.
    pub(super) fn is_empty(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty()
    }

    /// Returns the numbers that apply in one of several cases. If one applies for certain in one
    /// case, it is certain.
    pub(super) fn any(cases: impl IntoIterator<Item = Numbers>) -> Numbers {
        let mut cases = cases.into_iter();
        let first = cases.next().unwrap_or_default();
        cases.fold(first, |all, other| {
            let certain = sorted::union(&all.certain, &other.certain);
            let possible = sorted::difference(&sorted::union(&all.possible, &other.possible), &certain);
            Numbers { certain, possible }
        })
    }

    /// Returns the rules between two ends, given the rules of each end and the rules to
    /// `autogroup:self`.
    pub(super) fn between(source: &Numbers, destination: &Numbers, to_own: &BitSet, ownership: Ownership) -> Numbers {
        let mut certain = sorted::intersection(&source.certain, &destination.certain);
        let mut possible = sorted::intersection(&source.possible, &destination.certain);
        possible.extend(sorted::intersection(&source.certain, &destination.possible));
        possible.extend(sorted::intersection(&source.possible, &destination.possible));
        let own = |numbers: &[usize]| -> Vec<usize> {
            numbers.iter().copied().filter(|&number| to_own.contains(number)).collect()
        };
        match ownership {
            Ownership::Same => {
                certain.extend(own(&source.certain));
                possible.extend(own(&source.possible));
            }
            Ownership::MaybeSame => {
                possible.extend(own(&source.certain));
                possible.extend(own(&source.possible));
            }
            Ownership::Different => {}
        }
        let certain = sorted::sort(certain);
        let possible = sorted::difference(&sorted::sort(possible), &certain);
        Numbers { certain, possible }
    }
}
