//! Questions to a policy: may one reach the other, by which rule, and what is missing if not; who reaches something;
//! what somebody reaches.
//!
//! [`explain`] is about one connection, [`who`] about all sources of a destination, [`what`] about all destinations of
//! a source. An end of a question is whatever a person would type: a login, the name of a user or a device of the
//! facts, a host, an address, or any selector that a rule may have there. A selector that stands for several is answered
//! for all of them, those included who do not exist yet, and where they differ each is told apart.
//!
//! The answer is that of the policy's own tests wherever a test can ask the same, a device with several tags apart:
//! a test takes each tag alone, and these answers tell of the device, too.

mod explain;
mod near_miss;
mod path;
mod query_world;
mod reach;
mod rule;
mod subject;
#[cfg(test)]
mod tests;
mod unknown_selectors;

use policy_core::access::port_set::PortSet;
use policy_core::model::{Action, CheckPeriod, Role};
use policy_core::source::Origin;

pub use explain::{Answer, Case, Explanation, Login, Question, Reason, explain};
pub use near_miss::Near;
pub use reach::{Reachability, ReachabilityRow, what, who, who_beyond_ports};
pub use rule::RuleTexts;
pub use subject::host_and_port;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// What is wrong with the question, in the style of [`policy_core::Diagnostic::message`].
    pub message: String,
    /// What to ask instead.
    pub help: Option<String>,
}

impl QueryError {
    fn new(message: impl Into<String>) -> QueryError {
        QueryError { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> QueryError {
        QueryError { help: Some(help.into()), ..self }
    }
}

/// A rule that opens ports between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleMatch {
    /// The rule; the whole policy if it has no rules.
    pub rule: Origin,
    /// All that it opens there.
    pub ports: PortSet,
    /// The postures of which the source must meet one, if there are any.
    pub postures: Vec<String>,
    /// The tags of the routers that it goes through, if it says so.
    pub via: Vec<String>,
}

/// Capabilities that a rule gives to one towards the applications of another.
#[derive(Clone, Debug, PartialEq)]
pub struct AppRuleMatch {
    /// The grant.
    pub rule: Origin,
    /// Each capability with its values.
    pub capabilities: Vec<(String, Vec<policy_core::json::Value>)>,
    /// See [`RuleMatch::postures`].
    pub postures: Vec<String>,
}

/// An SSH rule that lets somebody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshRuleMatch {
    /// The rule.
    pub rule: Origin,
    /// With or without a check.
    pub action: Action,
    /// As which accounts.
    pub users: Vec<String>,
    /// How long a check lasts, as `12h` or `always`. `None` if there is none.
    pub check_period: Option<String>,
    /// See [`RuleMatch::postures`].
    pub postures: Vec<String>,
    /// The tags of the recorders of the session, if it is recorded.
    pub recorder: Vec<String>,
}

/// How long a proof of identity lasts, as a policy would have it.
fn check_period(action: Action, written: Option<&CheckPeriod>) -> Option<String> {
    let default = CheckPeriod::DEFAULT.to_string();
    let default = default.strip_suffix("0m0s").unwrap_or(&default);
    (action == Action::Check).then(|| written.map_or_else(|| default.to_owned(), |period| period.text.to_string()))
}

/// A role with its article.
fn a_role(role: Role) -> String {
    let name = Role::NAMES.iter().find(|(_, known)| *known == role).map_or("member", |(name, _)| name);
    match role {
        Role::Owner => "the owner".to_owned(),
        Role::Admin | Role::ItAdmin | Role::Auditor => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
