use std::ops::Range;

use crate::source::FileId;

/// Where a node of the model stands: a range of bytes in one of the texts that are read together.
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
    /// The range of a policy from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Origin { file: FileId::Policy, start, end }
    }

    /// The same range of another text.
    #[must_use]
    pub const fn in_file(self, file: FileId) -> Self {
        Origin { file, ..self }
    }

    /// Which bytes of its text these are.
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

    /// Returns whether `other` lies within it.
    pub fn contains(self, other: Origin) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The range from the start of `self` to the end of `other`, which is in the same text.
    pub fn to(self, other: Origin) -> Origin {
        Origin { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
