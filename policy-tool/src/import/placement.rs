//! Assigns a place to each comment in an entry, so that the macro writes the comments in the order
//! of the file.

use std::collections::HashMap;

use super::tree::Slot;
use crate::comment::{Child, Content, Lines};

/// The comments of an entry by their place. Fields are added in the order of the file.
///
/// A comment on the entry or on a whole field goes above the entry. After a comment on an item,
/// that would change the order. So it goes to the next item, or below the entry.
#[derive(Default)]
pub(super) struct Placement {
    /// Comments above the entry.
    pub(super) docs: Lines,
    /// Comments on items.
    pub(super) slots: HashMap<Slot, Lines>,
    /// Comments below the entry. If another item follows, they move to it.
    pub(super) after: Lines,
    /// All comments, in the order of the file.
    all: Lines,
    last: Slot,
    is_out_of_order: bool,
    has_json: bool,
}

impl Placement {
    /// Adds comments about the entry.
    pub(super) fn add_to_entry(&mut self, lines: &[String]) {
        self.all.extend_from_slice(lines);
        if self.last == (0, 0) { &mut self.docs } else { &mut self.after }.extend_from_slice(lines);
    }

    /// Adds comments about a field. They belong to the field's statement, if it has one.
    pub(super) fn add_to_field(&mut self, lines: &[String], statement: Option<Slot>) {
        match statement {
            Some(slot) => self.add_to_item(slot, lines),
            None => self.add_to_entry(lines),
        }
    }

    /// Adds the comments before a field.
    pub(super) fn add_before_field(&mut self, child: &Child, statement: Option<Slot>) {
        child.comments.alone.iter().for_each(|lines| self.add_to_field(lines, statement));
        self.add_to_field(&child.comments.above, statement);
    }

    fn add_to_item(&mut self, slot: Slot, lines: &[String]) {
        self.all.extend_from_slice(lines);
        if !lines.is_empty() {
            let mut waiting = std::mem::take(&mut self.after);
            waiting.extend_from_slice(lines);
            self.place(slot, waiting);
        }
    }

    fn place(&mut self, slot: Slot, lines: Lines) {
        if !lines.is_empty() {
            self.is_out_of_order |= slot < self.last;
            self.last = slot;
            self.slots.entry(slot).or_default().extend(lines);
        }
    }

    /// Returns true if this slot or a later one already has a comment.
    pub(super) fn has_reached(&self, slot: Slot) -> bool {
        self.last >= slot
    }

    /// Adds the comments in a list, which is the value of the field with number `field`.
    pub(super) fn add_to_list(&mut self, field: usize, content: &Content, statement: Option<Slot>) {
        self.add_to_field(&content.open, statement);
        if !content.children.is_empty() {
            let waiting = std::mem::take(&mut self.after);
            self.place((field, 1), waiting);
        }
        for (index, child) in content.children.iter().enumerate() {
            let slot = (field, index + 1);
            child.comments.alone.iter().for_each(|lines| self.add_to_item(slot, lines));
            self.add_to_item(slot, &child.comments.above);
            self.add_to_item(slot, &child.comments.behind);
        }
        let statement = statement.filter(|_| !self.has_reached((field, 1)));
        content.end.iter().for_each(|lines| self.add_to_field(lines, statement));
    }

    /// Takes the comments that have no place yet, for a JSON value, which keeps its own comments.
    pub(super) fn take_for_json(&mut self, field: usize, has_comments: bool) -> Lines {
        let waiting = std::mem::take(&mut self.after);
        if has_comments || !waiting.is_empty() {
            self.is_out_of_order |= (field, 1) < self.last;
            self.last = (field, 1);
            self.has_json = true;
        }
        waiting
    }

    /// Takes the comments on an item.
    pub(super) fn take(&mut self, slot: Slot) -> Lines {
        self.slots.remove(&slot).unwrap_or_default()
    }

    /// Returns the placement, or `None` if only the entry's JSON preserves the order.
    pub(super) fn into_order(mut self) -> Option<Placement> {
        if !self.is_out_of_order {
            return Some(self);
        }
        if self.has_json {
            return None;
        }
        // The fields are in another order in the file, so all comments go above the entry in that
        // order.
        (self.docs, self.slots, self.after) = (std::mem::take(&mut self.all), HashMap::new(), Vec::new());
        Some(self)
    }
}
