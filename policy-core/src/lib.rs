//! A model of Tailscale policies that checks whether a policy is valid and whether its tests pass.
//! All of it is pure functions on data.
//!
//! The crate `policy-analysis` answers questions about a valid policy: who can reach what, what a
//! change adds and removes, and what each device receives.
//!
//! # First steps
//!
//! A policy arrives as HuJSON, the format of Tailscale's policy file. [`Policy::parse`] reads it and never fails. What it
//! cannot read becomes a finding, and [`Policy::check`] returns all findings.
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
//! // The place is a range of bytes of the text.
//! assert_eq!(policy.text.get(findings[0].origin.range()), Some(r#""tag:bd""#));
//! ```
//!
//! A [`Diagnostic`] has a [`Code`] that stays the same when its message changes, a message of one
//! sentence, a place, notes that may point to other places, and a suggestion. If Tailscale refuses
//! the policy because of it, it also has Tailscale's message. An error is something that Tailscale
//! refuses, or that contradicts the policy itself. A warning is something that Tailscale accepts
//! and that is almost certainly a mistake.
//!
//! # Test a policy
//!
//! A policy file states what it should allow and deny in `tests` and `sshTests`. Tailscale runs
//! them whenever the policy is saved. [`ValidPolicy::test`] runs them here, without a network or a
//! device. For each target it returns the rule that decides it, or the reason that it fails. A
//! failing test is also one of the findings of [`Policy::check`].
//!
//! Tests require a [`ValidPolicy`], which [`Policy::validate`] returns for a policy without errors.
//!
//! ```
//! use policy_core::Policy;
//!
//! let policy = Policy::parse(r#"{
//!     "tagOwners": {"tag:web": [], "tag:db": []},
//!     "grants": [{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]}],
//!     "tests": [{"src": "tag:web", "accept": ["tag:db:5432", "tag:db:22"], "deny": ["tag:db:80"]}],
//! }"#).validate().expect("it is valid");
//! let passes: Vec<bool> = policy.test().iter().map(|tested| tested.outcome.passes()).collect();
//! assert_eq!(passes, [true, false, true]);
//! let why = policy.test()[1].finding.clone().unwrap();
//! assert_eq!(why.message, "`tag:web` should reach `tag:db:22`, but no rule allows it");
//! ```
//!
//! A policy does not say who is an admin or which devices exist. [`Policy::with_facts`] takes such facts: users with their
//! roles, devices, and [invariants](model::Invariant), which are tests of everyone at once.
//!
//! # Change a policy
//!
//! A [`Policy`] is read from a text. To change a policy, change its text. [`hujson::Document`]
//! knows the place of every value and every comment, and [`Policy::to_hujson`] formats the result
//! as Tailscale does.
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
//! # Use declared names in Rust
//!
//! `policy!` makes an item of a type in [`name`] for each declared name. A program that uses
//! `tailnet::tag::db` does not compile if the policy has no such tag, or if the name must be that
//! of a group. Methods that take a name as `impl AsRef<str>` accept these items.
//!
//! ```
//! # mod tailnet {
//! #     pub mod tag {
//! #         pub const db: policy_core::name::Tag = policy_core::name::Tag::declared("tag:db");
//! #         pub const ALL: &[policy_core::name::Tag] = &[db];
//! #     }
//! # }
//! use policy_core::Policy;
//! use policy_core::json::json;
//! use policy_core::name::Tag;
//!
//! /// Returns the body of the request that gives a device its tags.
//! fn tag_device(tags: &[Tag]) -> String {
//!     json!({"tags": tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>()}).to_string()
//! }
//!
//! assert_eq!(tag_device(&[tailnet::tag::db]), r#"{"tags":["tag:db"]}"#);
//!
//! let policy = Policy::parse(r#"{"tagOwners": {"tag:db": ["autogroup:admin"]}}"#);
//! assert_eq!(*policy.tag(tailnet::tag::db).unwrap().owners[0].text, *"autogroup:admin");
//! assert_eq!(policy.tags().collect::<Vec<_>>(), tailnet::tag::ALL.iter().map(|tag| tag.as_str()).collect::<Vec<_>>());
//! ```
//!
//! # Features
//!
//! `serde` implements `serde::Serialize` for the results. `vocabulary` explains the words of a
//! policy, for editors.
//!
//! # Modules
//!
//! | Question | Module |
//! | --- | --- |
//! | What are the fields of a policy? | [`model`] |
//! | How is its text read, stored and formatted? | [`hujson`] |
//! | Is it valid? | [`mod@check`] |
//! | What can be wrong with it? | [`diagnostic`] |
//! | Whom does a selector name, and what does a rule allow? | [`access`] |
//! | Do its tests pass? | [`testing`] |
//! | What holds for everyone, now and later? | [`proof`] |
//!
//! `policy!` also writes such a text, and remembers which Rust tokens each part came from. So there
//! is only one reader, one checker and one formatter. Each caller maps the place of a finding to
//! its own source.

pub mod access;
pub mod check;
pub mod diagnostic;
mod findings;
pub mod hujson;
#[doc(hidden)]
pub mod identifier;
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
#[cfg(any(feature = "vocabulary", rust_analyzer, doc, test))]
pub mod vocabulary;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use findings::Tested;
pub use model::Policy;
pub use valid_policy::ValidPolicy;
