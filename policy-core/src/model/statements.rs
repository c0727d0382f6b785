use std::cmp::Reverse;

use crate::model::{Policy, SourceLines, Test};
use crate::source::Origin;

impl Policy {
    /// Adds the lines of the Rust source that its statements come from, encoded by
    /// [`SourceLines::encode`].
    #[must_use]
    pub fn with_source_lines(mut self, encoded: &str) -> Policy {
        self.source_lines = SourceLines::decode(encoded, self.statements());
        self
    }

    /// Returns every part with a line of its own, in the order of the text and then of the facts:
    /// declarations, rules, tests and their targets, settings, invariants.
    pub fn statements(&self) -> Vec<Origin> {
        let targets = |test: &Test| -> Vec<Origin> {
            let targets = test.accept.iter().chain(&test.deny);
            targets.map(|target| target.text.origin).collect()
        };
        let approvers = &self.auto_approvers;
        let mut statements: Vec<Origin> = self.groups.iter().map(|group| group.origin).collect();
        statements.extend(self.hosts.iter().map(|host| host.origin));
        statements.extend(self.ipsets.iter().map(|set| set.origin));
        statements.extend(self.postures.iter().map(|posture| posture.origin));
        statements.extend(self.tag_owners.iter().map(|tag| tag.origin));
        statements.extend(self.grants.iter().flatten().map(|grant| grant.origin));
        statements.extend(self.acls.iter().flatten().map(|acl| acl.origin));
        statements.extend(self.ssh.iter().map(|rule| rule.origin));
        statements.extend(approvers.routes.iter().map(|route| route.origin));
        statements.extend(approvers.services.iter().map(|service| service.origin));
        statements.extend(self.node_attrs.iter().map(|attr| attr.origin));
        statements.extend(self.tests.iter().map(|test| test.origin));
        statements.extend(self.tests.iter().flat_map(targets));
        statements.extend(self.ssh_tests.iter().map(|test| test.origin));
        statements.extend(self.settings.iter().map(|setting| setting.origin));
        statements.extend(self.facts.invariants.iter().map(|invariant| invariant.origin));
        statements.sort_by_key(|statement| (statement.file, statement.start, Reverse(statement.end)));
        statements
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
        "grants": [{"src": ["*"], "dst": ["*"], "ip": ["22"]}, {"src": ["*"], "dst": ["*"], "ip": ["23"]}],
        "tests": [{"src": "a@example.com", "accept": ["tag:web:22"]}],
    }"#;

    fn found(policy: &Policy) -> Vec<Option<(&str, usize)>> {
        let grants = policy.grants.iter().flatten().map(|grant| grant.dst.first().unwrap().text.origin);
        let tests = policy.tests.iter().flat_map(|test| [test.origin, test.accept.first().unwrap().port_origin]);
        grants.chain(tests).map(|part| policy.source_lines.line(part)).collect()
    }

    #[test]
    fn a_statement_is_found_by_any_part_of_it() {
        let places = [("src/a.rs", 3), ("src/b c.rs", 1), ("src/a.rs", 7), ("src/a.rs", 8)];
        let encoded = SourceLines::encode(places.map(|(file, line)| (file.to_owned(), line)));
        assert_eq!(encoded, "src/a.rs\t3\nsrc/b c.rs\t1\nsrc/a.rs\t7 8");
        let policy = Policy::parse(TEXT).with_source_lines(&encoded);
        assert_eq!(found(&policy), places.map(Some));
        assert_eq!(policy.source_lines.line(policy.origin), None);
    }

    #[test]
    fn the_facts_come_after_the_policy_however_it_is_formatted() {
        let facts = r#"{"invariants": [{"kind": "never", "src": ["*"], "targets": [{"dst": ["tag:a"]}]}, {"kind": "never", "src": ["*"], "targets": [{"dst": ["tag:b"]}]}]}"#;
        let lines = SourceLines::encode([3, 5, 8, 9].map(|line| ("src/a.rs".to_owned(), line)));
        for text in [
            r#"{"tagOwners": {"tag:a": [], "tag:b": []}}"#.to_owned(),
            format!("{{{}\"tagOwners\": {{\"tag:a\": [],\n\"tag:b\": []}}}}", "\n".repeat(60)),
        ] {
            let policy = Policy::with_facts(&text, facts).with_source_lines(&lines);
            let tags = policy.tag_owners.iter().map(|tag| tag.tag.origin);
            let parts = tags.chain(policy.facts.invariants.iter().map(|invariant| invariant.origin));
            let found: Vec<_> = parts.map(|part| policy.source_lines.line(part).unwrap().1).collect();
            assert_eq!(found, [3, 5, 8, 9], "{text}");
        }
    }

    #[test]
    fn what_is_not_encoded_is_ignored() {
        for encoded in ["", "\n\n", "src/a.rs", "src/a.rs\t", "\t\t", "src/a.rs\t-1 x 99999999999999999999999"] {
            assert_eq!(found(&Policy::parse(TEXT).with_source_lines(encoded)), [None; 4], "{encoded:?}");
        }
        // More places than statements.
        assert_eq!(found(&Policy::parse(TEXT).with_source_lines("a\t1 2 3 4 5 6")).last(), Some(&Some(("a", 4))));
    }
}
