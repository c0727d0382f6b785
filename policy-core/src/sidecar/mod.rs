//! Invariants in a file beside a policy that stays HuJSON: the statements of `policy! { invariants { … } }`.
//!
//! The macro has a reader of its own, of Rust's tokens. A test of it feeds the same statements to both, and wants the
//! same invariants and the same messages.

mod marks;
mod reader;
mod selector;
mod statement;
mod token;

use crate::diagnostic::Diagnostic;
use crate::model::{Facts, Policy, Sidecar};

use reader::Reader;
use token::tokens;

pub use token::comment_lines;

impl Facts {
    /// Reads invariants, written as in `policy!`, and the warnings that their `#[allow(…)]` allow. Beside them stands
    /// what could not be read.
    ///
    /// Hosts and ip sets are those of the policy, people are named by their login, in quotes. `base` is the position of
    /// the text's first byte among all that is read: choose it beyond the policy's end.
    ///
    /// ```
    /// use policy_core::model::Facts;
    /// let (facts, unreadable) = Facts::parse_invariants("never autogroup:member -> tag:db on 5432;", 0);
    /// assert_eq!(facts.invariants[0].targets[0].dst[0].text.as_str(), "tag:db");
    /// assert_eq!(unreadable, []);
    /// ```
    pub fn parse_invariants(text: &str, base: u32) -> (Facts, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let tokens = tokens(text, base, &mut findings);
        let mut reader = Reader::new(&tokens, base, findings);
        let facts = reader.invariants();
        // The lexer is through before the first statement is read.
        reader.findings.sort_by_key(|finding| finding.origin);
        (facts, reader.findings)
    }
}

impl Policy {
    /// With the invariants of a file beside it. See [`Facts::parse_invariants`].
    ///
    /// ```
    /// use policy_core::{Policy, findings};
    /// use policy_core::model::Sidecar;
    /// let policy = Policy::parse(r#"{
    ///     "tagOwners": {"tag:web": [], "tag:db": []},
    ///     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
    /// }"#);
    /// let text = "never tag:web -> tag:db;".to_owned();
    /// let sidecar = Sidecar { name: "policy.invariants".to_owned(), text, base: policy.end() };
    /// let findings = findings(&policy.with_invariants(sidecar));
    /// assert_eq!(findings[0].message, "this must never be, but `tag:web` can reach `tag:db` on `tcp:5432`");
    /// ```
    #[must_use]
    pub fn with_invariants(mut self, sidecar: Sidecar) -> Policy {
        let (facts, unreadable) = Facts::parse_invariants(&sidecar.text, sidecar.base);
        self.facts.invariants.extend(facts.invariants);
        self.facts.lints.extend(facts.lints);
        self.facts.sidecar = Some(sidecar);
        self.unreadable.extend(unreadable);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::findings;

    use super::*;

    fn beside(policy: &str, text: &str) -> Policy {
        let policy = Policy::parse(policy);
        let base = policy.end();
        policy.with_invariants(Sidecar { name: "policy.invariants".to_owned(), text: text.to_owned(), base })
    }

    /// What is said of a text, each with the words that it is about.
    fn said(text: &str) -> Vec<(String, String)> {
        let (_, unreadable) = Facts::parse_invariants(text, 1000);
        let about = |finding: &Diagnostic| {
            text.get(finding.origin.start as usize - 1000..finding.origin.end as usize - 1000).unwrap().to_owned()
        };
        unreadable.iter().map(|finding| (about(finding), finding.message.clone())).collect()
    }

    #[test]
    fn a_mistake_is_shown_at_its_words() {
        let cases = [
            ("never tag:a -> \"tag:b;\nonly", "\"", "this string has no end"),
            ("never tag:a /* -> /* */ tag:b;", "/*", "this comment has no end"),
            ("never tag:a -> [tag:b, (;", "(", "this `(` has no end"),
            ("never tag:a -> tag:b;)", ")", "nothing opens this `)`"),
            ("never \"a\\qb\" -> tag:b;", "\\q", "`\\q` stands for no character"),
            ("never \"\\u{110000}\" -> tag:b;", "\\u", "`\\u` stands for no character"),
            ("never b\"tag:a\" -> tag:b;", "b\"tag:a\"", "`b\"tag:a\"` is no plain string"),
            ("let web = tag:web;", "let", "a file of invariants has no `let`"),
            (
                "invariants { never tag:a -> tag:b; }",
                "invariants",
                "this file is all invariants, and has no `invariants`",
            ),
            ("never tag:a -> tag:b\n", "b", "expected `;` after this"),
            ("never tag:a -> 10.0.0.0/8 on 22;", "10.0.0.0/8", "an address is written in quotes: `10.0.0.0/8`"),
            ("never tag:a -> tag:b on tcp:70000;", "70000", "there is no port `70000`: the highest is 65535"),
            ("never tag:a -> tag:b on tcp : 70000;", "tcp : 70000", "there is no port `70000`: the highest is 65535"),
        ];
        for (text, words, message) in cases {
            let said = said(text);
            assert!(said.contains(&(words.to_owned(), message.to_owned())), "{text}: {said:?}");
        }
    }

    #[test]
    fn what_rust_cannot_read_needs_no_quotes_here() {
        let (facts, unreadable) = Facts::parse_invariants("never tag:lab-1e, tag:0b2 -> tag:12ea;", 0);
        assert_eq!(unreadable, []);
        assert_eq!(facts.invariants[0].src[0].text.as_str(), "tag:lab-1e");
    }

    #[test]
    fn a_mistake_among_invariants_hides_none_of_the_policy() {
        let policy = r#"{"grants": [{"src": ["tag:web"], "dst": ["*"], "ip": ["*"]}]}"#;
        let findings = findings(&beside(policy, "never tag:a => tag:b;"));
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let expected =
            ["undefined tag `tag:web`", "undefined tag `tag:a`", "expected `->`, found `=>`", "undefined tag `tag:b`"];
        assert_eq!(messages, expected);
    }

    #[test]
    fn warnings_are_allowed_above_an_invariant() {
        let text = "#[allow(reachable_device, reason = \"on purpose\")]\nnever tag:a -> tag:b;";
        let policy = beside("{}", text);
        let [lint] = policy.facts.lints.as_slice() else { panic!("{:?}", policy.facts.lints) };
        assert_eq!((lint.reason.as_str(), lint.scope), ("on purpose", policy.facts.invariants[0].origin));
    }

    #[test]
    fn deep_and_long_texts_are_read() {
        for text in
            ["never [", "never (", "never tag:a -", "/*", "\"", "never tag:a, ", "#[allow(", "never ", ";", "///"]
        {
            let (_, unreadable) = Facts::parse_invariants(&text.repeat(100_000), 0);
            assert!(!unreadable.is_empty() || text == "///", "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_reason_to_panic(text in "([a-z0-9:;,>\\[\\](){}\"\\\\/*#!\n -]|never |only |é|-> |on |\u{feff}){0,60}") {
            for (words, message) in said(&text) {
                prop_assert!(!message.is_empty() && words.len() <= text.len());
            }
        }
    }
}
