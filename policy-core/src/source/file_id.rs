/// One of the texts that are read together: a policy, and what is known beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum FileId {
    /// The policy itself.
    #[default]
    Policy,
    /// Facts about the tailnet. Number 0 is in the policy's own source; files from elsewhere count from 1.
    Facts(u16),
    /// The file of invariants beside the policy.
    Invariants,
}

impl FileId {
    /// The facts that are in the policy's own source.
    pub const FACTS: FileId = FileId::Facts(0);
}
