//! Operations on texts.

use std::ops::Range;

/// Parts of a text, and what takes their places. No two of them overlap.
#[derive(Default)]
pub struct TextEdits(Vec<(Range<usize>, String)>);

impl TextEdits {
    /// Puts a text in the place of another one.
    pub fn replace(&mut self, range: Range<usize>, text: &str) {
        self.0.push((range, text.to_owned()));
    }

    /// Puts a text between two bytes.
    pub fn insert(&mut self, at: usize, text: &str) {
        self.replace(at..at, text);
    }

    /// Returns the text with all changes.
    pub fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut edited = String::with_capacity(text.len());
        let mut done = 0;
        for (range, replacement) in self.0 {
            edited.push_str(text.get(done..range.start).unwrap_or_default());
            edited.push_str(&replacement);
            done = range.end;
        }
        edited.push_str(text.get(done..).unwrap_or_default());
        edited
    }
}

/// Joins what each item is written as. The closure is not generic: each of many would be compiled anew.
pub fn join<T>(items: &[T], separator: &str, write: &dyn Fn(&T) -> String) -> String {
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(&write(item));
    }
    joined
}

/// Columns wider than that are not aligned.
const WIDEST: usize = 100;

/// Fills a text up with blanks to the width of its column, unless the column is too wide for a reader.
pub fn padded(text: &str, width: usize) -> String {
    let missing = width.min(WIDEST).saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// Joins names, each in backticks.
pub fn join_quoted(names: &[String], separator: &str) -> String {
    join(names, separator, &|name| format!("`{name}`"))
}

/// Returns the text without the mark that editors put in front of it, and that Tailscale never sees.
pub fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
