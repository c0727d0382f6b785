//! The formatter's output, written without recursion.

use crate::hujson::document::{Document, Kind, NONE, NodeId};
use crate::hujson::extra::{commented, has_comment};
use crate::hujson::format::alignment::Alignment;
use crate::hujson::format::expansion::Layout;
use crate::hujson::format::literal;
use crate::hujson::format::space::Space;

/// The maximum number of bytes. Indentation and alignment can make the result for a malicious text
/// quadratic in its size. No real policy reaches the limit.
const LIMIT: usize = 1 << 30;

/// Returns the formatted text. `None` if it has more than 1 GiB.
pub(super) fn written(document: &Document, layouts: &[Layout]) -> Option<String> {
    let out = String::with_capacity(document.text().len() * 5 / 4);
    let mut writer = Writer { document, layouts, out, line_ends: 0, alignment: Alignment::default(), open: Vec::new() };
    writer.document()?;
    let Writer { out, alignment, .. } = writer;
    alignment.applied(out, LIMIT)
}

struct Writer<'a> {
    document: &'a Document,
    layouts: &'a [Layout],
    out: String,
    /// The number of line ends written so far, except before closing brackets.
    line_ends: usize,
    alignment: Alignment,
    open: Vec<Open>,
}

/// An array or object that has not been closed.
#[derive(Clone, Copy)]
struct Open {
    id: NodeId,
    is_object: bool,
    is_expanded: bool,
    /// The number of tabs of the line that it starts on.
    depth: usize,
    /// The next element, or the name of the next member. [`NONE`] at the end.
    next: u32,
    /// The last element, or member's value, that was started.
    last: Option<NodeId>,
    /// The start of the rows of its members.
    rows: usize,
    /// The item that was started. It is complete when this array or object is the innermost again.
    item: Option<Item>,
}

/// An element or member.
#[derive(Clone, Copy)]
struct Item {
    /// Its start in the output.
    start: usize,
    value_start: usize,
    /// The number of line ends before it.
    line_ends_in_front: usize,
    /// The number of line ends that had been written at its start.
    line_ends: usize,
}

impl<'a> Writer<'a> {
    fn document(&mut self) -> Option<()> {
        let root = self.document.root();
        Space { no_empty_first: true, ..Space::default() }.write(self.document.before(root), &mut self.out);
        let blank = self.out.len() - self.out.trim_start().len();
        self.out.drain(..blank);
        self.value(root, 0);
        while let Some(open) = self.open.last_mut() {
            let item = open.item.take();
            let open = *open;
            match (item, open.next) {
                (Some(item), _) => self.end_item(open, item),
                (None, NONE) => self.close(open),
                (None, _) => self.item(open),
            }
            if self.out.len() > LIMIT {
                return None;
            }
        }
        Space { ends_line: true, no_empty_last: true, ..Space::default() }
            .write(self.document.after(root), &mut self.out);
        Some(())
    }

    /// Writes a literal, or opens an array or object.
    fn value(&mut self, id: NodeId, depth: usize) {
        let node = self.document.node(id);
        let is_object = node.kind == Kind::Object;
        if !is_object && node.kind != Kind::Array {
            self.out.push_str(&literal(self.document, id));
            return;
        }
        let layout = self.layouts.get(id.0 as usize).copied().unwrap_or(Layout::OneLine);
        if layout == Layout::Unchanged {
            self.out.push_str(self.document.source(id));
            return;
        }
        self.out.push(if is_object { '{' } else { '[' });
        self.open.push(Open {
            id,
            is_object,
            is_expanded: layout == Layout::Expanded,
            depth,
            next: node.child,
            last: None,
            rows: self.alignment.rows(),
            item: None,
        });
    }

    /// Writes the next element, or the name of the next member, and starts its value.
    fn item(&mut self, open: Open) {
        let first = NodeId(open.next);
        let is_first = open.last.is_none();
        let in_front = Space {
            depth: open.depth + 1,
            starts_line: open.is_expanded,
            no_empty_first: is_first,
            if_empty: if is_first { "" } else { " " },
            ..Space::default()
        };
        let line_ends_in_front = self.space(in_front, self.document.before(first));
        let (start, line_ends) = (self.out.len(), self.line_ends);

        let mut value = first;
        let mut depth = open.depth + usize::from(open.is_expanded);
        if open.is_object {
            value = NodeId(self.document.node(first).next);
            let around_colon = Space::around_punctuation(open.depth + 2);
            self.out.push_str(&literal(self.document, first));
            self.space(around_colon, commented(self.document.after(first)));
            self.out.push(':');
            self.space(Space { if_empty: " ", ..around_colon }, self.document.before(value));
            depth += usize::from(self.line_ends > line_ends);
        }
        let item = Item { start, value_start: self.out.len(), line_ends_in_front, line_ends };
        if let Some(open) = self.open.last_mut() {
            open.next = self.document.node(value).next;
            open.last = Some(value);
            open.item = Some(item);
        }
        self.value(value, depth);
    }

    /// Writes white space and comments. Returns the number of line ends.
    fn space(&mut self, space: Space, extra: &str) -> usize {
        let line_ends = space.write(extra, &mut self.out);
        self.line_ends += line_ends;
        line_ends
    }

    /// Writes the text after an element or member.
    fn end_item(&mut self, open: Open, item: Item) {
        let end = self.end(open);
        if end.comma {
            self.space(Space::around_punctuation(open.depth + 2), end.before_comma);
            self.out.push(',');
        }
        if !open.is_object {
            return;
        }
        let is_row = item.line_ends_in_front > 0 && item.line_ends == self.line_ends;
        if !is_row || item.line_ends_in_front > 1 {
            self.alignment.end_run(open.rows);
        }
        if is_row {
            self.alignment.add(item.value_start, item.value_start - item.start);
        }
    }

    /// Writes the end of an array or object.
    fn close(&mut self, open: Open) {
        self.alignment.end_run(open.rows);
        let inside = Space {
            depth: open.depth + 1,
            ends_line: open.is_expanded,
            no_empty_first: open.last.is_none(),
            no_empty_last: true,
            closes: true,
            ..Space::default()
        };
        let end = self.end(open);
        inside.write(if open.is_expanded { end.after_comma } else { commented(end.after_comma) }, &mut self.out);
        self.out.push(if open.is_object { '}' } else { ']' });
        self.open.pop();
    }

    /// Returns the format of the text after the last item so far.
    fn end(&self, open: Open) -> End<'a> {
        let document: &'a Document = self.document;
        let node = document.node(open.id);
        let after = commented(open.last.map_or("", |last| document.after(last)));
        if open.next != NONE {
            return End { before_comma: after, comma: true, after_comma: "" };
        }
        let before_comma = if node.trailing_comma { after } else { "" };
        let inside_end = document.inside_end(open.id);
        if open.is_expanded {
            return End { before_comma, comma: !document.is_standard(), after_comma: inside_end };
        }
        match (has_comment(before_comma), has_comment(inside_end)) {
            (true, true) => End { before_comma, comma: true, after_comma: inside_end },
            (true, false) => End { before_comma: "", comma: false, after_comma: before_comma },
            (false, _) => End { before_comma: "", comma: false, after_comma: inside_end },
        }
    }
}

/// The comma after an item, and the text around it. The last item also gets a comma if the items
/// are on separate lines, unless the whole text is plain JSON, and if it separates two comments.
struct End<'a> {
    before_comma: &'a str,
    comma: bool,
    after_comma: &'a str,
}
