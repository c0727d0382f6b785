use std::ops::Range;

use crate::source::FileId;

/// The place of a node of the model: a range of bytes in one of the texts that are read together.
///
/// [`Policy::locate`](crate::Policy::locate) finds the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Origin {
    /// The text.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Origin {
    /// Returns the range of the policy's text from `start` to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Origin { file: FileId::Policy, start, end }
    }

    /// Returns the same range in another text.
    #[must_use]
    pub const fn in_file(self, file: FileId) -> Self {
        Origin { file, ..self }
    }

    /// Returns the range of bytes in the text.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"hosts": {"web": "10.0.0.1"}}"#);
    /// assert_eq!(policy.text.get(policy.hosts[0].origin.range()), Some(r#""web": "10.0.0.1""#));
    /// ```
    pub fn range(self) -> Range<usize> {
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        at(self.start)..at(self.end)
    }

    /// Returns whether `other` is inside it.
    pub fn contains(self, other: Origin) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// Returns the range from the start of `self` to the end of `other`, which is in the same text.
    pub fn to(self, other: Origin) -> Origin {
        Origin { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
