//! The texts that are open in the editor, and files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types as lsp;
use policy_cli::tool::line_index::LineIndex;
use policy_cli::tool::{file, uri};

use super::positions::Encoding;

/// A text at one moment.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) uri: lsp::Uri,
    /// The number that the editor gave to the text. `None` for a file that is not open.
    pub(super) version: Option<i32>,
    pub(super) lines: Arc<LineIndex<'static>>,
}

impl Document {
    pub(super) fn text(&self) -> &str {
        self.lines.text()
    }

    /// Returns the path of its file, if it is in a file.
    pub(super) fn path(&self) -> Option<PathBuf> {
        uri::to_path(&self.uri.0)
    }

    /// Returns whether both have the same text.
    pub(super) fn is_same(&self, other: &Document) -> bool {
        self.uri == other.uri && (Arc::ptr_eq(&self.lines, &other.lines) || self.text() == other.text())
    }
}

/// The texts that are open, in the order of their addresses.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, Document>);

impl Documents {
    pub(super) fn open(&mut self, opened: lsp::TextDocumentItem) {
        let lines = Arc::new(LineIndex::new(opened.text));
        let document = Document { uri: opened.uri.clone(), version: Some(opened.version), lines };
        self.0.insert(opened.uri.0, document);
    }

    pub(super) fn change(&mut self, params: lsp::DidChangeTextDocumentParams, encoding: Encoding) {
        let Some(document) = self.0.get_mut(&params.text_document.text_document_identifier.uri.0) else { return };
        document.version = Some(params.text_document.version);
        for change in params.content_changes {
            let text = match change {
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => whole.text,
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let mut text = document.text().to_owned();
                    text.replace_range(encoding.bytes(&document.lines, part.range), &part.text);
                    text
                }
            };
            document.lines = Arc::new(LineIndex::new(text));
        }
    }

    pub(super) fn close(&mut self, uri: &lsp::Uri) {
        self.0.remove(&uri.0);
    }

    pub(super) fn get(&self, uri: &lsp::Uri) -> Option<&Document> {
        self.0.get(&uri.0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }

    /// Returns the text of a file, as it is in the editor or otherwise on the disk. `None` if there
    /// is no such file, or if it cannot be read.
    pub(super) fn read(&self, path: &Path) -> Option<Document> {
        if let Some(document) = self.iter().find(|document| document.path().as_deref() == Some(path)) {
            return Some(document.clone());
        }
        let text = path.is_file().then(|| file::read_text(path).ok())??;
        Some(Document { uri: uri::of_path(path).into(), version: None, lines: Arc::new(LineIndex::new(text)) })
    }
}
