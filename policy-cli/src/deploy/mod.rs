//! What the commands share that ask a tailnet's control plane: the live policy, and its place in the history of ours.

mod default_policy;
pub(crate) mod history;
