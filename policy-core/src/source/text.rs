use std::ops::{Deref, Range};

use crate::source::Origin;

/// A string of the policy, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    value: Box<str>,
    /// The whole literal, quotes included; or the part of one that this is.
    pub origin: Origin,
    /// Where the value's first byte stands. `None` if escapes make value and source differ.
    content: Option<u32>,
}

impl Text {
    /// The literal at `origin`, whose value starts at `content` and stands there as it is.
    pub fn verbatim(value: impl Into<Box<str>>, origin: Origin, content: u32) -> Self {
        Text { value: value.into(), origin, content: Some(content) }
    }

    /// The literal at `origin`, written with escapes.
    pub fn escaped(value: impl Into<Box<str>>, origin: Origin) -> Self {
        Text { value: value.into(), origin, content: None }
    }

    /// The string itself.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Where some bytes of the value stand; all of the literal if that cannot be told.
    pub fn part(&self, part: Range<usize>) -> Origin {
        let (Some(content), Ok(start), Ok(end)) = (self.content, u32::try_from(part.start), u32::try_from(part.end))
        else {
            return self.origin;
        };
        Origin { start: content.saturating_add(start), end: content.saturating_add(end), ..self.origin }
    }

    /// Some bytes of the value as a text of their own; empty if they are no part of it.
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
