//! What the commands share that ask a tailnet's control plane: the connection, the live policy, facts, and the live
//! policy's place in the history of ours.

pub(crate) mod connection;
pub(crate) mod cross_check;
mod default_policy;
pub(crate) mod fetched_facts;
pub(crate) mod history;
pub(crate) mod last_change;

/// The name of the live policy in messages.
pub const LIVE: &str = "<live policy>";
