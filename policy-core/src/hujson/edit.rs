//! The fixes of findings as edits of a text.

use std::ops::Range;

use crate::diagnostic::{Change, Edit, Fix};
use crate::hujson::{Document, Kind, NodeId};
use crate::source::{Origin, WholeLines};

/// An element of a list, or a member of an object.
struct Entry {
    /// The element, or the name of the member.
    first: NodeId,
    /// The element, or the value of the member.
    last: NodeId,
    /// True if it is not the first entry.
    has_previous: bool,
}

impl Document {
    /// Returns the edit of this text that makes the change of a fix, which is about `place`. Returns
    /// `None` if there is none, for example because a comment is in the way.
    ///
    /// ```
    /// use policy_core::Policy;
    /// use policy_core::hujson::Document;
    /// let text = r#"{"tagOwners": {"tag:db": []}, "grants": [{"src": ["tag:bd"], "dst": ["*"], "ip": ["*"]}]}"#;
    /// let finding = &Policy::parse(text).check()[0];
    /// let edit = Document::parse(text)?.edit(finding.fix().unwrap(), finding.origin).unwrap();
    /// assert_eq!((edit.place, edit.text.as_str()), (finding.origin, "\"tag:db\""));
    /// # Ok::<(), policy_core::hujson::SyntaxError>(())
    /// ```
    pub fn edit(&self, fix: &Fix, place: Origin) -> Option<Edit> {
        if place.file != self.file() {
            return None;
        }
        match fix.change {
            Change::RemoveEntry => self.removal(fix, &self.entry(place)?),
            Change::Word(_) | Change::Text(_) | Change::Append(_) => {
                Some(Edit::new(fix, place, fix.apply(self.text().get(place.range())?)))
            }
        }
    }

    /// Returns the entry with the name, the value or the whole at `place`.
    fn entry(&self, place: Origin) -> Option<Entry> {
        let mut parent = self.root();
        loop {
            let pairs: Box<dyn Iterator<Item = (NodeId, NodeId)>> = match self.kind(parent) {
                Kind::Array => Box::new(self.elements(parent).map(|element| (element, element))),
                _ => Box::new(self.members(parent)),
            };
            let whole = |(first, last): &(NodeId, NodeId)| self.origin(*first).to(self.origin(*last));
            let (index, (first, last)) = pairs.enumerate().find(|(_, entry)| whole(entry).contains(place))?;
            if [self.origin(first), self.origin(last), whole(&(first, last))].contains(&place) {
                return Some(Entry { first, last, has_previous: index > 0 });
            }
            parent = last;
        }
    }

    /// Returns the edit that removes an entry with its comma. If it has its lines to itself, they
    /// and the comments about it go, too.
    fn removal(&self, fix: &Fix, entry: &Entry) -> Option<Edit> {
        let text = self.text();
        let (start, end) = (self.origin(entry.first).range().start, self.origin(entry.last).range().end);
        let (before, after) = (self.before(entry.first), self.after(entry.last));
        let comma = end + after.len();
        let has_comma = text.get(comma..)?.starts_with(',');
        if has_comma && !after.trim().is_empty() {
            return None;
        }
        let words = text.get(start..end)?;
        let has_comments_inside = words.contains("//") || words.contains("/*");
        let end = if has_comma { comma + 1 } else { end };
        let remove = |range: Range<usize>, has_comments| {
            let position = |offset: usize| u32::try_from(offset).ok();
            let place = Origin::new(position(range.start)?, position(range.end)?).in_file(self.file());
            Some(Edit::remove(fix, place, has_comments || has_comments_inside))
        };
        let is_comment = |line: &str| line.starts_with("//");
        // Without the comma before it, a text of plain JSON stays one.
        let needs_comma_removed = entry.has_previous && !has_comma && self.is_standard();
        if !needs_comma_removed && let Some(lines) = WholeLines::around(text, start..end, is_comment) {
            return remove(lines.range, lines.has_comments);
        }
        if !before.trim().is_empty() {
            return None;
        }
        if !has_comma {
            let comma_before = usize::from(entry.has_previous);
            return remove(start.checked_sub(before.len() + comma_before)?..end, false);
        }
        let rest = text.get(end..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let next = rest.get(blanks..)?;
        if next.starts_with(['\r', '\n', ']', '}']) {
            return remove(start - before.len()..end, false);
        }
        if next.starts_with('/') { None } else { remove(start..end + blanks, false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Help;

    /// Removes the entry with the first occurrence of `words`. `?` follows if a person must confirm.
    fn removed(text: &str, words: &str) -> String {
        let document = Document::parse(text).unwrap();
        let start = u32::try_from(text.find(words).unwrap()).unwrap();
        let place = Origin::new(start, start + u32::try_from(words.len()).unwrap());
        let fix = Help::remove_entry("remove it").fix.unwrap();
        let Some(edit) = document.edit(&fix, place) else { return "-".to_owned() };
        let mut result = text.to_owned();
        result.replace_range(edit.place.range(), &edit.text);
        assert!(Document::parse(result.as_str()).is_ok(), "{text}: {result}");
        assert!(!document.is_standard() || Document::parse(result.as_str()).unwrap().is_standard());
        if edit.is_certain { result } else { format!("{result}?") }
    }

    #[test]
    fn an_entry_goes_with_its_comma_and_its_lines() {
        for (text, words, expected) in [
            (r#"["a", "b", "c"]"#, "\"a\"", r#"["b", "c"]"#),
            (r#"["a", "b", "c"]"#, "\"b\"", r#"["a", "c"]"#),
            (r#"["a", "b", "c"]"#, "\"c\"", r#"["a", "b"]"#),
            (r#"["a", "b",]"#, "\"b\"", r#"["a",]"#),
            (r#"["a"]"#, "\"a\"", "[]"),
            (r#"{"x": {"a": [1], "b": [2]}}"#, "\"a\"", r#"{"x": {"b": [2]}}"#),
            (r#"{"x": {"a": [1], "b": [2]}}"#, "[2]", r#"{"x": {"a": [1]}}"#),
            ("[\n\t1,\n\t2,\n\t3,\n]", "2", "[\n\t1,\n\t3,\n]"),
            ("[\n\t1,\n\t2\n]", "2", "[\n\t1\n]"),
            ("[ // all\n\t1,\n\t2\n]", "2", "[ // all\n\t1,\n]"),
            ("[\n\t1, // one\n\t// two\n\t2,\n]", "2", "[\n\t1, // one\n]?"),
            ("[\n\t1,\n\n\t2, // two\n\n\t3,\n]", "2", "[\n\t1,\n\n\t3,\n]?"),
            ("[\n\t// all\n\n\t2,\n]", "2", "[\n\t// all\n\n]"),
            ("[1, 2,\n 3]", "2", "[1,\n 3]"),
            ("[{\n// why\n\"a\": 1}, 2]", "{\n// why\n\"a\": 1}", "[2]?"),
            ("[1, /* two */ 2]", "2", "-"),
            ("[1, 2 /* two */, 3]", "2", "-"),
            ("[1, 2, /* three */ 3]", "2", "-"),
            ("[11]", "1", "-"),
            ("{\"a\": 1}", "{\"a\": 1}", "-"),
        ] {
            assert_eq!(removed(text, words), expected, "{words} in {text}");
        }
    }
}
