use std::ops::{Deref, Range};

use crate::source::Origin;

/// A string of the policy, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: Box<str>,
    /// The place of the whole literal, quotes included, or of the part that this is.
    pub origin: Origin,
    /// The place of the value's first byte. `None` if the literal has escapes, so that value and
    /// source differ.
    content: Option<u32>,
}

impl Text {
    /// Makes a text from the literal at `origin`, whose value starts at `content` and has no
    /// escapes.
    pub fn verbatim(value: impl Into<Box<str>>, origin: Origin, content: u32) -> Self {
        Text { value: value.into(), origin, content: Some(content) }
    }

    /// Makes a text from the literal at `origin`, which is written with escapes.
    pub fn escaped(value: impl Into<Box<str>>, origin: Origin) -> Self {
        Text { value: value.into(), origin, content: None }
    }

    /// Returns the string.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Returns the place of some bytes of the value, or of the whole literal if it has escapes.
    pub fn part(&self, part: Range<usize>) -> Origin {
        let (Some(content), Ok(start), Ok(end)) = (self.content, u32::try_from(part.start), u32::try_from(part.end))
        else {
            return self.origin;
        };
        Origin { start: content.saturating_add(start), end: content.saturating_add(end), ..self.origin }
    }

    /// Returns some bytes of the value as a text. The text is empty if the range is not in the
    /// value.
    pub fn slice(&self, part: Range<usize>) -> Text {
        let value = self.value.get(part.clone()).unwrap_or_default();
        let content = self.content.and_then(|at| Some(at.saturating_add(u32::try_from(part.start).ok()?)));
        Text { value: value.into(), origin: self.part(part), content }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.value
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.value)
    }
}
