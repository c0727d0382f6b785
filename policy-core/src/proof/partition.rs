//! A partition of the classes at one end by an invariant's statements about them.
//!
//! An invariant distinguishes few cells, so it is usually enough to examine the first class of each
//! cell.

use crate::access::{Families, SelectorId};
use crate::proof::classes::{Class, ClassId};
use crate::proof::doubt::Openness;

/// A cell by its index in the partition.
pub(super) type CellId = usize;

/// The statements of an invariant about the classes of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct PartitionCell {
    /// The families of the classes' addresses.
    pub(super) families: Families,
    /// True if the classes exist only under an assumption that no fact states.
    pub(super) is_conditional: bool,
    /// The facts that may be true of the classes.
    pub(super) openness: Openness,
    /// True if the sources of the invariant, or the selectors that it isolates, name the classes.
    pub(super) is_named: bool,
    /// True if these may name the classes, depending on an unknown fact.
    pub(super) may_be_named: bool,
    /// True if the exceptions of its sources name the classes.
    pub(super) is_excepted: bool,
    /// The targets, by number, that name the classes.
    pub(super) targets: Vec<usize>,
    /// The exceptions, by number, that name the classes.
    pub(super) exceptions: Vec<usize>,
}

impl PartitionCell {
    /// Returns `true` if the classes are subjects of the invariant.
    pub(super) fn is_subject(&self) -> bool {
        self.is_named && !self.is_excepted
    }

    /// Returns the statements about classes that both cells describe.
    pub(super) fn and(&self, other: &PartitionCell) -> PartitionCell {
        let union = |a: &[usize], b: &[usize]| [a, b].concat();
        PartitionCell {
            families: self.families.common(other.families),
            is_named: self.is_named || other.is_named,
            is_excepted: self.is_excepted || other.is_excepted,
            targets: union(&self.targets, &other.targets),
            exceptions: union(&self.exceptions, &other.exceptions),
            ..self.clone()
        }
    }
}

/// A partition of the classes of one end into cells.
#[derive(Debug)]
pub(super) struct Partition {
    cells: Vec<PartitionCell>,
    /// By class: its cell.
    by_class: Vec<CellId>,
    /// By selector: the first class of each cell that it names, in order.
    firsts: Vec<Vec<(ClassId, CellId)>>,
    /// By selector: whether it names a subject of the invariant.
    has_subjects: Vec<bool>,
    /// By selector: whether it names a target of the invariant.
    has_targets: Vec<bool>,
}

impl Partition {
    /// Puts classes into initial cells, which do not depend on the invariant.
    pub(super) fn new(classes: &[Class], cell: impl Fn(&Class) -> PartitionCell) -> Partition {
        let (mut cells, mut by_class): (Vec<PartitionCell>, Vec<CellId>) = (Vec::new(), Vec::new());
        for class in classes {
            let cell = cell(class);
            let known = cells.iter().position(|known| *known == cell);
            by_class.push(known.unwrap_or(cells.len()));
            if known.is_none() {
                cells.push(cell);
            }
        }
        Partition { cells, by_class, firsts: Vec::new(), has_subjects: Vec::new(), has_targets: Vec::new() }
    }

    /// Splits every cell that has some of the classes, and applies `change` to the part that has them.
    pub(super) fn refine(&mut self, classes: &[ClassId], change: impl Fn(&mut PartitionCell)) {
        let mut split: Vec<Option<CellId>> = vec![None; self.cells.len()];
        for &class in classes {
            let Some(cell) = self.by_class.get_mut(class) else { continue };
            let (Some(new), Some(old)) = (split.get_mut(*cell), self.cells.get(*cell)) else { continue };
            *cell = match *new {
                Some(new) => new,
                None => {
                    let mut part = old.clone();
                    change(&mut part);
                    self.cells.push(part);
                    *new.insert(self.cells.len() - 1)
                }
            };
        }
    }

    /// Indexes the cells by selector, once the partition is final. `by_selector` has the classes of each selector.
    pub(super) fn index(&mut self, by_selector: &[Vec<ClassId>]) {
        for classes in by_selector {
            let mut firsts: Vec<(ClassId, CellId)> = Vec::new();
            for &class in classes {
                let cell = self.cell_of(class);
                if !firsts.iter().any(|&(_, known)| known == cell) {
                    firsts.push((class, cell));
                }
            }
            let cells = || firsts.iter().filter_map(|&(_, cell)| self.get(cell));
            let (has_subjects, has_targets) =
                (cells().any(PartitionCell::is_subject), cells().any(|cell| !cell.targets.is_empty()));
            self.has_subjects.push(has_subjects);
            self.has_targets.push(has_targets);
            self.firsts.push(firsts);
        }
    }

    /// Returns a cell.
    pub(super) fn get(&self, cell: CellId) -> Option<&PartitionCell> {
        self.cells.get(cell)
    }

    /// Returns the first class of every cell, in order.
    pub(super) fn firsts(&self) -> Vec<(ClassId, CellId)> {
        let mut seen = vec![false; self.cells.len()];
        let all = self.by_class.iter().enumerate();
        let is_new =
            |&(_, cell): &(ClassId, &CellId)| seen.get_mut(*cell).is_some_and(|seen| !std::mem::replace(seen, true));
        all.filter(is_new).map(|(class, &cell)| (class, cell)).collect()
    }

    /// Returns the cell of a class.
    pub(super) fn cell_of(&self, class: ClassId) -> CellId {
        self.by_class.get(class).copied().unwrap_or_default()
    }

    /// Returns `true` if the selectors name a subject of the invariant.
    pub(super) fn has_subject(&self, selectors: &[SelectorId]) -> bool {
        selectors.iter().any(|&id| self.has_subjects.get(id).is_some_and(|&has_subjects| has_subjects))
    }

    /// Returns `true` if the selectors name a target of the invariant.
    pub(super) fn has_target(&self, selectors: &[SelectorId]) -> bool {
        selectors.iter().any(|&id| self.has_targets.get(id).is_some_and(|&has_targets| has_targets))
    }

    /// Returns the first class of each cell that the selectors name, in order.
    pub(super) fn firsts_named_by(&self, selectors: &[SelectorId]) -> Vec<(ClassId, CellId)> {
        let all = selectors.iter().filter_map(|&id| self.firsts.get(id)).flatten();
        let mut all: Vec<(ClassId, CellId)> = all.copied().collect();
        all.sort_unstable();
        let mut seen = Vec::new();
        all.retain(|&(_, cell)| {
            let is_new = !seen.contains(&cell);
            seen.push(cell);
            is_new
        });
        all
    }
}
