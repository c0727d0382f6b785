//! Which regions meet at one of their ends.

use std::collections::HashMap;

use crate::diff::diff_world::{ClassSets, SetId};
use policy_core::proof::classes::ClassId;

/// How the classes of one set lie to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    None,
    Some,
    /// It has all of the other's
    All,
}

/// Which regions have a class at one end.
pub(super) struct ClassPairSet<'w> {
    pub(super) sets: &'w ClassSets,
    /// By class, the sets that have it
    with_class: Vec<Vec<SetId>>,
    /// By class, how many regions have it
    uses: Vec<usize>,
    /// By set, the regions that have it
    regions: Vec<Vec<usize>>,
    overlaps: HashMap<(SetId, SetId), Overlap>,
    /// By set, the classes that it has in common with the one that is looked at; nothing between looks
    shared: Vec<usize>,
}

impl<'w> ClassPairSet<'w> {
    pub(super) fn new(sets: &'w ClassSets, classes: usize, of_regions: impl Iterator<Item = SetId>) -> Self {
        let mut regions = vec![Vec::new(); sets.len()];
        for (number, set) in of_regions.enumerate() {
            if let Some(list) = regions.get_mut(set) {
                list.push(number);
            }
        }
        let (mut with_class, mut uses) = (vec![Vec::new(); classes], vec![0; classes]);
        for (set, list) in regions.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
            for &class in sets.classes(set) {
                if let (Some(sets), Some(uses)) = (with_class.get_mut(class), uses.get_mut(class)) {
                    sets.push(set);
                    *uses += list.len();
                }
            }
        }
        ClassPairSet { sets, with_class, uses, overlaps: HashMap::new(), shared: vec![0; regions.len()], regions }
    }

    /// How many regions are looked at to find those that meet a set.
    pub(super) fn weight(&self, set: SetId) -> usize {
        self.sets.classes(set).iter().filter_map(|&class| self.uses.get(class)).sum()
    }

    /// The regions that share a class with a set, each with how their classes lie to its.
    pub(super) fn meeting(&mut self, set: SetId) -> Vec<(usize, Overlap)> {
        let classes = self.sets.classes(set);
        let mut met = Vec::new();
        for &other in classes.iter().filter_map(|&class| self.with_class.get(class)).flatten() {
            if let Some(count) = self.shared.get_mut(other) {
                if *count == 0 {
                    met.push(other);
                }
                *count += 1;
            }
        }
        let mut regions = Vec::new();
        for other in met {
            let count = self.shared.get_mut(other).map_or(0, std::mem::take);
            let overlap = if count == classes.len() { Overlap::All } else { Overlap::Some };
            regions.extend(self.regions.get(other).into_iter().flatten().map(|&region| (region, overlap)));
        }
        regions
    }

    /// How the classes of `other` lie to those of `set`.
    pub(super) fn overlap(&mut self, set: SetId, other: SetId) -> Overlap {
        if set == other {
            return Overlap::All;
        }
        let (list, others) = (self.sets.classes(set), self.sets.classes(other));
        // A look is as fast as it is to remember.
        if list.len().min(others.len()) <= FEW {
            return overlap(list, others);
        }
        *self.overlaps.entry((set, other)).or_insert_with(|| overlap(list, others))
    }
}

/// Of how many classes it is not worth the memory to remember how they lie.
const FEW: usize = 16;

fn overlap(list: &[ClassId], others: &[ClassId]) -> Overlap {
    let (few, many) = if list.len() <= others.len() { (list, others) } else { (others, list) };
    match few.iter().filter(|class| many.binary_search(class).is_ok()).count() {
        0 => Overlap::None,
        count if count == list.len() => Overlap::All,
        _ => Overlap::Some,
    }
}
