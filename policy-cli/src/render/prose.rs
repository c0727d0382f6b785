//! Texts and tables, independent of the output format.

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Plain text
    Text(String),
    /// A name, or another part of the policy, shown as code
    Code(String),
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose(pub(crate) Vec<Span>);

/// A table. Every row has the same number of cells as there are headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) headings: Vec<Prose>,
    pub(crate) rows: Vec<Vec<Prose>>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(Prose),
    Table(Table),
    List(Vec<Prose>),
}

impl Prose {
    /// Returns plain text.
    pub(crate) fn text(text: impl Into<String>) -> Prose {
        Prose(vec![Span::Text(text.into())])
    }

    /// Returns a name.
    pub(crate) fn code(text: impl Into<String>) -> Prose {
        Prose(vec![Span::Code(text.into())])
    }

    /// Returns names separated by commas.
    pub(crate) fn codes<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Prose {
        Prose::join(names.into_iter().map(Prose::code), ", ")
    }

    /// Reads a comment as one line. Names in backticks become code.
    pub(crate) fn comment(comment: &str) -> Prose {
        let line = comment.split_whitespace().collect::<Vec<_>>().join(" ");
        let parts: Vec<&str> = line.split('`').collect();
        let mut spans = Vec::new();
        for (place, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            spans.push(match place % 2 {
                0 => Span::Text((*part).to_owned()),
                _ if place + 1 < parts.len() => Span::Code((*part).to_owned()),
                // An unpaired backtick is plain text.
                _ => Span::Text(format!("`{part}")),
            });
        }
        Prose(spans)
    }

    /// Returns the comment, or an empty text.
    pub(crate) fn purpose(comment: Option<&str>) -> Prose {
        comment.map_or(Prose::default(), Prose::comment)
    }

    /// Joins texts with `between` between them.
    pub(crate) fn join(parts: impl IntoIterator<Item = Prose>, between: &str) -> Prose {
        let mut joined = Prose::default();
        for part in parts {
            if !joined.0.is_empty() {
                joined.0.push(Span::Text(between.to_owned()));
            }
            joined.0.extend(part.0);
        }
        joined
    }

    /// Appends plain text.
    #[must_use]
    pub(crate) fn and_text(self, text: impl Into<String>) -> Prose {
        self.and(Prose::text(text))
    }

    /// Appends a name.
    #[must_use]
    pub(crate) fn and_code(self, text: impl Into<String>) -> Prose {
        self.and(Prose::code(text))
    }

    /// Appends another text.
    #[must_use]
    pub(crate) fn and(mut self, other: Prose) -> Prose {
        self.0.extend(other.0);
        self
    }

    /// Returns true if there is no text.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Table {
    /// Creates an empty table with these headings.
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Table {
        Table { headings: headings.map(Prose::text).into(), rows: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_line_with_its_names() {
        let (text, code) = (|text: &str| Span::Text(text.to_owned()), |text: &str| Span::Code(text.to_owned()));
        for (comment, spans) in [
            ("", vec![]),
            ("plain\n  words", vec![text("plain words")]),
            ("for `tag:a` only", vec![text("for "), code("tag:a"), text(" only")]),
            ("`a``b`", vec![code("a"), code("b")]),
            ("it`s", vec![text("it"), text("`s")]),
            ("`a` and `b", vec![code("a"), text(" and "), text("`b")]),
        ] {
            assert_eq!(Prose::comment(comment).0, spans, "{comment}");
        }
    }
}
