//! The files of facts that the settings name.

use std::path::Path;
use std::sync::Arc;

use policy_cli::tool::{join_facts, read_facts};
use policy_core::model::Facts;
use policy_core::source::FileId;
use policy_core::{Diagnostic, Policy};

use super::documents::{Document, Documents};
use super::settings::Settings;

/// Files of facts that have been read.
#[derive(Debug, Default)]
pub(super) struct FactFiles {
    /// The files, numbered from 1.
    pub(super) files: Vec<Document>,
    facts: Vec<(Facts, Vec<Diagnostic>)>,
    /// What could not be read.
    pub(super) problems: Vec<String>,
}

impl FactFiles {
    /// Reads the files. Relative paths begin at the folder of the workspace, or otherwise at the
    /// working directory.
    pub(super) fn read(settings: &Settings, root: Option<&Path>, documents: &Documents) -> Arc<FactFiles> {
        let mut files = FactFiles::default();
        for path in &settings.facts {
            let path = root.map_or_else(|| path.clone(), |root| root.join(path));
            // The URI of a text must have the whole path.
            let path = std::path::absolute(&path).unwrap_or(path);
            let number = u16::try_from(files.files.len() + 1);
            match (documents.read(&path), number) {
                (Some(document), Ok(number)) => {
                    files.facts.push(read_facts(document.text(), FileId::Facts(number)));
                    files.files.push(document);
                }
                _ => files.problems.push(format!("cannot read the facts in `{}`", path.display())),
            }
        }
        Arc::new(files)
    }

    /// Returns whether the files that would be read have the same texts.
    pub(super) fn contains(&self, document: &Document) -> bool {
        self.files.iter().any(|file| file.uri == document.uri || file.path() == document.path())
    }

    /// Adds the facts to a policy.
    pub(super) fn add_to(&self, policy: &mut Policy) {
        join_facts(policy, self.facts.iter().cloned());
    }
}
