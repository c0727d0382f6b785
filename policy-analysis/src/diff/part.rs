//! Some of the classes of a rule's end.

use policy_core::proof::classes::ClassId;

/// Some of a list of classes, told by those that are in it or by those that are not, whichever are fewer: what is left of a
/// large end is most often nearly all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ClassSet {
    /// All but these, in order
    Except(Vec<ClassId>),
    /// These, in order
    Only(Vec<ClassId>),
}

impl ClassSet {
    pub(super) const ALL: ClassSet = ClassSet::Except(Vec::new());

    /// All of `whole` but these, which are in order.
    pub(super) fn except(whole: &[ClassId], out: Vec<ClassId>) -> ClassSet {
        match out.len() * 2 <= whole.len() {
            true => ClassSet::Except(out),
            false => ClassSet::Only(without(whole, &out)),
        }
    }

    /// These of `whole`, which are in order.
    pub(super) fn only(whole: &[ClassId], list: Vec<ClassId>) -> ClassSet {
        match list.len() * 2 < whole.len() {
            true => ClassSet::Only(list),
            false => ClassSet::Except(without(whole, &list)),
        }
    }

    /// This and another part of the same whole.
    pub(super) fn with(&self, other: &ClassSet, whole: &[ClassId]) -> ClassSet {
        match (self, other) {
            (ClassSet::Only(a), ClassSet::Only(b)) => {
                let mut list = [a.as_slice(), b].concat();
                list.sort_unstable();
                list.dedup();
                ClassSet::only(whole, list)
            }
            (ClassSet::Except(out), ClassSet::Only(list)) | (ClassSet::Only(list), ClassSet::Except(out)) => {
                ClassSet::except(whole, without(out, list))
            }
            (ClassSet::Except(a), ClassSet::Except(b)) => {
                ClassSet::except(whole, a.iter().copied().filter(|class| b.binary_search(class).is_ok()).collect())
            }
        }
    }

    pub(super) fn contains(&self, class: ClassId, whole: &[ClassId]) -> bool {
        match self {
            ClassSet::Except(out) => out.binary_search(&class).is_err() && whole.binary_search(&class).is_ok(),
            ClassSet::Only(list) => list.binary_search(&class).is_ok(),
        }
    }

    /// Its classes, in order.
    pub(super) fn classes<'a>(&'a self, whole: &'a [ClassId]) -> impl Iterator<Item = ClassId> + 'a {
        let (list, out): (&[ClassId], &[ClassId]) = match self {
            ClassSet::Except(out) => (whole, out),
            ClassSet::Only(list) => (list, &[]),
        };
        list.iter().copied().filter(|class| out.binary_search(class).is_err())
    }
}

/// What is in the one and not in the other, both in order.
pub(super) fn without(list: &[ClassId], out: &[ClassId]) -> Vec<ClassId> {
    list.iter().copied().filter(|class| out.binary_search(class).is_err()).collect()
}

/// What is in both, both in order.
pub(super) fn common(a: &[ClassId], b: &[ClassId]) -> Vec<ClassId> {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().copied().filter(|class| many.binary_search(class).is_ok()).collect()
}
