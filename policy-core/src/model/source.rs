use std::cmp::Reverse;

use crate::model::{Policy, Test};
use crate::source::Origin;

/// Where the statements of a policy stand in the Rust source that its text was made of.
///
/// Its written form, which `policy!` puts into a program, has a line for each run of statements from one file: the
/// path, a tab, and the lines of the statements with blanks between them, in the order of [`Policy::statements`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    files: Vec<String>,
    /// In the order of the text: a statement, the number of its file, and the line.
    lines: Vec<(Origin, usize, usize)>,
}

impl Source {
    /// The written form of places, each of them a path and a line.
    pub fn written(places: impl IntoIterator<Item = (String, usize)>) -> String {
        let mut written = String::new();
        let mut last = None;
        for (file, line) in places {
            if last.as_ref() == Some(&file) {
                written.push(' ');
            } else {
                written.push_str(if written.is_empty() { "" } else { "\n" });
                written.push_str(&file);
                written.push('\t');
                last = Some(file);
            }
            written.push_str(&line.to_string());
        }
        written
    }

    /// Reads the written form for a policy. What is not of that form tells nothing.
    fn read(written: &str, policy: &Policy) -> Source {
        let mut statements = policy.statements().into_iter();
        let mut source = Source::default();
        for run in written.lines() {
            let (file, lines) = run.split_once('\t').unwrap_or((run, ""));
            source.files.push(file.to_owned());
            let places = lines.split(' ').filter_map(|line| line.parse().ok());
            // The places lead: a statement taken for a place that is not there would be lost to the next run.
            let places = places.map_while(|line| Some((statements.next()?, source.files.len() - 1, line)));
            source.lines.extend(places);
        }
        source
    }

    /// The file and the line, from 1, of the innermost statement around a part of the policy's text or of its facts.
    pub fn line(&self, part: Origin) -> Option<(&str, usize)> {
        let before = self.lines.partition_point(|(statement, ..)| statement.start <= part.start);
        let mut around = self.lines.get(..before)?.iter().rev();
        let (_, file, line) = around.find(|(statement, ..)| statement.contains(part))?;
        Some((self.files.get(*file)?, *line))
    }
}

impl Policy {
    /// With the [`Source`] that it was written in, which is empty for a policy that is its own source.
    #[must_use]
    pub fn written_at(mut self, places: &str) -> Policy {
        self.source = Source::read(places, &self);
        self
    }

    /// What has a line of its own, in the order of the text and then of the facts: declarations, rules, tests and the targets of
    /// tests, settings, invariants.
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
        statements.sort_by_key(|statement| (statement.start, Reverse(statement.end)));
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
        grants.chain(tests).map(|part| policy.source.line(part)).collect()
    }

    #[test]
    fn a_statement_is_found_by_any_part_of_it() {
        let places = [("src/a.rs", 3), ("src/b c.rs", 1), ("src/a.rs", 7), ("src/a.rs", 8)];
        let written = Source::written(places.map(|(file, line)| (file.to_owned(), line)));
        assert_eq!(written, "src/a.rs\t3\nsrc/b c.rs\t1\nsrc/a.rs\t7 8");
        let policy = Policy::parse(TEXT).written_at(&written);
        assert_eq!(found(&policy), places.map(Some));
        assert_eq!(policy.source.line(policy.origin), None);
    }

    #[test]
    fn what_is_no_place_tells_nothing() {
        for written in ["", "\n\n", "src/a.rs", "src/a.rs\t", "\t\t", "src/a.rs\t-1 x 99999999999999999999999"] {
            assert_eq!(found(&Policy::parse(TEXT).written_at(written)), [None; 4], "{written:?}");
        }
        // More places than statements.
        assert_eq!(found(&Policy::parse(TEXT).written_at("a\t1 2 3 4 5 6")).last(), Some(&Some(("a", 4))));
    }
}
