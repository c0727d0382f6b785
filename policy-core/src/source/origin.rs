/// Where a node of the model stands: a range of bytes.
///
/// Positions are global. Each text is read at a base of its own (see [`crate::hujson::Document`]),
/// so an origin alone tells the policy from the facts, as in rustc's source map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Origin {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Origin {
    /// The range from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Origin { start, end }
    }

    /// Which bytes of its text these are, if the base of that is 0, as a policy's is.
    ///
    /// ```
    /// use policy_core::Policy;
    /// let policy = Policy::parse(r#"{"hosts": {"web": "10.0.0.1"}}"#);
    /// assert_eq!(policy.text.get(policy.hosts[0].origin.range()), Some(r#""web": "10.0.0.1""#));
    /// ```
    pub fn range(self) -> std::ops::Range<usize> {
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        at(self.start)..at(self.end)
    }

    /// Whether `other` lies within it.
    pub const fn contains(self, other: Origin) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The range from the start of `self` to the end of `other`.
    pub fn to(self, other: Origin) -> Origin {
        Origin { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}
