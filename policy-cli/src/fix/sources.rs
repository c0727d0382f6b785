//! The files that a policy comes from, and the fixes of its findings in them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use policy_core::diagnostic::Edit;
use policy_core::hujson::Document;
use policy_core::model::{Date, Dialect, Facts};
use policy_core::source::FileId;
use policy_core::{Diagnostic, Policy};
use policy_syntax::{RustSource, invariants_file};

use super::fixer::{Examined, FileEdit, Found};
use crate::original::Original;

/// The texts of a policy, and everything else that is needed to read it again.
#[derive(Debug)]
pub(crate) struct Sources {
    /// The names for messages.
    pub(super) names: Vec<PathBuf>,
    /// The files to write.
    pub(super) paths: Vec<PathBuf>,
    pub(super) texts: Vec<String>,
    language: Language,
    /// The facts that are not in the texts.
    facts: Outside,
    today: Option<Date>,
}

/// The facts that are not in the texts.
#[derive(Debug)]
enum Outside {
    /// All facts, because the texts have none.
    All(Box<Facts>),
    /// The facts of files, if there are any. They replace those of the texts.
    Files(Option<Box<Facts>>),
}

#[derive(Debug)]
enum Language {
    /// The first text is HuJSON, and the second one has its invariants, if there are two.
    Hujson(Option<Dialect>),
    /// The texts are Rust. This is the number of the `policy!` among those that can be read.
    Rust(usize),
}

impl Sources {
    /// Returns the sources of a policy file and of the invariants beside it. `policy` has the facts.
    pub(super) fn of_file(name: &Path, policy: &Policy, today: Option<Date>) -> Sources {
        let dialect = (!Policy::names_target(&policy.text)).then_some(policy.dialect);
        let invariants = policy.facts.invariants_file.as_ref();
        let names: Vec<PathBuf> =
            std::iter::once(name.to_owned()).chain(invariants.map(|file| PathBuf::from(&file.name))).collect();
        let texts = std::iter::once(policy.text.clone()).chain(invariants.map(|file| file.text.clone())).collect();
        let mut facts = policy.facts.clone();
        if facts.invariants_file.take().is_some() {
            facts.invariants.retain(|invariant| invariant.origin.file != FileId::Invariants);
            facts.lints.retain(|lint| lint.origin.file != FileId::Invariants);
        }
        let language = Language::Hujson(dialect);
        Sources { paths: names.clone(), names, texts, language, facts: Outside::All(Box::new(facts)), today }
    }

    /// Returns the sources of the first `policy!` in a Rust file.
    #[cfg(test)]
    pub(super) fn of_rust(text: &str, from_files: Option<Facts>, today: Option<Date>) -> Sources {
        let name = || vec![PathBuf::from("tailnet.rs")];
        let (names, paths, texts) = (name(), name(), vec![text.to_owned()]);
        Sources { names, paths, texts, language: Language::Rust(0), facts: Outside::files(from_files), today }
    }

    /// Returns the sources of a built-in policy. `policy` has all facts, and `from_files` are those of
    /// files, if there are any.
    pub(super) fn of_original(
        original: &Original,
        policy: &Policy,
        from_files: Option<Facts>,
        today: Option<Date>,
    ) -> Sources {
        let (names, paths, texts) = original.files();
        let (language, facts) = match original.policy_number() {
            Some(number) => (Language::Rust(number), Outside::files(from_files)),
            None => (Language::Hujson(Some(policy.dialect)), Outside::All(Box::new(policy.facts.clone()))),
        };
        Sources { names, paths, texts, language, facts, today }
    }

    /// Reads the policy from its texts, and finds what is wrong with it. Returns `None` if the Rust
    /// source is not a policy any more.
    pub(super) fn examine(&self, texts: &[String]) -> Option<Examined> {
        match self.language {
            Language::Hujson(_) => self.examine_hujson(texts),
            Language::Rust(number) => self.examine_rust(number, texts),
        }
    }

