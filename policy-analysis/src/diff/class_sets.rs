use std::collections::HashMap;
use std::rc::Rc;

use crate::diff::interner::Interner;
use policy_core::access::SelectorId;
use policy_core::proof::ClassId;

/// A list of classes by its number in [`ClassSets`].
pub(super) type SetId = usize;

/// The distinct lists of classes at one end of rules. Each list is sorted.
#[derive(Debug, Default)]
pub(super) struct ClassSets {
    lists: Interner<Rc<[ClassId]>>,
    by_selectors: HashMap<Vec<SelectorId>, SetId>,
}

impl ClassSets {
    pub(super) fn classes(&self, set: SetId) -> &[ClassId] {
        self.lists.get(set).map_or(&[], |list| list)
    }

    pub(super) fn len(&self) -> usize {
        self.lists.len()
    }

    pub(super) fn intern(&mut self, classes: Vec<ClassId>) -> SetId {
        self.lists.intern(classes.into())
    }

    /// Returns the list that selectors stand for. It is resolved only once.
    pub(super) fn intern_named(
        &mut self,
        selectors: &[SelectorId],
        resolve: impl FnOnce(&[SelectorId]) -> Vec<ClassId>,
    ) -> SetId {
        if let Some(&set) = self.by_selectors.get(selectors) {
            return set;
        }
        let set = self.intern(resolve(selectors));
        self.by_selectors.insert(selectors.to_vec(), set);
        set
    }
}

/// The lists of classes at both ends of rules.
#[derive(Debug, Default)]
pub(super) struct EndSets {
    pub(super) sources: ClassSets,
    pub(super) destinations: ClassSets,
}
