//! Locations of a policy's statements.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::Path;

use policy_core::Policy;
use policy_core::json::{ToJson, Value};
use policy_core::source::Origin;

use crate::line_index::LineIndex;
use crate::original::Original;

/// The lines of a policy, and those of its Rust source if it has one. Messages call the policy
/// `path`.
#[derive(Debug)]
pub(crate) struct Locations<'a> {
    pub(crate) path: &'a Path,
    policy: &'a Policy,
    lines: LineIndex<'a>,
    /// The Rust source, read when a column is asked for.
    original: OnceCell<Option<Original>>,
}

/// Where a part of a policy was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location<'a> {
    /// The Rust source, if the policy was written in one.
    pub(crate) file: Cow<'a, str>,
    /// From 1. `None` for the whole policy, which is what allows everything if there are no rules.
    pub(crate) line: Option<usize>,
}

impl<'a> Locations<'a> {
    pub(crate) fn new(path: &'a Path, policy: &'a Policy) -> Self {
        Locations { path, policy, lines: LineIndex::new(&*policy.text), original: OnceCell::new() }
    }

    /// Returns where a part of the policy was written.
    pub(crate) fn location(&self, part: Origin) -> Location<'a> {
        match self.policy.source_lines.line(part) {
            Some((file, line)) => Location { file: file.into(), line: Some(line) },
            None => Location {
                file: self.path.to_string_lossy(),
                line: self.start(part).map(|start| self.lines.position(start).line),
            },
        }
    }

    /// Returns the column of a part of the policy, from 1. `None` for the whole policy, or if the
    /// Rust source cannot be found.
    pub(crate) fn column(&self, part: Origin) -> Option<usize> {
        if self.policy.source_lines.line(part).is_none() {
            return self.start(part).map(|start| self.lines.position(start).column);
        }
        let original = self.original.get_or_init(|| Original::find(self.policy));
        original.as_ref()?.span(part).map(|span| span.start.column)
    }

    fn start(&self, part: Origin) -> Option<usize> {
        usize::try_from(part.start).ok().filter(|_| part != self.policy.origin)
    }

    /// Returns `FILE:LINE`, which editors and terminals turn into a link.
    pub(crate) fn link(&self, part: Origin) -> String {
        self.location(part).to_string()
    }
}

impl Location<'_> {
    /// Adds it to a JSON object.
    pub(crate) fn add_to(&self, object: &mut Value) {
        if let Some(object) = object.as_object_mut() {
            object.insert("file".to_owned(), self.file.to_json());
            object.insert("line".to_owned(), self.line.to_json());
        }
    }
}

impl std::fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

impl ToJson for Location<'_> {
    fn to_json(&self) -> Value {
        let mut object = Value::Object(policy_core::json::Map::new());
        self.add_to(&mut object);
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_linked_to_where_it_was_written() {
        let text = "{\n\"grants\": [\n{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}]}";
        let link = |policy: &Policy, part| Locations::new(Path::new("p.hujson"), policy).link(part);
        let (file, built_in) = (Policy::parse(text), Policy::parse(text).with_source_lines("src/tailnet.rs\t7"));
        let rule = file.grants.iter().flatten().next().unwrap().origin;
        assert_eq!(link(&file, rule), "p.hujson:3");
        assert_eq!(link(&built_in, rule), "src/tailnet.rs:7");
        assert_eq!([link(&file, file.origin), link(&built_in, file.origin)], ["p.hujson", "p.hujson"]);
        assert_eq!(
            [&file, &built_in].map(|policy| Locations::new(Path::new("p"), policy).column(rule)),
            [Some(1), None]
        );
    }
}
