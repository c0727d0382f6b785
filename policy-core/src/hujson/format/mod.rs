//! The official format, in which Tailscale stores a policy and computes its ETag.

mod alignment;
mod expansion;
mod space;
mod writer;

use std::borrow::Cow;

use crate::hujson::document::{Document, NodeId};
use crate::hujson::literal::escaped;

impl Document {
    /// Formats the text as Tailscale's own formatter does, byte for byte.
    ///
    /// An array or object is on one line, or has one line for each item. The author's choice is
    /// kept, except that a long one is always split. Values of neighbouring members are aligned.
    /// Comments are kept. Items on separate lines get a trailing comma, unless the text is plain
    /// JSON. Formatting a second time changes nothing, except for rare comments of several lines beside
    /// a line of about 80 characters.
    ///
    /// ```
    /// use policy_core::hujson::Document;
    /// let document = Document::parse("{// hosts we know\n\"web\":\"10.0.0.1\",\"nas\" : \"10.0.0.2\"}")?;
    /// assert_eq!(
    ///     document.format(),
    ///     "{ // hosts we know\n\t\"web\": \"10.0.0.1\",\n\t\"nas\": \"10.0.0.2\",\n}\n"
    /// );
    /// # Ok::<(), policy_core::hujson::SyntaxError>(())
    /// ```
    pub fn format(&self) -> String {
        self.try_format().unwrap_or_else(|| self.text().to_owned())
    }

    /// Like [`Document::format`], but returns `None` if the result has more than 1 GiB. `format`
    /// then returns the original text.
    pub fn try_format(&self) -> Option<String> {
        writer::written(self, &expansion::layouts(self))
    }
}

/// Returns a literal as the formatter writes it. A string keeps only the escapes that it needs.
fn literal(document: &Document, id: NodeId) -> Cow<'_, str> {
    let value = document.node(id).has_escapes.then(|| document.unquoted(id)).flatten();
    value.map_or(Cow::Borrowed(document.source(id)), |value| Cow::Owned(escaped(&value)))
}
