use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use gen_lsp_types as lsp;
use policy_core::source::{FileId, Origin};
use policy_core::{Diagnostic, hujson};
use policy_ide::Snapshot;

use super::documents::Document;
use super::positions::Encoding;
use super::project::Project;

/// One text of a project, and the policy as far as it can be read.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) project: Project,
    /// The policy, when it is needed.
    snapshot: Rc<OnceCell<Snapshot>>,
    /// Which of the texts it is.
    pub(super) file: FileId,
    pub(super) encoding: Encoding,
}

impl View {
    pub(super) fn new(project: Project, snapshot: Rc<OnceCell<Snapshot>>, file: FileId, encoding: Encoding) -> View {
        View { project, snapshot, file, encoding }
    }

    /// Returns the policy as far as it can be read.
    pub(super) fn snapshot(&self) -> &Snapshot {
        self.snapshot.get_or_init(|| Snapshot::new(self.project.policy.text(), |text| self.project.read(text)))
    }

    /// Returns the tree of the policy's text, unless the text is broken.
    pub(super) fn valid_document(&self) -> Option<&hujson::Document> {
        let document = &self.snapshot().document;
        (document.text() == self.project.policy.text()).then_some(document)
    }

    /// Returns everything that is wrong. A valid text has been read already.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        match self.valid_document() {
            Some(_) => self.snapshot().policy.check(),
            None => self.project.findings(),
        }
    }

    /// Returns the text. It is that of the editor, which need not be valid.
    pub(super) fn document(&self) -> &Document {
        self.project.file(self.file).unwrap_or(&self.project.policy)
    }

    /// Returns the byte at a position.
    pub(super) fn offset(&self, position: lsp::Position) -> usize {
        self.encoding.offset(&self.document().lines, position)
    }

    /// Converts a range of bytes of the text.
    pub(super) fn range(&self, range: Range<usize>) -> lsp::Range {
        self.encoding.range(&self.document().lines, range)
    }

    /// Converts a place in any of the texts.
    pub(super) fn location(&self, origin: Origin) -> Option<lsp::Location> {
        self.project.location(origin, self.encoding)
    }
}
