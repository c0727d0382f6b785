/// One of the texts that are read together: a policy, and its facts and invariants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum FileId {
    /// The policy itself.
    #[default]
    Policy,
    /// Facts about the tailnet. Number 0 is in the policy's own source. Other files have numbers
    /// from 1.
    Facts(u16),
    /// The file of invariants beside the policy.
    Invariants,
    /// A file of another program that names parts of the policy. Numbered from 0.
    Scanned(u16),
}

impl FileId {
    /// The facts in the policy's own source.
    pub const FACTS: FileId = FileId::Facts(0);
}
