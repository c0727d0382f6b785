use policy_core::access::sorted;
use policy_core::proof::ClassId;

/// A subset of a list of classes, its universe. It stores whichever list is shorter: the classes in
/// it or the others. Most remainders of a large universe are nearly all of it.
///
/// All lists are sorted. Methods that need the universe take it as `universe`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ClassSet {
    AllExcept(Vec<ClassId>),
    Only(Vec<ClassId>),
}

impl ClassSet {
    pub(super) const ALL: ClassSet = ClassSet::AllExcept(Vec::new());

    pub(super) fn all_except(universe: &[ClassId], excluded: Vec<ClassId>) -> ClassSet {
        if excluded.len() * 2 <= universe.len() {
            ClassSet::AllExcept(excluded)
        } else {
            ClassSet::Only(sorted::difference(universe, &excluded))
        }
    }

    pub(super) fn only(universe: &[ClassId], classes: Vec<ClassId>) -> ClassSet {
        if classes.len() * 2 < universe.len() {
            ClassSet::Only(classes)
        } else {
            ClassSet::AllExcept(sorted::difference(universe, &classes))
        }
    }

    pub(super) fn union(&self, other: &ClassSet, universe: &[ClassId]) -> ClassSet {
        match (self, other) {
            (ClassSet::Only(a), ClassSet::Only(b)) => ClassSet::only(universe, sorted::union(a, b)),
            (ClassSet::AllExcept(excluded), ClassSet::Only(classes))
            | (ClassSet::Only(classes), ClassSet::AllExcept(excluded)) => {
                ClassSet::all_except(universe, sorted::difference(excluded, classes))
            }
            (ClassSet::AllExcept(a), ClassSet::AllExcept(b)) => {
                ClassSet::all_except(universe, sorted::intersection(a, b))
            }
        }
    }

    pub(super) fn contains(&self, class: ClassId, universe: &[ClassId]) -> bool {
        match self {
            ClassSet::AllExcept(excluded) => !sorted::contains(excluded, class) && sorted::contains(universe, class),
            ClassSet::Only(classes) => sorted::contains(classes, class),
        }
    }

    /// Returns the classes of the set, sorted.
    pub(super) fn iter<'a>(&'a self, universe: &'a [ClassId]) -> impl Iterator<Item = ClassId> + 'a {
        let (classes, excluded): (&[ClassId], &[ClassId]) = match self {
            ClassSet::AllExcept(excluded) => (universe, excluded),
            ClassSet::Only(classes) => (classes, &[]),
        };
        classes.iter().copied().filter(|&class| !sorted::contains(excluded, class))
    }
}
