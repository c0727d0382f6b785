use policy_core::model::{Level, Lint, PolicyComment};
use policy_core::source::{FileId, Origin};

use super::names::Resolved;
use super::source_map::{SourceMap, Use};
use crate::token_range::TokenRange;
use crate::tree::{Allow, Comment, Marks, Until};

/// A HuJSON text that is being written, with the tokens that each part came from.
///
/// White space is left to the formatter. Only the line breaks that make it expand something are
/// written.
pub(super) struct Text {
    text: String,
    file: FileId,
    map: SourceMap,
}

impl Text {
    /// Makes an empty text whose map continues that of another.
    pub(super) fn new(file: FileId, map: SourceMap) -> Self {
        Text { text: String::new(), file, map }
    }

    pub(super) fn finish(self) -> (String, SourceMap) {
        (self.text, self.map)
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn position(&self) -> usize {
        self.text.len()
    }

    /// Returns the range written since `start`. In a text of more than 4 GiB, which the reader
    /// refuses, there is none.
    pub(super) fn since(&self, start: usize) -> Option<Origin> {
        let (start, end) = (u32::try_from(start).ok()?, u32::try_from(self.position()).ok()?);
        Some(Origin { file: self.file, start, end })
    }

    pub(super) fn add(&mut self, start: usize, place: TokenRange, used: Option<Use>) {
        if let Some(origin) = self.since(start) {
            self.map.add(origin, place, used);
        }
    }

    /// Maps everything that `write` writes to `place`, except for parts with a more exact place.
    pub(super) fn map(&mut self, place: TokenRange, write: impl FnOnce(&mut Self)) {
        let start = self.position();
        write(self);
        self.add(start, place, None);
    }

    pub(super) fn string(&mut self, text: &str, place: TokenRange) {
        self.string_used(text, place, None);
    }

    /// Writes a string, which may come from a `let`, with the use of the `let`.
    fn string_used(&mut self, text: &str, place: TokenRange, used: Option<Use>) {
        self.string_with(place, used, |string| string.plain(text));
    }

    /// Writes a string whose parts have places of their own.
    pub(super) fn string_with(&mut self, place: TokenRange, used: Option<Use>, write: impl FnOnce(&mut StringParts)) {
        let start = self.position();
        self.text.push('"');
        write(&mut StringParts(self));
        self.text.push('"');
        self.add(start, place, used);
    }

    /// Writes the name of a member of the policy file.
    pub(super) fn key(&mut self, name: &str) {
        self.text.push('"');
        self.escape(name);
        self.text.push_str("\": ");
    }

    /// Writes the name of a member that also appears in the source.
    pub(super) fn key_at(&mut self, name: &str, place: TokenRange) {
        self.string(name, place);
        self.text.push_str(": ");
    }

    fn escape(&mut self, text: &str) {
        // Names and most texts need no escapes.
        if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
            return self.text.push_str(text);
        }
        for char in text.chars() {
            match char {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{0}'..='\u{1f}' => self.text.push_str(&format!("\\u{:04x}", u32::from(char))),
                char => self.text.push(char),
            }
        }
    }

    /// Writes a list of names, on one line or, if one has a comment, with one item on each line.
    pub(super) fn list(&mut self, items: &[Resolved]) {
        let expanded = items.iter().any(|item| !item.docs.is_empty());
        self.text.push('[');
        if expanded {
            self.text.push('\n');
        }
        for item in items {
            self.comments(item.docs);
            self.string_used(&item.text, item.place, item.used.clone());
            self.text.push_str(if expanded { ",\n" } else { ", " });
        }
        self.text.push(']');
    }

    /// Writes the lines of comments.
    pub(super) fn comments(&mut self, comments: &[Comment]) {
        for line in comments.iter().flat_map(|comment| &comment.lines) {
            self.line(line);
        }
    }

    /// Writes a comment that is separated from the text above and below.
    pub(super) fn note(&mut self, note: &Comment) {
        self.text.push('\n');
        self.comments(std::slice::from_ref(note));
        self.text.push('\n');
    }

    /// Writes the description of an entry and its allowed warnings.
    pub(super) fn marks(&mut self, marks: &Marks) {
        self.comments(&marks.docs);
        self.allows(&marks.allows);
    }

    /// Writes the comments that allow warnings in the next item.
    pub(super) fn allows(&mut self, allows: &[Allow]) {
        for Allow { codes, until, reason } in allows {
            let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
            let comment = Lint::comment(Level::Allow, codes.iter().copied(), until.map(|until| until.date), &reason);
            let start = self.position();
            self.line(&format!(" {comment}"));
            if let Some(until) = until {
                self.add(start, until.place, None);
            }
        }
    }

    /// Writes the comment with the end date of the next item.
    pub(super) fn until(&mut self, until: Until) {
        self.map(until.place, |out| out.line(&format!(" {}", PolicyComment::until(until.date))));
    }

    /// Writes a line of a comment, starting after its slashes.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str("//");
        // A line break inside would end the comment.
        self.text.extend(line.chars().map(|char| if matches!(char, '\n' | '\r') { ' ' } else { char }));
        self.text.push('\n');
    }
}

/// The content of a string literal.
pub(super) struct StringParts<'t>(&'t mut Text);

impl StringParts<'_> {
    pub(super) fn part(&mut self, text: &str, place: TokenRange) {
        let start = self.0.position();
        self.0.escape(text);
        self.0.add(start, place, None);
    }

    pub(super) fn plain(&mut self, text: &str) {
        self.0.escape(text);
    }
}
