//! The classes of one end, sorted by what an invariant has to do with them. There are few kinds, and a look at the first
//! class of each is mostly enough.

use crate::access::selector_index::SelectorId;
use crate::proof::classes::ClassId;

/// A kind by number.
pub type CellId = usize;

/// What an invariant has to do with a class.
#[derive(Clone, Debug, Default)]
pub struct PartitionCell {
    /// Whether it is about the class, and not just towards it.
    pub is_about: bool,
    /// The numbers of the targets that the class is of.
    pub targets: Vec<usize>,
    /// The same of what is excepted.
    pub except: Vec<usize>,
}

#[derive(Debug)]
pub struct Partition {
    list: Vec<PartitionCell>,
    /// By class
    of: Vec<CellId>,
    /// By selector, the first class of each kind that it names, in order
    first: Vec<Vec<(ClassId, CellId)>>,
    /// By selector, whether the invariant is about some class that it names.
    are_about: Vec<bool>,
    /// By selector, whether some class that it names is of a target.
    are_targets: Vec<bool>,
}

impl Partition {
    /// So many classes, all of one kind.
    pub fn new(classes: usize) -> Partition {
        let (are_about, are_targets) = (Vec::new(), Vec::new());
        Partition {
            list: vec![PartitionCell::default()],
            of: vec![0; classes],
            first: Vec::new(),
            are_about,
            are_targets,
        }
    }

    /// Sets some classes apart from those that have been of the same kind.
    pub fn part(&mut self, classes: &[ClassId], change: impl Fn(&mut PartitionCell)) {
        let mut parted: Vec<Option<CellId>> = vec![None; self.list.len()];
        for &class in classes {
            let Some(of) = self.of.get_mut(class) else { continue };
            let (Some(new), Some(old)) = (parted.get_mut(*of), self.list.get(*of)) else { continue };
            *of = match *new {
                Some(new) => new,
                None => {
                    let mut kind = old.clone();
                    change(&mut kind);
                    self.list.push(kind);
                    *new.insert(self.list.len() - 1)
                }
            };
        }
    }

    /// Finds the kinds that each selector names, by its classes.
    pub fn find(&mut self, lists: &[Vec<ClassId>]) {
        for classes in lists {
            let mut first: Vec<(ClassId, CellId)> = Vec::new();
            for &class in classes {
                let kind = self.of(class);
                if !first.iter().any(|&(_, known)| known == kind) {
                    first.push((class, kind));
                }
            }
            let any =
                |is_one: fn(&PartitionCell) -> bool| first.iter().any(|&(_, kind)| self.get(kind).is_some_and(is_one));
            let (is_about, is_target) = (any(|kind| kind.is_about), any(|kind| !kind.targets.is_empty()));
            self.are_about.push(is_about);
            self.are_targets.push(is_target);
            self.first.push(first);
        }
    }

    pub fn get(&self, kind: CellId) -> Option<&PartitionCell> {
        self.list.get(kind)
    }

    /// The kind of a class.
    pub fn of(&self, class: ClassId) -> CellId {
        self.of.get(class).copied().unwrap_or_default()
    }

    /// Whether the invariant is about some class that the selectors name.
    pub fn are_about(&self, selectors: &[SelectorId]) -> bool {
        selectors.iter().any(|&id| self.are_about.get(id).is_some_and(|&is_about| is_about))
    }

    /// Whether some class that the selectors name is of a target.
    pub fn are_targets(&self, selectors: &[SelectorId]) -> bool {
        selectors.iter().any(|&id| self.are_targets.get(id).is_some_and(|&is_target| is_target))
    }

    /// The first class of each kind that one of the selectors names, in order.
    pub fn among(&self, selectors: &[SelectorId]) -> Vec<(ClassId, CellId)> {
        let all = selectors.iter().filter_map(|&id| self.first.get(id)).flatten();
        let mut all: Vec<(ClassId, CellId)> = all.copied().collect();
        all.sort_unstable();
        let mut seen = Vec::new();
        all.retain(|&(_, kind)| {
            let is_new = !seen.contains(&kind);
            seen.push(kind);
            is_new
        });
        all
    }
}
