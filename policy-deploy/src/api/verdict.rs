//! The control plane's answer to the question whether it would accept a policy.

/// Whether the control plane would accept a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The reasons to refuse it. Empty if it accepts the policy.
    pub errors: Vec<VerdictItem>,
    /// What it warns about. A policy with warnings is accepted.
    pub warnings: Vec<VerdictItem>,
}

impl Verdict {
    /// Returns whether the policy is accepted.
    pub fn is_accepted(&self) -> bool {
        self.errors.is_empty()
    }
}

/// One error or warning of a [`Verdict`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictItem {
    /// The user of the test that it is about, or the empty text.
    pub subject: String,
    /// The server's own words.
    pub message: String,
    /// The line and the column in the text that was sent, from 1, if the words name them.
    pub position: Option<(u32, u32)>,
}
