//! The number of rules that name each class at one end.

use crate::access::{Family, SelectorId};
use crate::proof::classes::{Class, ClassId};

/// An index of the classes at one end that the fewest rules name. They are the least likely to be
/// covered.
pub(super) struct ClassRarity<'a, 'p> {
    classes: &'a [Class<'p>],
    /// By selector: its classes.
    by_selector: &'a [Vec<ClassId>],
    /// By class: the number of rules that name it.
    rule_counts: Vec<usize>,
    /// By selector: its class with the fewest rules in each family.
    rarest: Vec<[Option<ClassId>; 2]>,
    /// By selector: the selectors that name all of its classes. `None` until computed.
    wider: Vec<Option<Vec<SelectorId>>>,
}

impl<'a, 'p> ClassRarity<'a, 'p> {
    /// Counts the rules of each class. `rules` has the rules of each selector.
    pub(super) fn new(classes: &'a [Class<'p>], by_selector: &'a [Vec<ClassId>], rules: &[Vec<usize>]) -> Self {
        let rule_counts = classes.iter().map(|class| count_uses(rules, &class.selectors)).collect();
        let (rarest, wider) = (Vec::new(), vec![None; by_selector.len()]);
        let mut end = ClassRarity { classes, by_selector, rule_counts, rarest, wider };
        end.rarest = by_selector.iter().map(|classes| end.rarest_by_family(classes)).collect();
        end
    }

    fn rule_count(&self, class: ClassId) -> usize {
        self.rule_counts.get(class).copied().unwrap_or_default()
    }

    /// Returns the class with the fewest rules. Of several, it is the last, which has the least
    /// specific name.
    pub(super) fn rarest_of(&self, classes: &[ClassId]) -> Option<ClassId> {
        classes.iter().rev().copied().min_by_key(|&class| self.rule_count(class))
    }

    fn rarest_by_family(&self, classes: &[ClassId]) -> [Option<ClassId>; 2] {
        let (mut rarest, mut counts) = ([None; 2], [usize::MAX; 2]);
        for &class in classes.iter().rev() {
            let (count, families) = (self.rule_count(class), self.classes.get(class).map(|class| class.families));
            for (family, (rarest, fewest)) in Family::BOTH.into_iter().zip(rarest.iter_mut().zip(&mut counts)) {
                if count < *fewest && families.is_some_and(|families| families.contains(family)) {
                    (*rarest, *fewest) = (Some(class), count);
                }
            }
        }
        rarest
    }

    /// Returns, for each family, the class with the fewest rules among all that the selectors name.
    pub(super) fn rarest_named_by(&self, selectors: &[SelectorId]) -> [Option<ClassId>; 2] {
        let [mut v4, mut v6] = [None; 2];
        for &id in selectors {
            if let Some(&[next_v4, next_v6]) = self.rarest.get(id) {
                (v4, v6) = (self.rarer(v4, next_v4), self.rarer(v6, next_v6));
            }
        }
        [v4, v6]
    }

    /// Returns the class with fewer rules, or the first if both have the same number.
    fn rarer(&self, first: Option<ClassId>, second: Option<ClassId>) -> Option<ClassId> {
        match (first, second) {
            (Some(one), Some(other)) => Some(if self.rule_count(other) < self.rule_count(one) { other } else { one }),
            (one, other) => one.or(other),
        }
    }

    /// Returns `true` if any of a few selectors names everything that `narrow` names.
    pub(super) fn has_wider(&mut self, narrow: SelectorId, few: &[SelectorId]) -> bool {
        if few.contains(&narrow) {
            return true;
        }
        let (Some(slot), Some(named)) = (self.wider.get_mut(narrow), self.by_selector.get(narrow)) else {
            return false;
        };
        let wider = slot.get_or_insert_with(|| {
            let selectors = |&class: &ClassId| self.classes.get(class).map_or(&[][..], |class| &class.selectors);
            let mut wider = named.first().map_or(Vec::new(), |first| selectors(first).to_vec());
            for class in named {
                wider.retain(|id| selectors(class).binary_search(id).is_ok());
            }
            wider
        });
        few.iter().any(|wide| wider.contains(wide))
    }
}

/// Returns the number of rules or classes of the selectors. Those of two selectors count twice.
pub(super) fn count_uses(lists: &[Vec<usize>], selectors: &[SelectorId]) -> usize {
    selectors.iter().filter_map(|&id| lists.get(id)).map(Vec::len).sum()
}
