use std::ops::Deref;

use crate::source::Origin;

/// The value of a list field: its items, and the place of the list if the field is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The items, in the order of the policy.
    pub items: Vec<T>,
    /// The brackets and everything between them. `None` if the field is absent or `null`, which
    /// mean the same.
    pub origin: Option<Origin>,
    /// True if some items could not be read. These are in [`super::Policy::unreadable`] and not in
    /// `items`.
    pub incomplete: bool,
}

impl<T> List<T> {
    /// Returns whether the field is absent, `null` or an empty list. A list whose items could not
    /// be read does not count as empty.
    pub fn is_absent_or_empty(&self) -> bool {
        self.items.is_empty() && !self.incomplete
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List { items: Vec::new(), origin: None, incomplete: false }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}
