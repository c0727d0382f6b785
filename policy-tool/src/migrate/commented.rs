//! Lists and objects with their comments, as text that is not indented yet. The official formatter
//! does that.

use crate::comment::{Child, Comments, Content, Lines};

/// A member or an element: its text and its comments.
#[derive(Clone, Default)]
pub(super) struct Item {
    pub(super) comments: Comments,
    pub(super) text: String,
}

/// The items of a list or an object, with all comments.
#[derive(Clone, Default)]
pub(super) struct Items {
    pub(super) open: Lines,
    pub(super) items: Vec<Item>,
    pub(super) end: Vec<Lines>,
    /// True if each item has its own line, which is necessary if there is a comment.
    pub(super) is_broken: bool,
}

impl Item {
    /// Returns an item without comments.
    pub(super) fn new(text: impl Into<String>) -> Item {
        Item { text: text.into(), ..Item::default() }
    }

    /// Returns an item with the comments of a child, and without a text.
    pub(super) fn from_child(child: &Child) -> Item {
        Item { comments: child.comments.clone(), ..Item::default() }
    }

    /// Adds the comments of a child.
    pub(super) fn take(&mut self, child: &Child) {
        self.comments.extend(&child.comments);
    }

    /// Adds the comments of a child that is left out. They are separate comments now.
    pub(super) fn take_above(&mut self, child: &Child) {
        let Comments { alone, above, behind, .. } = &child.comments;
        self.comments.alone.extend_from_slice(alone);
        self.comments.above.extend(above.iter().chain(behind).cloned());
    }
}

impl Items {
    /// Creates an empty list with the comments at the ends of a list or an object, or of a part of
    /// it.
    pub(super) fn from_content(content: &Content, is_broken: bool, has_start: bool, has_end: bool) -> Items {
        let open = if has_start { content.open.clone() } else { Lines::new() };
        let end = if has_end { content.end.clone() } else { Vec::new() };
        Items { open, items: Vec::new(), end, is_broken }
    }

    pub(super) fn list(&self) -> String {
        self.brackets("[", "]")
    }

    pub(super) fn object(&self) -> String {
        self.brackets("{", "}")
    }

    fn brackets(&self, open: &str, close: &str) -> String {
        let has_comments = !(self.open.is_empty() && self.end.is_empty());
        if !(self.is_broken || has_comments || self.items.iter().any(|item| !item.comments.is_empty())) {
            let texts: Vec<&str> = self.items.iter().map(|item| item.text.as_str()).collect();
            return format!("{open}{}{close}", texts.join(", "));
        }
        let mut text = open.to_owned();
        behind(&mut text, &self.open);
        text.push_str(&self.inside());
        text.push_str(close);
        text
    }

    /// Returns the items, each on its own line, and the comments after them.
    pub(super) fn inside(&self) -> String {
        let mut text = String::new();
        for (index, item) in self.items.iter().enumerate() {
            if item.comments.is_apart {
                text.push('\n');
            }
            alone(&mut text, &item.comments.alone);
            lines(&mut text, &item.comments.above);
            text.push_str(&item.text);
            if index + 1 < self.items.len() {
                text.push(',');
            }
            behind(&mut text, &item.comments.behind);
        }
        // The formatter removes an empty line before the bracket.
        alone(&mut text, &self.end);
        text
    }
}

/// Writes comments that are not about the value below them.
fn alone(text: &mut String, groups: &[Lines]) {
    for group in groups {
        lines(text, group);
        text.push('\n');
    }
}

/// Writes comments, each on its own line.
fn lines(text: &mut String, comments: &[String]) {
    for comment in comments {
        text.push_str(comment);
        text.push('\n');
    }
}

/// Writes comments at the end of the current line, as many as can be on one line, and ends the
/// line.
fn behind(text: &mut String, comments: &[String]) {
    for comment in comments {
        text.push(' ');
        text.push_str(comment);
        if comment.starts_with("//") {
            text.push('\n');
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
}
