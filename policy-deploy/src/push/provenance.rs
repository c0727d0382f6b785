//! Where the live policy comes from.

/// Where the live policy comes from. The caller finds out, for example in git's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// It is an earlier version of the wanted policy. The clause says which, such as "it is the policy of commit `4f2a1c`,
    /// 3 commits ago".
    Earlier(String),
    /// It is the policy of a new tailnet, which nobody has changed.
    NewTailnet,
    /// Somebody else wrote it, or that cannot be ruled out. The clause says why, such as "no commit has it".
    Foreign(String),
}
