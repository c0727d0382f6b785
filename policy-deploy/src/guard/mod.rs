//! Proofs that a push locks nobody out: what the live policy allows, the wanted one allows too.
//!
//! [`check`] runs all guards on the live policy and the wanted one. Both must have the same facts.
//! The guards are pure functions, and they use the analyses of `policy_analysis`. They have no
//! evaluator of their own.
//!
//! A guard that depends on an unknown fact never holds. Its outcome is [`Outcome::Unknown`], and
//! the witness names the fact.

mod access_loss;
mod administrators;
mod approvers;
mod ended_rules;
mod guard_name;
mod input;
mod invariants;
mod lost_share;
mod new_access;
mod open_tailnet;
mod outcome;
mod own_path;
mod tag_owners;
mod this_machine;
mod witness;

use policy_core::ValidPolicy;

pub use guard_name::GuardName;
pub use input::GuardInput;
pub use outcome::{Guard, Outcome};
pub use own_path::{OwnPath, own_path};
pub use witness::{PlaceIn, Witness};

/// Runs the guards on the policy that is live and the one that is wanted. Both must have the same
/// facts. Guards that need an input which is not given are left out.
///
/// ```
/// use policy_core::Policy;
/// use policy_deploy::guard::{GuardInput, GuardName, Outcome, check};
/// let facts = r#"{
///     "users": [{"name": "alice", "email": "alice@example.com", "role": "admin"}],
///     "nodes": [{"name": "nas", "tags": ["tag:nas"], "ipv4": "100.64.0.2"}],
/// }"#;
/// let policy = |ports: &str| Policy::with_facts(&format!(r#"{{
///     "tagOwners": {{"tag:nas": []}},
///     "grants": [{{"src": ["autogroup:admin"], "dst": ["tag:nas"], "ip": [{ports}]}}],
/// }}"#), facts).validate().unwrap();
/// let (live, wanted) = (policy(r#""tcp:22", "tcp:443""#), policy(r#""tcp:443""#));
/// let guards = check(&live, &wanted, &GuardInput::default());
/// let first = &guards[0];
/// assert_eq!((first.name, first.stops()), (GuardName::Administrators, true));
/// assert_eq!(first.witnesses()[0].message, "`alice@example.com` loses `nas` on `tcp:22`");
/// assert!(check(&live, &live, &GuardInput::default()).iter().all(|guard| guard.outcome == Outcome::Holds));
/// ```
pub fn check(live: &ValidPolicy, wanted: &ValidPolicy, input: &GuardInput) -> Vec<Guard> {
    let guards = [
        Some(administrators::check(live, wanted)),
        input.me.map(|me| this_machine::check(live, wanted, me)),
        Some(tag_owners::check(live, wanted)),
        Some(approvers::check(live, wanted)),
        Some(open_tailnet::check(live, wanted)),
        Some(ended_rules::check(wanted)),
        Some(lost_share::check(live, wanted, input.max_lost)),
        input.deny_new_access.then(|| new_access::check(live, wanted)),
        input.keep.map(|keep| invariants::check(wanted, keep)),
    ];
    guards.into_iter().flatten().collect()
}
