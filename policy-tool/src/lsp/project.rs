use std::sync::Arc;

use gen_lsp_types as lsp;
use policy_cli::tool::{invariants_file, target, today};
use policy_core::model::Dialect;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, Policy};

use super::documents::{Document, Documents};
use super::fact_files::FactFiles;
use super::positions::Encoding;
use super::settings::Settings;

/// A policy and the texts that are read with it, at one moment.
#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) policy: Document,
    pub(super) invariants: Option<Document>,
    pub(super) facts: Arc<FactFiles>,
    target: Option<Dialect>,
}

impl Project {
    /// Returns the project that a text belongs to. A file of invariants belongs to the policy beside
    /// it. `None` if there is no policy.
    pub(super) fn of(
        document: &Document,
        documents: &Documents,
        facts: &Arc<FactFiles>,
        settings: &Settings,
    ) -> Option<Project> {
        let path = document.path();
        let is_invariants =
            path.as_ref().is_some_and(|path| path.extension() == Some(invariants_file::EXTENSION.as_ref()));
        let (policy, invariants) = if is_invariants {
            let path = path.as_ref()?;
            let beside =
                ["hujson", "json"].iter().find_map(|extension| documents.read(&path.with_extension(extension)));
            (beside?, Some(document.clone()))
        } else {
            let beside = path.map(|path| invariants_file::beside(&path));
            (document.clone(), beside.and_then(|beside| documents.read(&beside)))
        };
        Some(Project { policy, invariants, facts: Arc::clone(facts), target: settings.target })
    }

    /// Reads the policy from a text in the place of its own.
    pub(super) fn read(&self, text: String) -> Policy {
        let (mut policy, _) = target::read(text, self.target);
        self.facts.add_to(&mut policy);
        if let Some(invariants) = &self.invariants {
            let name = invariants.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
            policy = policy.with_invariants(policy_syntax::invariants_file::parse(name, invariants.text()));
        }
        match today::today() {
            Ok(today) if !policy.endings().is_empty() => policy.with_today(today),
            // Only a wrong date in the environment is a failure.
            Ok(_) | Err(_) => policy,
        }
    }

    /// Returns everything that is wrong.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        self.read(self.policy.text().to_owned()).check()
    }

    /// Returns one of the texts.
    pub(super) fn file(&self, file: FileId) -> Option<&Document> {
        match file {
            FileId::Policy => Some(&self.policy),
            FileId::Invariants => self.invariants.as_ref(),
            FileId::Facts(number) => self.facts.files.get(usize::from(number).checked_sub(1)?),
            FileId::Scanned(_) => None,
        }
    }

    /// Returns all texts.
    pub(super) fn files(&self) -> impl Iterator<Item = &Document> {
        [&self.policy].into_iter().chain(&self.invariants).chain(&self.facts.files)
    }

    /// Returns which of the texts this is.
    pub(super) fn id(&self, uri: &lsp::Uri) -> FileId {
        match &self.invariants {
            Some(invariants) if invariants.uri == *uri => FileId::Invariants,
            _ => FileId::Policy,
        }
    }

    /// Converts a place.
    pub(super) fn location(&self, origin: Origin, encoding: Encoding) -> Option<lsp::Location> {
        let file = self.file(origin.file)?;
        Some(lsp::Location { uri: file.uri.clone(), range: encoding.range(&file.lines, origin.range()) })
    }

    /// Returns whether nothing differs between two moments.
    pub(super) fn is_same(&self, other: &Project) -> bool {
        let same_invariants = match (&self.invariants, &other.invariants) {
            (Some(one), Some(other)) => one.is_same(other),
            (None, None) => true,
            _ => false,
        };
        self.policy.is_same(&other.policy)
            && same_invariants
            && Arc::ptr_eq(&self.facts, &other.facts)
            && self.target == other.target
    }
}
