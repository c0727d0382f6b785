use std::collections::HashMap;

use crate::diff::class_sets::{ClassSets, SetId};
use policy_core::access::sorted;
use policy_core::proof::ClassId;

/// The relation of a set of classes to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    Disjoint,
    Partial,
    /// It contains the other set.
    Covers,
}

/// An index of regions by the classes at one of their ends.
pub(super) struct OverlapIndex<'s> {
    sets: &'s ClassSets,
    /// By class, the sets that contain it.
    sets_by_class: Vec<Vec<SetId>>,
    /// By class, the number of regions that contain it.
    region_counts: Vec<usize>,
    regions_by_set: Vec<Vec<usize>>,
    overlaps: HashMap<(SetId, SetId), Overlap>,
    /// By set, the number of classes in common with the set that is looked up. All counts are 0
    /// between look-ups.
    shared_counts: Vec<usize>,
}

impl<'s> OverlapIndex<'s> {
    /// Builds the index of regions from the sets at one of their ends.
    pub(super) fn new(sets: &'s ClassSets, classes: usize, region_sets: impl Iterator<Item = SetId>) -> Self {
        let mut regions_by_set = vec![Vec::new(); sets.len()];
        for (region, set) in region_sets.enumerate() {
            if let Some(regions) = regions_by_set.get_mut(set) {
                regions.push(region);
            }
        }
        let (mut sets_by_class, mut region_counts) = (vec![Vec::new(); classes], vec![0; classes]);
        for (set, regions) in regions_by_set.iter().enumerate().filter(|(_, regions)| !regions.is_empty()) {
            for &class in sets.classes(set) {
                if let (Some(sets), Some(count)) = (sets_by_class.get_mut(class), region_counts.get_mut(class)) {
                    sets.push(set);
                    *count += regions.len();
                }
            }
        }
        let shared_counts = vec![0; sets.len()];
        OverlapIndex { sets, sets_by_class, region_counts, regions_by_set, overlaps: HashMap::new(), shared_counts }
    }

    /// Returns an upper bound of the number of regions that overlap a set.
    pub(super) fn estimate(&self, set: SetId) -> usize {
        self.sets.classes(set).iter().filter_map(|&class| self.region_counts.get(class)).sum()
    }

    /// Returns the regions that have a class in common with a set, and the relation of each to the
    /// set.
    pub(super) fn overlapping(&mut self, set: SetId) -> Vec<(usize, Overlap)> {
        let classes = self.sets.classes(set);
        let mut others = Vec::new();
        for &other in classes.iter().filter_map(|&class| self.sets_by_class.get(class)).flatten() {
            if let Some(count) = self.shared_counts.get_mut(other) {
                if *count == 0 {
                    others.push(other);
                }
                *count += 1;
            }
        }
        let mut found = Vec::new();
        for other in others {
            let count = self.shared_counts.get_mut(other).map_or(0, std::mem::take);
            let overlap = if count == classes.len() { Overlap::Covers } else { Overlap::Partial };
            found.extend(self.regions_by_set.get(other).into_iter().flatten().map(|&region| (region, overlap)));
        }
        found
    }

    /// Returns the relation of `other` to `set`.
    pub(super) fn overlap(&mut self, set: SetId, other: SetId) -> Overlap {
        if set == other {
            return Overlap::Covers;
        }
        let (classes, others) = (self.sets.classes(set), self.sets.classes(other));
        // Comparing a small set is as fast as looking up the result.
        if classes.len().min(others.len()) <= SMALL {
            return compare(classes, others);
        }
        *self.overlaps.entry((set, other)).or_insert_with(|| compare(classes, others))
    }
}

/// Comparisons with sets of at most this size are not cached.
const SMALL: usize = 16;

/// Returns the relation of `others` to `classes`.
fn compare(classes: &[ClassId], others: &[ClassId]) -> Overlap {
    let (short, long) = if classes.len() <= others.len() { (classes, others) } else { (others, classes) };
    match short.iter().filter(|&&class| sorted::contains(long, class)).count() {
        0 => Overlap::Disjoint,
        count if count == classes.len() => Overlap::Covers,
        _ => Overlap::Partial,
    }
}
