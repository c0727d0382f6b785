//! Tests of the library part of `policy scan`: the findings in each kind of file, their places, and
//! texts without findings.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on should panic"
)]

mod blumeops;
mod kinds;
mod not_names;
mod trees;
mod verdicts;

use policy_core::source::FileId;
use policy_core::{Diagnostic, Policy, ValidPolicy};
use policy_tool::scan::judge::{self, ScannedFile};
use policy_tool::scan::{Mention, mentions};

/// A policy with names of every kind.
const POLICY: &str = r#"{
  "groups": {"group:engineers": ["a@example.com"]},
  "tagOwners": {
    "tag:web": ["tag:ci", "tag:k8s-operator"],
    "tag:database": ["autogroup:admin"],
    "tag:k8s": ["tag:k8s-operator"],
    "tag:k8s-operator": [],
    "tag:ci": [],
    "tag:production": [],
  },
  "grants": [
    {"src": ["group:engineers"], "dst": ["svc:website", "tag:web"], "ip": ["tcp:443"]},
    {"src": ["tag:web"], "dst": ["tag:database"], "app": {"example.com/cap/reports": [{}]}, "ip": ["tcp:5432"]},
    {"src": ["tag:k8s", "tag:ci"], "dst": ["tag:production", "tag:k8s-operator"], "ip": ["tcp:443"]},
  ],
}"#;

fn policy(text: &str) -> ValidPolicy {
    Policy::parse(text).validate().unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Files with their mentions.
struct Files(Vec<(String, String, Vec<Mention>)>);

impl Files {
    fn new(files: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Files {
        let scan = |(path, text): (String, String)| {
            let mentions = mentions(&path, &text);
            (path, text, mentions)
        };
        Files(files.into_iter().map(|(path, text)| scan((path.into(), text.into()))).collect())
    }

    fn findings(&self, policy: &ValidPolicy, identities: &[&str]) -> Vec<Diagnostic> {
        let files: Vec<_> = self.0.iter().map(|(_, text, mentions)| ScannedFile { text, mentions }).collect();
        let identities: Vec<String> = identities.iter().map(|tag| (*tag).to_owned()).collect();
        judge::findings(policy, &files, &identities)
    }

    /// Returns `PATH:LINE:COLUMN CODE NAME` for a finding in a file, and `CODE NAME` for one in the
    /// policy.
    fn shown(&self, policy: &ValidPolicy, finding: &Diagnostic) -> String {
        let (place, text) = match finding.origin.file {
            FileId::Scanned(number) => {
                let (path, text, _) = &self.0[usize::from(number)];
                let before = &text[..finding.origin.range().start];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                (format!("{path}:{line}:{column} "), text.as_str())
            }
            _ => (String::new(), policy.text.as_str()),
        };
        format!("{place}{} {}", finding.code, &text[finding.origin.range()])
    }

    fn all_shown(&self, policy: &ValidPolicy, identities: &[&str]) -> Vec<String> {
        self.findings(policy, identities).iter().map(|finding| self.shown(policy, finding)).collect()
    }
}
