//! What a tailnet policy is, whether it is valid, and what it does: pure functions on data.
//!
//! # A first look
//!
//! A policy arrives as text: HuJSON, the policy file's own format. [`Policy::parse`] reads it, and never fails. What
//! could not be read is a finding like any other, and [`Policy::check`] has them all.
//!
//! ```
//! use policy_core::Policy;
//!
//! let policy = Policy::parse(r#"{
//!     // Who looks after the servers
//!     "groups": {"group:ops": ["alice@example.com"]},
//!     "tagOwners": {"tag:web": ["group:ops"], "tag:db": ["group:ops"]},
//!     "grants": [
//!         {"src": ["autogroup:member"], "dst": ["tag:web"], "ip": ["tcp:443"]},
//!         {"src": ["group:ops"], "dst": ["tag:web", "tag:bd"], "ip": ["tcp:22"]},
//!     ],
//! }"#);
//!
//! let findings = policy.check();
//! assert_eq!(findings[0].message, "undefined tag `tag:bd`");
//! assert_eq!(findings[0].help.as_deref(), Some("did you mean `tag:db`?"));
//! assert_eq!(findings[0].code.name(), "undefined-tag");
//! assert!(findings[0].is_error());
//!
//! // Where: a range of bytes of the text.
//! assert_eq!(policy.text.get(findings[0].origin.range()), Some(r#""tag:bd""#));
//! ```
//!
//! A [`Diagnostic`] has a [`Code`] that stays the same whatever its words will be, one sentence, a place, perhaps notes
//! with second places, and what to write instead. Where Tailscale would refuse the policy for it, it has Tailscale's answer, too.
//! An error is what Tailscale refuses, or what contradicts the policy's own statements; a warning is what Tailscale takes
//! and nobody wants.
//!
//! # Does it do what it should?
//!
//! A policy file says so itself, in `tests` and `sshTests`. Tailscale runs them whenever it gets the policy, and
//! [`Policy::test`] runs them here, without a network and without a device: for each target it tells the rule on
//! which it rests, or why it fails. A failing test is one of the findings of [`Policy::check`], too.
//!
//! ```
//! use policy_core::Policy;
//!
//! let policy = Policy::parse(r#"{
//!     "tagOwners": {"tag:web": [], "tag:db": []},
//!     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//!     "tests": [{"src": "tag:web", "accept": ["tag:db:5432", "tag:db:22"], "deny": ["tag:db:80"]}],
//! }"#);
//! let passes: Vec<bool> = policy.test().iter().map(|tested| tested.outcome.passes()).collect();
//! assert_eq!(passes, [true, false, true]);
//! let why = policy.test()[1].finding.clone().unwrap();
//! assert_eq!(why.message, "`tag:web` should reach `tag:db:22`, but no rule allows it");
//! ```
//!
//! A policy does not tell who is an admin, and which devices there are. [`Policy::with_facts`] takes what is known beside
//! it: users with their roles, devices, and [invariants](model::Invariant), which are tests of everybody at once.
//!
//! # May one reach the other?
//!
//! [`Policy::explain`] answers for one connection: by which rules, and by which way both ends are in them; or what comes
//! nearest, and what that lacks. [`Policy::who`] and [`Policy::what`] tell all who reach something, and all that somebody
//! reaches, "any other member" included.
//!
//! ```
//! use policy_analysis::query::Question;
//! use policy_core::Policy;
//! use policy_core::model::Protocol;
//! use policy_core::testing::Decision;
//!
//! let policy = Policy::parse(r#"{
//!     "groups": {"group:dba": ["alice@example.com"]}, "tagOwners": {"tag:db": []},
//!     "grants": [{"src": ["group:dba"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//! }"#);
//! let ask = |source, port| {
//!     policy.explain(&Question { source, destination: "tag:db", protocol: Protocol::TCP, port, account: None })
//! };
//!
//! let yes = ask("alice@example.com", 5432)?;
//! assert_eq!(yes.decision(), Decision::Allow);
//! assert_eq!(yes.cases[0].reasons[0].path, ["`alice@example.com` is in `group:dba`"]);
//!
//! let no = ask("alice@example.com", 22)?;
//! assert_eq!(no.decision(), Decision::Deny);
//! assert_eq!(no.cases[0].nearest[0].mismatch, "opens `tag:db` on `tcp:5432` only");
//! # Ok::<(), policy_analysis::query::QueryError>(())
//! ```
//!
//! # What does a change change?
//!
//! Lines that move and groups that get a member: what counts is the access that is gained or lost. [`Policy::diff`] tells that exactly,
//! for everybody, including people who join later.
//!
//! ```
//! use policy_core::Policy;
//! use policy_analysis::diff::Direction;
//!
//! let old = Policy::parse(r#"{
//!     "groups": {"group:eng": ["alice@example.com"]}, "tagOwners": {"tag:db": []},
//!     "grants": [{"src": ["group:eng"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//! }"#);
//! // One more member, and the rule as it is.
//! let new = Policy::parse(old.text.replace(r#"["alice@example.com"]"#, r#"["alice@example.com", "bob@example.com"]"#));
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
//! [`Policy::compile`] makes of a policy and its devices what Tailscale's control plane makes of them: packet filters, SSH
//! rules, node attributes, peers, routes and app capabilities, in the form in which clients get them if wanted.
//!
//! # Writing one
//!
//! The text is the policy, and a [`Policy`] is the reading of it: a program that changes a policy changes its text. [`hujson::Document`] knows where
//! every value and every comment stands, and [`Policy::to_hujson`] formats the result as Tailscale does.
//!
//! ```
//! use policy_core::Policy;
//!
//! let file = "{\n\t// Everybody, for now\n\t\"grants\": [{\"src\": [\"*\"], \"dst\": [\"*\"], \"ip\": [\"*\"]}],\n}\n";
//! let policy = Policy::parse(file);
//! let everybody = &policy.grants.as_deref().unwrap()[0].src[0].text;
//!
//! let mut text = policy.text.clone();
//! text.replace_range(everybody.origin.range(), r#""autogroup:admin""#);
//! let policy = Policy::parse(text);
//! assert!(policy.check().is_empty());
//! assert_eq!(policy.to_hujson(), file.replace("[\"*\"], \"dst\"", "[\"autogroup:admin\"], \"dst\""));
//! ```
//!
//! # Names that cannot be wrong
//!
//! Behind `policy!` each declared name is an item with a type of [`name`]: a program that asks for `tailnet::tag::db` where the
//! policy has no such tag does not compile, and one that puts a group where a tag belongs does not either.
//!
//! ```
//! # mod tailnet {
//! #     pub mod tag { pub const db: policy_core::name::Tag = policy_core::name::Tag::declared("tag:db"); }
//! # }
//! use policy_core::name::Tag;
//!
//! /// The body of the request that gives a device its tags.
//! fn tag_device(tags: &[Tag]) -> String {
//!     crate::json::json!({"tags": tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>()}).to_string()
//! }
//!
//! assert_eq!(tag_device(&[tailnet::tag::db]), r#"{"tags":["tag:db"]}"#);
//! ```
//!
//! # Where to read on
//!
//! | the question | the module |
//! | --- | --- |
//! | What is in a policy, field by field? | [`model`] |
//! | How is its text read, kept and formatted? | [`hujson`] |
//! | Is it valid? | [`mod@check`] |
//! | What does it give to each device, and do its tests hold? | [`eval`] |
//! | What follows from it, for everybody? | [`analyze`] |
//! | Who reaches what, as rows and columns? | [`render`] |
//! | What can be wrong with it? | [`diagnostic`] |
//!
//! `policy!` writes such a text as well, and remembers which Rust tokens each piece of it came from. So there is one
//! reader, one checker and one formatter, and whoever made the text turns the place of a finding into one of their own.

pub mod access;
pub mod check;
pub mod diagnostic;
mod findings;
pub mod hujson;
pub mod json;
pub mod model;
pub mod name;
pub mod proof;
mod questions;
#[cfg(feature = "serde")]
mod serialize;
pub mod source;
pub mod testing;
mod valid_policy;
#[cfg(any(rust_analyzer, doc, test))]
pub mod vocabulary;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use findings::Tested;
pub use model::Policy;
pub use valid_policy::ValidPolicy;
