//! Comments with instructions for this program: lint levels, end dates, the control server, and
//! declarations of capabilities.

use crate::hujson::read::reader::Reader;
use crate::hujson::{Kind, NodeId};
use crate::model::{Level, Lint, PolicyComment};
use crate::source::{FileId, Origin, Text};

impl Reader<'_> {
    /// Reads all `// policy:` comments of the text. A comment applies to the entry, section, member
    /// or element below it. A comment above the whole text applies to `everything` or, if that is
    /// `None`, to every text that is read with the policy. Returns the lint levels. End dates are
    /// stored until the item below them is read, and declarations go to `capabilities`.
    pub(super) fn policy_comments(&mut self, everything: Option<Origin>) -> Vec<Lint> {
        let document = self.document;
        let mut lints = Vec::new();
        // Very few texts have such a comment. The others need no search.
        if !document.text().contains(PolicyComment::START) {
            return lints;
        }
        let root = document.root();
        self.above(root, everything, &mut lints);
        self.give_to_capabilities(&mut lints);
        self.one_level_each(&lints, everything);
        let mut rest = vec![root];
        while let Some(id) = rest.pop() {
            if document.kind(id) == Kind::Object {
                for (name, value) in document.members(id) {
                    self.above(name, Some(document.origin(name).to(document.origin(value))), &mut lints);
                    rest.push(value);
                }
            }
            for element in document.elements(id) {
                self.above(element, Some(document.origin(element)), &mut lints);
                rest.push(element);
            }
            self.below(id);
        }
        lints
    }

    /// Reads the comments before a node, with the scope `scope`.
    fn above(&mut self, id: NodeId, scope: Option<Origin>, lints: &mut Vec<Lint>) {
        let document = self.document;
        let before = document.before(id);
        let Origin { file, start, .. } = document.origin(id);
        let start = start.saturating_sub(length(before));
        let is_root = id == document.root();
        // The end of the last declaration.
        let mut end = start;
        for line in policy_comment_lines(before, file, start) {
            if line.origin.start < end {
                continue;
            }
            // A comment on the line on which something else ends is about that.
            let is_about_this = is_root || line.index > 0;
            match line.comment {
                PolicyComment::Lint(level, _) if !is_about_this || (level != Level::Allow && !is_root) => {
                    self.misplaced_lint(&line, level);
                }
                PolicyComment::Lint(level, rest) => lints.extend(self.lint(&line, level, rest, scope)),
                PolicyComment::Until(_) if !is_about_this => self.dangling_until(&line),
                PolicyComment::Until(rest) => self.until_above(id, &line, rest),
                PolicyComment::MisspeltUntil(word) => self.misspelt_until(&line, word),
                PolicyComment::Target(name) if is_root => self.target_above(&line, name),
                PolicyComment::Target(name) => self.misplaced_target(&line, name),
                PolicyComment::Capability(rest) if is_root && file == FileId::Policy => {
                    end = self.capability(before, start, end, &line.rest(rest), line.origin);
                }
                PolicyComment::Capability(_) => self.misplaced_capability(&line),
                PolicyComment::MisspeltCapability(word) => self.misspelt_capability(&line, word),
            }
        }
    }

    /// Reports comments with nothing below them: after a node, and at the end of a list or an
    /// object.
    fn below(&mut self, id: NodeId) {
        let document = self.document;
        let Origin { file, end, .. } = document.origin(id);
        let inside = document.inside_end(id);
        let inside_start = end.saturating_sub(1).saturating_sub(length(inside));
        for (text, start) in [(document.after(id), end), (inside, inside_start)] {
            for line in policy_comment_lines(text, file, start) {
                match line.comment {
                    PolicyComment::Lint(level, _) => self.misplaced_lint(&line, level),
                    PolicyComment::Until(_) => self.dangling_until(&line),
                    PolicyComment::MisspeltUntil(word) => self.misspelt_until(&line, word),
                    PolicyComment::Target(name) => self.misplaced_target(&line, name),
                    PolicyComment::Capability(_) => self.misplaced_capability(&line),
                    PolicyComment::MisspeltCapability(word) => self.misspelt_capability(&line, word),
                }
            }
        }
    }
}

/// A line with such a comment.
pub(super) struct Line<'d> {
    /// Its index among the lines of the text that contains it.
    index: usize,
    comment: PolicyComment<'d>,
    /// The comment with its slashes.
    pub(super) origin: Origin,
}

