//! The classes at one end of connections, by how many permits they are an end of.

use crate::access::selector_index::SelectorId;
use crate::proof::classes::{Class, ClassId};

/// What is known about the classes at one end.
pub struct EndWeights<'a, 'p> {
    classes: &'a [Class<'p>],
    /// By selector, its classes
    lists: &'a [Vec<ClassId>],
    /// By class, how many permits it is an end of: where there are few, coverage is least likely.
    weights: Vec<usize>,
    /// By selector, its class with the least weight
    rarest: Vec<Option<ClassId>>,
    /// By selector, those that have all of its classes, once somebody asked
    wider: Vec<Option<Vec<SelectorId>>>,
}

impl<'a, 'p> EndWeights<'a, 'p> {
    pub fn new(classes: &'a [Class<'p>], lists: &'a [Vec<ClassId>], permits: &[Vec<usize>]) -> Self {
        let weights = classes.iter().map(|class| uses(permits, &class.selectors)).collect();
        let mut end = EndWeights { classes, lists, weights, rarest: Vec::new(), wider: vec![None; lists.len()] };
        end.rarest = lists.iter().map(|list| end.lightest(list)).collect();
        end
    }

    pub fn has_some(&self, id: SelectorId) -> bool {
        self.rarest.get(id).is_some_and(Option::is_some)
    }

    fn weight(&self, class: ClassId) -> usize {
        self.weights.get(class).copied().unwrap_or_default()
    }

    /// Of some classes the one with the least weight; of equals the last, which is the one with the least of a name.
    pub fn lightest(&self, classes: &[ClassId]) -> Option<ClassId> {
        classes.iter().rev().copied().min_by_key(|&class| self.weight(class))
    }

    /// The same of all that some selectors name.
    pub fn least(&self, selectors: &[SelectorId]) -> Option<ClassId> {
        selectors.iter().filter_map(|&id| *self.rarest.get(id)?).min_by_key(|&class| self.weight(class))
    }

    /// Whether one of a few selectors has all that another has.
    pub fn has_wider(&mut self, small: SelectorId, few: &[SelectorId]) -> bool {
        if few.contains(&small) {
            return true;
        }
        let (Some(slot), Some(list)) = (self.wider.get_mut(small), self.lists.get(small)) else { return false };
        let wider = slot.get_or_insert_with(|| {
            let selectors = |&class: &ClassId| self.classes.get(class).map_or(&[][..], |class| &class.selectors);
            let mut wider = list.first().map_or(Vec::new(), |first| selectors(first).to_vec());
            for class in list {
                wider.retain(|id| selectors(class).binary_search(id).is_ok());
            }
            wider
        });
        few.iter().any(|big| wider.contains(big))
    }
}

/// How many permits or classes some selectors have, those twice that have two of them.
pub fn uses(lists: &[Vec<usize>], selectors: &[SelectorId]) -> usize {
    selectors.iter().filter_map(|&id| lists.get(id)).map(Vec::len).sum()
}
