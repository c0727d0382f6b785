//! A writer that keeps track of the width of its lines.

use super::tree::Remark;

/// The initial capacity. Most lines fit, so that they are not reallocated.
const LINE: usize = 128;

/// A writer of lines. The first line already has its indentation.
pub(super) struct Writer<'s> {
    /// The file that the comments are from.
    source: &'s str,
    text: String,
    /// The indentation of the current line.
    indent: usize,
    /// The width of the current line.
    column: usize,
    /// The width of the widest previous line.
    widest: usize,
    is_at_start: bool,
    /// True if a comment has ended this line.
    must_break: bool,
    /// True if the text is only measured.
    is_sketch: bool,
}

impl<'s> Writer<'s> {
    /// Makes a writer whose first line is indented by `indent` and starts at `column`.
    pub(super) fn new(source: &'s str, indent: usize, column: usize) -> Self {
        Writer {
            source,
            text: String::with_capacity(LINE),
            indent,
            column,
            widest: 0,
            is_at_start: true,
            must_break: false,
            is_sketch: false,
        }
    }

    /// Makes a writer that measures the widths of lines. Parts that always have lines of their own
    /// are left out, so that each part is written only once, however deep it is.
    pub(super) fn sketch(source: &'s str, indent: usize, column: usize) -> Self {
        Writer { is_sketch: true, ..Writer::new(source, indent, column) }
    }

    pub(super) fn is_sketch(&self) -> bool {
        self.is_sketch
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// Returns the width of the widest line, not counting comments after it.
    pub(super) fn width(&self) -> usize {
        self.widest.max(self.column)
    }

    /// Returns whether everything is on the first line, and more text can follow there.
    pub(super) fn is_one_line(&self) -> bool {
        !self.must_break && !self.text.contains('\n')
    }

    /// Returns whether a comment has ended this line, so that the next text must start another.
    pub(super) fn must_break(&self) -> bool {
        self.must_break
    }

    /// Starts a line.
    pub(super) fn line(&mut self, indent: usize) {
        self.widest = self.widest.max(self.column);
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        (self.indent, self.column, self.is_at_start, self.must_break) = (indent, indent, true, false);
    }

    /// Writes a part of a line, with a space before it unless it starts the line. Starts another
    /// line if a comment ended this one.
    pub(super) fn word(&mut self, text: &str, spaced: bool, indent: usize) {
        if self.must_break {
            self.line(indent);
        } else if spaced && !self.is_at_start {
            self.push(" ");
        }
        self.push(text);
    }

    /// Writes a comment within a line.
    pub(super) fn comment_beside(&mut self, remark: &Remark, indent: usize) {
        let space = usize::from(!self.is_at_start && !self.must_break);
        let column = if self.must_break { indent } else { self.column + space };
        self.word(&self.moved(remark, column), true, indent);
    }

    /// Writes comments on their own lines.
    pub(super) fn comments_above(&mut self, remarks: &[Remark], indent: usize) {
        for remark in remarks {
            if !self.is_at_start {
                self.line(indent);
            }
            self.comment_beside(remark, indent);
            self.must_break = true;
        }
    }

    /// Writes comments that end the line. The width does not change, because a comment is not a
    /// reason to split a line.
    pub(super) fn comments_behind(&mut self, remarks: &[Remark], indent: usize) {
        let column = self.column;
        for remark in remarks {
            self.comment_beside(remark, indent);
        }
        if !remarks.is_empty() {
            (self.column, self.must_break) = (column, true);
        }
    }

    /// Appends the text of another writer that began at the current position.
    pub(super) fn append(&mut self, other: Writer) {
        self.text.push_str(&other.text);
        if other.text.contains('\n') {
            self.indent = other.indent;
        }
        self.widest = self.widest.max(other.widest);
        (self.column, self.is_at_start, self.must_break) = (other.column, other.is_at_start, other.must_break);
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.is_at_start = false;
        for letter in text.chars() {
            if letter == '\n' {
                self.widest = self.widest.max(self.column);
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
    }

    /// Returns the text of a comment that now starts in another column. Its later lines move by the
    /// same distance.
    fn moved(&self, remark: &Remark, column: usize) -> String {
        let before = self.source.get(..remark.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        if !remark.text.contains('\n') || line.contains('\t') {
            return remark.text.to_owned();
        }
        let old = line.chars().count();
        let mut lines = remark.text.split('\n');
        let mut moved = lines.next().unwrap_or_default().trim_end().to_owned();
        for line in lines {
            let content = line.trim_start_matches(' ');
            let blanks = (line.len() - content.len() + column).saturating_sub(old);
            let content = content.trim_end();
            moved.push('\n');
            moved.extend(std::iter::repeat_n(' ', if content.is_empty() { 0 } else { blanks }));
            moved.push_str(content);
        }
        moved
    }
}
