//! The alignment of a formatted policy with its original text.

use std::collections::HashMap;

use policy_core::hujson::{Document, NodeId};
use policy_core::source::Origin;

/// A mapping from the parts of a formatted text to those of its original. The two differ only in
/// white space.
#[derive(Debug)]
pub(crate) struct Alignment {
    formatted: Document,
    original: Document,
    /// The values and names of both, in the order of the text.
    nodes: Vec<(Origin, Origin)>,
    /// The node that ends at each byte of the formatted text.
    ends: HashMap<u32, usize>,
}

impl Alignment {
    /// Aligns two texts. Returns `None` if one is not HuJSON, or if formatting `original` does not
    /// result in `formatted`.
    pub(crate) fn new(formatted: &str, original: &str) -> Option<Alignment> {
        let (formatted, original) = (Document::parse(formatted).ok()?, Document::parse(original).ok()?);
        if original.format() != formatted.text() {
            return None;
        }
        let nodes: Vec<_> = nodes(&formatted).into_iter().zip(nodes(&original)).collect();
        let ends = nodes.iter().enumerate().map(|(index, (node, _))| (node.end, index)).collect();
        Some(Alignment { formatted, original, nodes, ends })
    }

    /// Returns the original text.
    pub(crate) fn original_document(&self) -> &Document {
        &self.original
    }

    /// Returns the part of the original text for a part of the formatted text.
    pub(crate) fn original(&self, part: Origin) -> Option<Origin> {
        match (self.start(part.start), self.end(part.end)) {
            (Some(start), Some(end)) if start <= end => Some(Origin::new(start, end)),
            _ => self.comment(part),
        }
    }

    fn start(&self, start: u32) -> Option<u32> {
        let (formatted, original) = self.around(start)?;
        match start - formatted.start {
            0 => Some(original.start),
            inside => is_same_length(formatted, original).then_some(original.start + inside),
        }
    }

    fn end(&self, end: u32) -> Option<u32> {
        if let Some((_, original)) = self.ends.get(&end).and_then(|index| self.nodes.get(*index)) {
            return Some(original.end);
        }
        let (formatted, original) = self.around(end)?;
        is_same_length(formatted, original).then_some(original.start + (end - formatted.start))
    }

    /// Returns the innermost node that contains a byte, in the formatted and in the original text.
    fn around(&self, byte: u32) -> Option<(Origin, Origin)> {
        let after = self.nodes.partition_point(|(node, _)| node.start <= byte);
        let nearest = self.nodes.get(after.checked_sub(1)?).copied()?;
        (byte < nearest.0.end).then_some(nearest)
    }

    /// Finds a part of a comment, which is between two nodes.
    fn comment(&self, part: Origin) -> Option<Origin> {
        let text = self.formatted.text().get(part.range())?.trim();
        let next = self.nodes.partition_point(|(node, _)| node.start < part.end);
        let before =
            next.checked_sub(1).and_then(|previous| self.nodes.get(previous)).map_or(0, |(_, node)| node.start);
        let after = self.nodes.get(next).map_or(self.original.text().len(), |(_, node)| node.range().start);
        let between = self.original.text().get(Origin::new(before, before).range().start..after)?;
        let at = u32::try_from(between.find(text).filter(|_| !text.is_empty())?).ok()?;
        let start = before.checked_add(at)?;
        Some(Origin::new(start, start.checked_add(u32::try_from(text.len()).ok()?)?))
    }
}

/// Returns whether both have the same length, so that bytes inside can be mapped. Strings whose
/// escapes changed have different lengths.
fn is_same_length(one: Origin, other: Origin) -> bool {
    one.end - one.start == other.end - other.start
}

/// Returns the places of all values and names, in the order of the text.
fn nodes(document: &Document) -> Vec<Origin> {
    let mut nodes = Vec::new();
    let mut open: Vec<NodeId> = vec![document.root()];
    while let Some(node) = open.pop() {
        nodes.push(document.origin(node));
        let start = open.len();
        open.extend(document.elements(node));
        open.extend(document.members(node).flat_map(|(name, value)| [name, value]));
        if let Some(children) = open.get_mut(start..) {
            children.reverse();
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGINAL: &str =
        "{ // policy: a\n\"groups\":{\"group:a\":[\"b@example.com\",\"c\"]},\n\"acls\":[],// policy: b\n}";

    #[test]
    fn each_part_is_found_again() {
        let formatted = Document::parse(ORIGINAL).unwrap().format();
        let alignment = Alignment::new(&formatted, ORIGINAL).unwrap();
        for (part, expected) in [
            ("\"group:a\"", "\"group:a\""),
            ("group:a", "group:a"),
            ("example.com", "example.com"),
            (
                "\"groups\": {\"group:a\": [\"b@example.com\", \"c\"]}",
                "\"groups\":{\"group:a\":[\"b@example.com\",\"c\"]}",
            ),
            ("[]", "[]"),
            ("// policy: a", "// policy: a"),
            ("policy: b", "policy: b"),
            (formatted.trim_end(), ORIGINAL),
        ] {
            let start = formatted.find(part).unwrap_or_else(|| panic!("{part} in {formatted}")) as u32;
            let found = alignment.original(Origin::new(start, start + part.len() as u32)).unwrap();
            assert_eq!(ORIGINAL.get(found.range()), Some(expected));
        }
    }

    #[test]
    fn nothing_is_found_where_there_is_nothing() {
        let formatted = Document::parse(ORIGINAL).unwrap().format();
        let alignment = Alignment::new(&formatted, ORIGINAL).unwrap();
        for (start, end) in [(1, 1), (1, 2), (5, 3), (0, u32::MAX), (u32::MAX, u32::MAX)] {
            let _ = alignment.original(Origin::new(start, end));
        }
        assert!(Alignment::new(&formatted, "{}").is_none() && Alignment::new("{", "{").is_none());
    }
}
