//! The official formatting, as Tailscale keeps a policy and computes its ETag from.

mod alignment;
mod expansion;
mod space;
mod writer;

use std::borrow::Cow;

use crate::hujson::document::{Document, Kind, NodeId};
use crate::hujson::literal::{escaped, unescaped};

impl Document {
    /// The text as Tailscale's own formatter writes it, byte for byte.
    ///
    /// An array or object stands on one line, or has a line for each of its items: that is the author's choice,
    /// except that a long one never stands on one line. Values of neighbouring members are aligned. Comments stay,
    /// trailing commas come where there are lines, unless the text is plain JSON. Formatting twice changes nothing more.
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

    /// Like [`Document::format`], but returns `None` for a result of more than 1 GiB. `format` returns the text as it is
    /// then.
    pub fn try_format(&self) -> Option<String> {
        writer::written(self, &expansion::expanded(self))
    }
}

/// A literal as the formatter writes it: a string with escapes gets those that it needs, and no others.
fn literal(document: &Document, id: NodeId) -> Cow<'_, str> {
    let source = document.source(id);
    if document.kind(id) != Kind::String {
        return Cow::Borrowed(source);
    }
    unescaped(source).map_or(Cow::Borrowed(source), |value| {
        Cow::Owned(escaped(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or_default()))
    })
}
