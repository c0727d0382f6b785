//! The fixes of findings as edits of a text.

use std::ops::Range;

use crate::diagnostic::{Change, Code, Edit, Fix};
use crate::hujson::{Document, Kind, NodeId};
use crate::model::PolicyComment;
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

    /// Returns the edit that allows a warning, with a comment above the innermost entry that contains
    /// `place` and starts a line. The user writes the reason, so `reason` is only a start. Returns
    /// `None` if no entry starts a line.
    ///
    /// ```
    /// use policy_core::Code;
    /// use policy_core::hujson::Document;
    /// use policy_core::source::Origin;
    /// let document = Document::parse("{\n\t\"tagOwners\": {\"tag:web\": []},\n}")?;
    /// let edit = document.allow(Code::UnusedTag, Origin::new(17, 26), "it is new").unwrap();
    /// assert_eq!((edit.place, edit.text.as_str()), (Origin::new(2, 2), "\t// policy: allow(unused-tag) it is new\n"));
    /// # Ok::<(), policy_core::hujson::SyntaxError>(())
    /// ```
    pub fn allow(&self, code: Code, place: Origin, reason: &str) -> Option<Edit> {
        let (mut parent, mut start) = (self.root(), None);
        while place.file == self.file()
            && let Some((_, first, last)) = self.child_around(parent, place)
        {
            let at = self.origin(first).range().start;
            let before = self.text().get(..at).unwrap_or_default();
            let is_blank = |line: &usize| before.get(*line..).is_some_and(|indent| indent.trim().is_empty());
            let line = before.rfind('\n').map(|newline| newline + 1).filter(is_blank);
            start = line.map(|line| (line, at)).or(start);
            parent = last;
        }
        let (line, at) = start?;
        let position = u32::try_from(line).ok()?;
        let text = format!("{}// {}\n", self.text().get(line..at)?, PolicyComment::allow(code, reason));
        let place = Origin::new(position, position).in_file(self.file());
        Some(Edit { place, text, is_certain: false, keeps_access: true })
    }

    /// Returns the child of a list or an object that contains `place`: its index, and its first and
    /// last node.
    fn child_around(&self, parent: NodeId, place: Origin) -> Option<(usize, NodeId, NodeId)> {
        let children: Box<dyn Iterator<Item = (NodeId, NodeId)>> = match self.kind(parent) {
            Kind::Array => Box::new(self.elements(parent).map(|element| (element, element))),
            _ => Box::new(self.members(parent)),
        };
        let is_around = |(first, last): &(NodeId, NodeId)| self.origin(*first).to(self.origin(*last)).contains(place);
        let (index, (first, last)) = children.enumerate().find(|(_, child)| is_around(child))?;
        Some((index, first, last))
    }

    /// Returns the entry with the name, the value or the whole at `place`.
    fn entry(&self, place: Origin) -> Option<Entry> {
        let mut parent = self.root();
        loop {
            let (index, first, last) = self.child_around(parent, place)?;
            let (name, value) = (self.origin(first), self.origin(last));
            if [name, value, name.to(value)].contains(&place) {
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
    fn every_warning_can_be_allowed() {
        let text = "{\n\t\"tagOwners\": {\"tag:old\": []},\n\t\"hosts\": {\n\t\t\"nas\": \"10.0.0.1\",\n\t},\n\t\"grants\": [\n\t\t\
                    {\"src\": [\"*\"], \"dst\": [\"10.0.0.1/8\"], \"ip\": [\"22\"]},\n\t],\n}\n";
        let mut text = text.to_owned();
        let count = crate::Policy::parse(text.as_str()).check().len();
        for left in (0..count).rev() {
            let finding = crate::Policy::parse(text.as_str()).check().remove(0);
            let edit =
                Document::parse(text.as_str()).unwrap().allow(finding.code, finding.origin, "it is new").unwrap();
            text.replace_range(edit.place.range(), &edit.text);
            assert_eq!(crate::Policy::parse(text.as_str()).check().len(), left, "{finding}: {text}");
        }
        assert!(count > 2 && text.contains("\t\t// policy: allow(unused-host) it is new\n\t\t\"nas\""), "{text}");
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
