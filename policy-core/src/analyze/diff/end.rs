//! Which regions meet at one of their ends.

use std::collections::{HashMap, HashSet};

use super::part::common;
use super::world::{SetId, Sets};

/// How the classes of one set lie to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    None,
    Some,
    /// It has all of the other's
    All,
}

/// Which regions have a class at one end.
pub(super) struct End<'w> {
    pub(super) sets: &'w Sets,
    /// By class, the sets that have it
    with_class: Vec<Vec<SetId>>,
    /// By set, the regions that have it
    regions: Vec<Vec<usize>>,
    overlaps: HashMap<(SetId, SetId), Overlap>,
    /// By set, how many regions are looked at to find those that meet it
    weights: HashMap<SetId, usize>,
}

impl<'w> End<'w> {
    pub(super) fn new(sets: &'w Sets, classes: usize, of_regions: impl Iterator<Item = SetId>) -> Self {
        let mut regions = vec![Vec::new(); sets.len()];
        for (number, set) in of_regions.enumerate() {
            if let Some(list) = regions.get_mut(set) {
                list.push(number);
            }
        }
        let mut with_class = vec![Vec::new(); classes];
        for (set, _) in regions.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
            for &class in sets.classes(set) {
                if let Some(list) = with_class.get_mut(class) {
                    list.push(set);
                }
            }
        }
        End { sets, with_class, regions, overlaps: HashMap::new(), weights: HashMap::new() }
    }

    /// The sets that have a class in common with this one, perhaps more than once.
    fn near(&self, set: SetId) -> impl Iterator<Item = SetId> {
        self.sets.classes(set).iter().filter_map(|&class| self.with_class.get(class)).flatten().copied()
    }

    pub(super) fn weight(&mut self, set: SetId) -> usize {
        if let Some(&weight) = self.weights.get(&set) {
            return weight;
        }
        let count = |set: SetId| self.regions.get(set).map_or(0, Vec::len);
        let weight = self.near(set).map(count).sum();
        self.weights.insert(set, weight);
        weight
    }

    /// The regions that share a class with a set.
    pub(super) fn meeting(&self, set: SetId) -> Vec<usize> {
        let sets: HashSet<SetId> = self.near(set).collect();
        sets.into_iter().filter_map(|set| self.regions.get(set)).flatten().copied().collect()
    }

    /// How the classes of `other` lie to those of `set`.
    pub(super) fn overlap(&mut self, set: SetId, other: SetId) -> Overlap {
        let sets = self.sets;
        if set == other {
            return Overlap::All;
        }
        *self.overlaps.entry((set, other)).or_insert_with(|| {
            let (list, others) = (sets.classes(set), sets.classes(other));
            match common(list, others).len() {
                0 => Overlap::None,
                count if count == list.len() => Overlap::All,
                _ => Overlap::Some,
            }
        })
    }
}
