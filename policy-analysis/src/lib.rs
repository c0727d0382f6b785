//! Questions about a valid tailnet policy: who can reach what, which access a change gives or
//! removes, what each device gets, and which rules no test covers.
//!
//! [`Analysis`] adds a method for each question to [`ValidPolicy`](policy_core::ValidPolicy), which
//! [`Policy::validate`](policy_core::Policy::validate) makes. A policy with errors has no answers.
//!
//! # Can one reach the other?
//!
//! [`Analysis::explain`] answers for one connection. It returns the rules that allow it, and how
//! they name both ends. If no rule allows it, it returns the rules that come nearest, and the
//! condition that each of them does not meet. [`Analysis::who`] lists everyone who can reach a
//! destination. [`Analysis::what`] lists everything that a source can reach. Both include "any
//! other member" and "any other address", which stand for everyone and everything that joins later.
//!
//! ```
//! use policy_analysis::Analysis;
//! use policy_analysis::query::Question;
//! use policy_core::Policy;
//! use policy_core::testing::Decision;
//!
//! let policy = Policy::parse(r#"{
//!     "groups": {"group:dba": ["alice@example.com"]}, "tagOwners": {"tag:db": []},
//!     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//! }"#).validate().expect("it is valid");
//!
//! let yes = policy.explain(&Question::tcp("alice@example.com", "tag:db", 5432))?;
//! assert_eq!(yes.decision(), Decision::Allow);
//! assert_eq!(yes.cases[0].reasons[0].path, ["`alice@example.com` is in `group:dba`"]);
//!
//! let no = policy.explain(&Question::tcp("alice@example.com", "tag:db", 22))?;
//! assert_eq!(no.decision(), Decision::Deny);
//! assert_eq!(no.cases[0].nearest[0].mismatch, "opens `tag:db` on `tcp:5432` only");
//!
//! let who = policy.who("tag:db", None)?;
//! assert_eq!(who.rows[0].sources, ["`alice@example.com`"]);
//!
//! let error = policy.what("tag:bd").unwrap_err();
//! assert_eq!(error.to_string(), "undefined tag `tag:bd`");
//! # Ok::<(), policy_analysis::query::QueryError>(())
//! ```
//!
//! # What does a change affect?
//!
//! Moved lines are ignored, and names of groups are resolved. What matters is the access that is
//! gained or lost. [`Analysis::diff`] computes it exactly and for everyone, including people who
//! join later.
//!
//! ```
//! use policy_analysis::Analysis;
//! use policy_analysis::diff::Direction;
//! use policy_core::Policy;
//!
//! let old = Policy::parse(r#"{
//!     "groups": {"group:eng": ["alice@example.com"]}, "tagOwners": {"tag:db": []},
//!     "grants": [{"src": ["group:eng"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//! }"#).validate().expect("it is valid");
//! // The group has one more member, and the rule is the same.
//! let text = old.text.replace(r#"["alice@example.com"]"#, r#"["alice@example.com", "bob@example.com"]"#);
//! let new = Policy::parse(text).validate().expect("it is valid");
//!
//! let diff = old.diff(&new);
//! assert_eq!(diff.changes.len(), 1);
//! assert_eq!(diff.changes[0].direction, Direction::Gained);
//! assert_eq!(diff.changes[0].to_string(), "bob@example.com -> tag:db tcp:5432");
//! assert!(old.diff(&old).is_empty());
//! ```
//!
//! # What does each device get?
//!
//! [`Analysis::compile`] returns what Tailscale's control plane sends to each device of the facts:
//! packet filters, SSH rules, node attributes, peers, routes and app capabilities.
//! [`Compiled::to_json`](compile::Compiled::to_json) returns it in the form in which clients
//! receive it.
//!
//! # Which rules are tested?
//!
//! [`Analysis::coverage`] deletes and widens each rule, and checks whether a test or an invariant
//! fails. If none does, it suggests tests.
//!
//! # Who can reach what, as a table?
//!
//! [`Analysis::matrix`] returns a table of the sources and destinations that the policy names.
//! [`Analysis::device_matrix`] returns one of the known devices.
//!
//! # Features
//!
//! `serde` implements `serde::Serialize` for the results.

mod analysis;
pub mod compile;
pub mod diff;
pub mod json_schema;
pub mod matrix;
pub mod mutation;
pub mod policy_schema;
pub mod query;

pub use analysis::Analysis;
