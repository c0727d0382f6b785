//! Decides which arrays and objects get one line for each item.

use crate::hujson::document::{Document, Kind, NONE, Node, NodeId};
use crate::hujson::extra::commented;
use crate::hujson::format::literal;
use crate::hujson::format::space::JSON_SPACE;

/// The longest line that an array or object may have before it is expanded.
const WIDTH: usize = 80;

/// The layout of an array or object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Its items are on separate lines.
    Expanded,
    /// It is on one line.
    OneLine,
    /// It is on one line, and the text already has its format. Most arrays and objects of a
    /// formatted policy are so.
    Unchanged,
}

/// Returns the layout of each array and object. Other nodes have none, whatever is in their place.
///
/// An array or object is expanded if the author has a line break between its items, or if its line
/// would be too long. Lengths are in bytes, without indentation, and with a `, ` after the last
/// item. Tailscale counts in the same way.
pub(super) fn layouts(document: &Document) -> Vec<Layout> {
    let mut layouts = vec![Layout::OneLine; document.nodes.len()];
    // The lines of arrays and objects whose parent comes later, its first child last.
    let mut inner = Vec::new();
    // A node comes before its children. In reverse order, the children are known before their
    // parent.
    for (index, node) in document.nodes.iter().enumerate().rev() {
        if matches!(node.kind, Kind::Array | Kind::Object) {
            let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
            let (layout, lines) = composite(document, id, node, &layouts, &mut inner);
            inner.push(lines);
            if let Some(slot) = layouts.get_mut(index) {
                *slot = layout;
            }
        }
    }
    layouts
}

/// Returns the layout of an array or object, and its lines in that layout. Takes the lines of its
/// children from the end of `inner`.
fn composite(
    document: &Document,
    id: NodeId,
    node: &Node,
    layouts: &[Layout],
    inner: &mut Vec<Lines>,
) -> (Layout, Lines) {
    let inside_end = document.inside_end(id);
    let mut is_unchanged = inside_end.is_empty() && !node.trailing_comma;
    let inside_end = if node.child == NONE { commented(inside_end) } else { inside_end };
    let mut has_break = inside_end.contains('\n');
    let mut sum = Sum::default();
    sum.add(Lines::one(1));
    let mut is_name = node.kind == Kind::Object;
    for child_id in document.siblings(node.child) {
        let child = document.node(child_id);
        let is_last = child.next == NONE;
        let before = document.before(child_id);
        let after = if is_last && !node.trailing_comma { "" } else { commented(document.after(child_id)) };
        is_unchanged &= match before.as_bytes() {
            [] => child_id.0 == node.child,
            [b' '] => child_id.0 != node.child,
            _ => false,
        };
        is_unchanged &= child.end == child.after && !child.has_escapes;
        if !matches!(before, "" | " ") {
            has_break |= before.contains('\n') && (is_name || node.kind == Kind::Array);
            sum.add(Lines::of_extra(before));
        }
        sum.add(match child.kind {
            Kind::Array | Kind::Object => {
                is_unchanged &= layouts.get(child_id.0 as usize) == Some(&Layout::Unchanged);
                inner.pop().unwrap_or_default()
            }
            _ if child.has_escapes => Lines::one(literal(document, child_id).len()),
            _ => Lines::one(usize::try_from(child.end - child.start).unwrap_or(usize::MAX)),
        });
        if !after.is_empty() {
            has_break |= is_last && after.contains('\n');
            sum.add(Lines::of_extra(after));
        }
        sum.line += 2;
        is_name = !is_name && node.kind == Kind::Object;
    }
    // Comments before the closing bracket do not count.
    sum.add(Lines::one(1));
    if has_break || sum.longest > WIDTH {
        // The line on which it starts has the opening bracket, and comments right after it.
        let behind = match node.child {
            NONE => inside_end,
            first => document.before(NodeId(first)),
        };
        let lines = Lines { first: 1 + Lines::of_extra(behind).first, last: 1, is_several: true };
        return (Layout::Expanded, lines);
    }
    (if is_unchanged { Layout::Unchanged } else { Layout::OneLine }, sum.lines())
}

/// The lengths of the first and the last line of a part of the text.
#[derive(Clone, Copy, Default)]
struct Lines {
    first: usize,
    last: usize,
    is_several: bool,
}

impl Lines {
    fn one(length: usize) -> Lines {
        Lines { first: length, last: length, is_several: false }
    }

    /// Measures white space and comments. Each comment has a space before it, and a block comment
    /// one after it.
    fn of_extra(extra: &str) -> Lines {
        match (extra.split_once('\n'), extra.rsplit_once('\n')) {
            (Some((first, _)), Some((_, last))) => {
                Lines { first: comments_length(first), last: comments_length(last), is_several: true }
            }
            _ => Lines::one(comments_length(extra)),
        }
    }
}

/// Returns the length of the comments in one line of an extra. The end of a comment that starts on
/// an earlier line does not count.
fn comments_length(line: &str) -> usize {
    let mut length = 0;
    let mut rest = line.trim_start_matches(JSON_SPACE);
    loop {
        let comment = match rest.strip_prefix("/*").map(|inside| inside.find("*/")) {
            Some(Some(inside)) => inside + 4,
            // A line comment, or a block comment that ends on a later line.
            Some(None) => return length + 1 + rest.len(),
            None if rest.starts_with("//") => return length + 1 + rest.len(),
            None => return if length > 0 { length + 1 } else { 0 },
        };
        length += 1 + comment;
        rest = rest.get(comment..).unwrap_or_default().trim_start_matches(JSON_SPACE);
    }
}

/// The sum of parts of the text, line by line.
#[derive(Default)]
struct Sum {
    first: Option<usize>,
    longest: usize,
    line: usize,
}

impl Sum {
    fn add(&mut self, lines: Lines) {
        self.line += lines.first;
        self.longest = self.longest.max(self.line);
        if lines.is_several {
            self.first.get_or_insert(self.line);
            self.line = lines.last;
            self.longest = self.longest.max(self.line);
        }
    }

    fn lines(&self) -> Lines {
        Lines { first: self.first.unwrap_or(self.line), last: self.line, is_several: self.first.is_some() }
    }
}
