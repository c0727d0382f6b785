//! Locations of a policy's statements.

use std::path::Path;

use policy_core::Policy;
use policy_core::source::Origin;

use crate::line_index::{LineIndex, Position};

/// The lines of a policy, and those of its Rust source if it has one. Messages call the policy
/// `path`.
#[derive(Debug)]
pub(crate) struct Locations<'a> {
    pub(crate) path: &'a Path,
    policy: &'a Policy,
    lines: LineIndex<'a>,
}

impl<'a> Locations<'a> {
    pub(crate) fn new(path: &'a Path, policy: &'a Policy) -> Self {
        Locations { path, policy, lines: LineIndex::new(&policy.text) }
    }

    /// Returns the start of a part of the policy's text, or `None` for the whole policy, which is
    /// the origin of the implicit rule.
    pub(crate) fn position(&self, part: Origin) -> Option<Position> {
        let start = usize::try_from(part.start).ok().filter(|_| part != self.policy.origin)?;
        Some(self.lines.position(start))
    }

    /// Like [`Locations::position`], but returns only the line.
    pub(crate) fn line(&self, part: Origin) -> Option<usize> {
        self.position(part).map(|position| position.line)
    }

    /// Returns `FILE:LINE`, which editors and terminals turn into a link. If the policy has a Rust
    /// source, it is a line in that.
    pub(crate) fn link(&self, part: Origin) -> String {
        match (self.policy.source_lines.line(part), self.line(part)) {
            (Some((file, line)), _) => format!("{file}:{line}"),
            (None, Some(line)) => format!("{}:{line}", self.path.display()),
            (None, None) => self.path.display().to_string(),
        }
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
    }
}