impl Line<'_> {
    /// Returns the place of the last part of the comment.
    pub(super) fn rest(&self, rest: &str) -> Text {
        let origin = Origin { start: self.origin.end.saturating_sub(length(rest)), ..self.origin };
        Text::verbatim(rest, origin, origin.start)
    }
}

/// Returns the lines with such comments among lines of white space and comments.
fn policy_comment_lines(text: &str, file: FileId, start: u32) -> impl Iterator<Item = Line<'_>> {
    let mut next = start;
    text.split('\n').enumerate().filter_map(move |(index, line)| {
        let at = next;
        next = next.saturating_add(length(line)).saturating_add(1);
        let comment = line.trim();
        let first = at.saturating_add(length(line).saturating_sub(length(line.trim_start())));
        let origin = Origin { file, start: first, end: first.saturating_add(length(comment)) };
        let comment = PolicyComment::parse(comment.strip_prefix("//")?.trim_start())?;
        Some(Line { index, comment, origin })
    })
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::Policy;

    #[test]
    fn an_allow_is_for_what_it_stands_above() {
        let text = "{\n// policy: allow(unused-tag, empty-group) one day\n\"tagOwners\": {\n\
                    // The web.\n//policy: allow(unused-tag) soon \n\"tag:web\": [],\n\"tag:db\": []}}";
        let policy = Policy::parse(text);
        assert_eq!(policy.unreadable, []);
        let scope = |origin: crate::source::Origin| text.get(origin.range()).unwrap();
        let [section, entry] = policy.lints.as_slice() else { panic!("{:?}", policy.lints) };
        assert!(
            scope(section.scope.unwrap()).starts_with("\"tagOwners\": {")
                && scope(section.scope.unwrap()).ends_with("[]}")
        );
        assert_eq!(section.codes.len(), 2);
        assert_eq!((scope(entry.scope.unwrap()), entry.reason.as_str()), ("\"tag:web\": []", "soon"));
        assert_eq!(scope(entry.origin), "//policy: allow(unused-tag) soon");
        assert_eq!(policy.tag_owners[0].doc.as_deref(), Some("The web."), "an allowance describes nothing");
    }

    #[test]
    fn a_level_above_everything_is_for_the_facts_too() {
        let facts = r#"{"nodes": [{"name": "nas", "tags": ["tag:nas"]}]}"#;
        let codes = |text| {
            let findings = Policy::with_facts(text, facts).check();
            findings.iter().map(|finding| (finding.code.name(), finding.is_error())).collect::<Vec<_>>()
        };
        assert_eq!(codes("{\"grants\": []}"), [("undeclared-device-tag", false)]);
        assert_eq!(
            codes("// policy: deny(undeclared-device-tag)\n{\"grants\": []}"),
            [("undeclared-device-tag", true)]
        );
        assert_eq!(codes("// policy: allow(undeclared-device-tag) it is new\n{\"grants\": []}"), []);
        assert_eq!(
            codes("// policy: warn(undeclared-device-tag)\n{\"grants\": []}"),
            [("undeclared-device-tag", false)]
        );
    }

    #[test]
    fn a_target_is_above_the_whole_policy() {
        let said = |text: &str| {
            let policy = Policy::parse(text);
            // The text after a last member is also the text before the closing brace.
            let mut said: Vec<&str> = policy.unreadable.iter().map(|finding| finding.message.as_str()).collect();
            said.dedup();
            (policy.dialect.name(), said.join("\n"))
        };
        assert_eq!(said("// policy: target headscale\n{}"), ("headscale", String::new()));
        assert_eq!(said("// Ours.\n\n//policy: target headscale \n{}"), ("headscale", String::new()));
        let misplaced = "a target is for a whole policy, and belongs above its opening brace";
        for text in [
            "{\n// policy: target headscale\n\"grants\": []}",
            "{\"grants\": []\n// policy: target headscale\n}",
            "{}\n// policy: target headscale\n",
        ] {
            assert_eq!(said(text), ("tailscale", misplaced.to_owned()), "{text}");
        }
        let unknown = "unknown target `headscal`".to_owned();
        assert_eq!(said("// policy: target headscal\n{}"), ("tailscale", unknown));
        let twice = "this policy already has a target".to_owned();
        assert_eq!(said("// policy: target headscale\n// policy: target tailscale\n{}"), ("headscale", twice));
    }

    #[test]
    fn a_string_is_no_comment() {
        let policy = Policy::parse("{\"hosts\": {\"policy: allow(x)\": \"10.0.0.1\"}}");
        assert_eq!((policy.lints, policy.unreadable), (vec![], vec![]));
    }
}