    /// Reads the policy from its texts, without checking it. Returns `None` if it is in Rust.
    pub(super) fn read(&self, texts: &[String]) -> Option<Policy> {
        let Language::Hujson(dialect) = self.language else { return None };
        let policy = self.complete(Policy::parse_in(texts.first()?.clone(), dialect));
        Some(match (self.names.get(1), texts.get(1)) {
            (Some(name), Some(text)) => policy.with_invariants(invariants_file::parse(name.to_string_lossy(), text)),
            _ => policy,
        })
    }

    fn examine_hujson(&self, texts: &[String]) -> Option<Examined> {
        let policy = self.read(texts)?;
        let document = Document::parse(texts.first()?.as_str()).ok();
        let findings = policy.check().into_iter().filter(is_in_sources);
        let found = findings.map(|finding| found(&finding, file_edit(document.as_ref(), texts, &finding))).collect();
        Some(Examined::new(policy, found, true))
    }

    fn examine_rust(&self, number: usize, texts: &[String]) -> Option<Examined> {
        let files: Vec<&str> = texts.iter().map(String::as_str).collect();
        let source = nth_policy(&files, number)?;
        let policy = self.complete(Policy::with_facts(&source.lowered.policy, &source.lowered.facts));
        let said = source.findings.iter().chain(&source.lowered.findings);
        let mut all: Vec<Found> =
            said.map(|finding| found(finding, file_edit_of(source.edit_of_tokens(&files, finding)))).collect();
        let is_complete = !all.iter().any(|found| found.is_error);
        let findings = policy.check();
        // The report of the check has those about files of facts.
        let findings = findings.iter().filter(|finding| !matches!(finding.origin.file, FileId::Facts(1..)));
        all.extend(findings.map(|finding| found(finding, file_edit_of(source.edit(&files, finding)))));
        Some(Examined::new(policy, all, is_complete))
    }

    /// Adds the facts that are not in the texts, and the day.
    fn complete(&self, mut policy: Policy) -> Policy {
        match &self.facts {
            Outside::All(facts) => policy.facts = facts.as_ref().clone(),
            Outside::Files(facts) => {
                crate::facts::join(&mut policy, facts.iter().map(|facts| (facts.as_ref().clone(), Vec::new())));
            }
        }
        match self.today {
            Some(today) => policy.with_today(today),
            None => policy,
        }
    }
}

impl Outside {
    fn files(facts: Option<Facts>) -> Outside {
        Outside::Files(facts.map(Box::new))
    }
}

/// Returns whether a finding is about the policy or its invariants, and not about other facts.
fn is_in_sources(finding: &Diagnostic) -> bool {
    matches!(finding.origin.file, FileId::Policy | FileId::Invariants)
}

fn found<P>(finding: &Diagnostic<P>, edit: Option<FileEdit>) -> Found {
    Found { code: finding.code, message: finding.message.clone(), is_error: finding.is_error(), edit }
}

fn file_edit_of(edit: Option<(usize, Edit<Range<usize>>)>) -> Option<FileEdit> {
    edit.map(|(file, edit)| FileEdit { file, edit })
}

/// Returns the edit of a policy file or of its invariants.
fn file_edit(document: Option<&Document>, texts: &[String], finding: &Diagnostic) -> Option<FileEdit> {
    if finding.origin.file == FileId::Policy {
        let edit = document?.edit(finding.fix()?, finding.origin)?;
        return Some(FileEdit { file: 0, edit: edit.map_place(|place| place.range()) });
    }
    let edit = policy_syntax::edit(finding.fix()?, texts.get(1)?, finding.origin.range())?;
    Some(FileEdit { file: 1, edit })
}

/// Returns the `policy!` with a number among those that can be read.
fn nth_policy(files: &[&str], number: usize) -> Option<RustSource> {
    let seen = std::cell::Cell::new(0);
    RustSource::find(files, &|_| seen.replace(seen.get() + 1) == number)
}
