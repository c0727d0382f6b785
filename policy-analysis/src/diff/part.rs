//! Some of the classes of a rule's end.

use policy_core::proof::space::ClassId;

/// Some of a list of classes, told by those that are in it or by those that are not, whichever are fewer: what is left of a
/// large end is most often nearly all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// All but these, in order
    Except(Vec<ClassId>),
    /// These, in order
    Only(Vec<ClassId>),
}

impl Part {
    pub(super) const ALL: Part = Part::Except(Vec::new());

    /// All of `whole` but these, which are in order.
    pub(super) fn except(whole: &[ClassId], out: Vec<ClassId>) -> Part {
        match out.len() * 2 <= whole.len() {
            true => Part::Except(out),
            false => Part::Only(without(whole, &out)),
        }
    }

    /// These of `whole`, which are in order.
    pub(super) fn only(whole: &[ClassId], list: Vec<ClassId>) -> Part {
        match list.len() * 2 < whole.len() {
            true => Part::Only(list),
            false => Part::Except(without(whole, &list)),
        }
    }

    /// This and another part of the same whole.
    pub(super) fn with(&self, other: &Part, whole: &[ClassId]) -> Part {
        match (self, other) {
            (Part::Only(a), Part::Only(b)) => {
                let mut list = [a.as_slice(), b].concat();
                list.sort_unstable();
                list.dedup();
                Part::only(whole, list)
            }
            (Part::Except(out), Part::Only(list)) | (Part::Only(list), Part::Except(out)) => {
                Part::except(whole, without(out, list))
            }
            (Part::Except(a), Part::Except(b)) => {
                Part::except(whole, a.iter().copied().filter(|class| b.binary_search(class).is_ok()).collect())
            }
        }
    }

    pub(super) fn contains(&self, class: ClassId, whole: &[ClassId]) -> bool {
        match self {
            Part::Except(out) => out.binary_search(&class).is_err() && whole.binary_search(&class).is_ok(),
            Part::Only(list) => list.binary_search(&class).is_ok(),
        }
    }

    /// Its classes, in order.
    pub(super) fn classes<'a>(&'a self, whole: &'a [ClassId]) -> impl Iterator<Item = ClassId> + 'a {
        let (list, out): (&[ClassId], &[ClassId]) = match self {
            Part::Except(out) => (whole, out),
            Part::Only(list) => (list, &[]),
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
