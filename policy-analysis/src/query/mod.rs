//! Questions about a policy: whether one end can reach the other and why, who can reach a
//! destination, and what a source can reach.
//!
//! [`explain`](crate::Analysis::explain) is about one connection, [`who`](crate::Analysis::who)
//! about all sources of a destination, [`what`](crate::Analysis::what) about all destinations of a
//! source. An end of a question is a name that a person would type: a login, the name of a user or
//! a device of the facts, a host, an address, or any selector that a rule may have there. If a
//! selector stands for several ends, the answer covers all of them, including users and devices
//! that join later. Parts with different answers are listed separately.
//!
//! The answers agree with the policy's own tests, except for devices with several tags. A test
//! considers each tag separately. These answers also cover the whole device.

mod answer_table;
mod block;
mod carriers;
mod explain;
mod explanation;
mod find_ends;
mod lost_access;
mod near_miss;
mod numbers;
mod obstacle;
#[cfg(test)]
mod packet_oracle;
mod path;
mod query_end;
mod query_ends;
mod query_world;
mod reach;
mod rule_match;
mod rule_texts;
mod rules_between;
mod subject;
mod tailnet_selectors;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unknown_tests;

pub use answer_table::AnswerTable;
pub(crate) use carriers::{Carriers, is_beyond_tailnet};
pub(crate) use explain::explain;
pub use explanation::{Case, Explanation, Login, Question, Reason};
pub(crate) use lost_access::lost_access;
pub use lost_access::{AccessKind, Account, Asker, LossDoubt, LostAccess};
pub use near_miss::NearRule;
pub use obstacle::Obstacle;
pub use reach::{Possible, PossibleAccess, Reachability, ReachabilityRow};
pub(crate) use reach::{what, who, who_beyond_ports};
pub use rule_match::{AppRuleMatch, RuleMatch, SshRuleMatch};
pub use rule_texts::RuleTexts;
pub use subject::host_and_port;

/// The reason why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The mistake in the question, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// A question to ask instead.
    pub help: Option<String>,
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

impl QueryError {
    fn new(message: impl Into<String>) -> QueryError {
        QueryError { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> QueryError {
        QueryError { help: Some(help.into()), ..self }
    }
}
