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
mod input;
mod invariants;
mod lost_share;
mod new_access;
mod open_tailnet;
mod own_path;
mod tag_owners;
mod this_machine;
mod witness;

use policy_core::ValidPolicy;

pub use input::GuardInput;
pub use own_path::{OwnPath, own_path};
pub use witness::{PlaceIn, Witness};

/// A statement about a push, and whether it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The statement.
    pub name: GuardName,
    /// The result.
    pub outcome: Outcome,
    /// What the result is based on, if the facts do not say it: for example who administers the
    /// tailnet. Each is a sentence without a period.
    pub basis: Vec<String>,
}

/// The result of a guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The statement is true, whatever the unknown facts are.
    Holds,
    /// The statement is false. Each witness shows why.
    Violated(Vec<Witness>),
    /// The statement depends on unknown facts. Each witness names one.
    Unknown(Vec<Witness>),
}

/// The name of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardName {
    /// People who administer the tailnet keep port 22 and Tailscale SSH.
    Administrators,
    /// This machine keeps everything that it reaches.
    ThisMachine,
    /// Tags that devices carry keep an owner.
    TagOwners,
    /// Enabled routes and exit nodes keep an auto approver.
    Approvers,
    /// The policy does not start to allow everything.
    OpenTailnet,
    /// No rule has ended.
    EndedRules,
    /// Only a small part of the access is lost.
    LostShare,
    /// Nobody gains access.
    NewAccess,
    /// The invariants that must always hold hold.
    Invariants,
}

impl GuardName {
    /// Every guard, in the order in which [`check`] returns them.
    pub const ALL: &[GuardName] = &[
        GuardName::Administrators,
        GuardName::ThisMachine,
        GuardName::TagOwners,
        GuardName::Approvers,
        GuardName::OpenTailnet,
        GuardName::EndedRules,
        GuardName::LostShare,
        GuardName::NewAccess,
        GuardName::Invariants,
    ];

    /// Returns the name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            GuardName::Administrators => "administrators",
            GuardName::ThisMachine => "this-machine",
            GuardName::TagOwners => "tag-owners",
            GuardName::Approvers => "auto-approvers",
            GuardName::OpenTailnet => "open-tailnet",
            GuardName::EndedRules => "ended-rules",
            GuardName::LostShare => "lost-share",
            GuardName::NewAccess => "new-access",
            GuardName::Invariants => "invariants",
        }
    }

    /// Returns the statement in words.
    pub const fn statement(self) -> &'static str {
        match self {
            GuardName::Administrators => "administrators keep port 22 and Tailscale SSH",
            GuardName::ThisMachine => "this machine keeps what it reaches",
            GuardName::TagOwners => "tags in use keep an owner",
            GuardName::Approvers => "routes in use keep an auto approver",
            GuardName::OpenTailnet => "the tailnet is not opened to everything",
            GuardName::EndedRules => "no rule has ended",
            GuardName::LostShare => "most of the access is kept",
            GuardName::NewAccess => "nobody gains access",
            GuardName::Invariants => "the invariants to keep hold",
        }
    }
}

impl std::fmt::Display for GuardName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Guard {
    fn new(name: GuardName, outcome: Outcome) -> Guard {
        Guard { name, outcome, basis: Vec::new() }
    }

    /// Returns whether a push must stop. A guard that depends on an unknown fact stops it, too.
    pub fn stops(&self) -> bool {
        match self.outcome {
            Outcome::Holds => false,
            Outcome::Violated(_) | Outcome::Unknown(_) => true,
        }
    }

    /// Returns the witnesses. Empty if the guard holds.
    pub fn witnesses(&self) -> &[Witness] {
        match &self.outcome {
            Outcome::Holds => &[],
            Outcome::Violated(witnesses) | Outcome::Unknown(witnesses) => witnesses,
        }
    }
}

impl Outcome {
    /// Returns the outcome with these witnesses. A violation is reported before anything unknown.
    fn new(violated: Vec<Witness>, unknown: Vec<Witness>) -> Outcome {
        match (violated.is_empty(), unknown.is_empty()) {
            (false, _) => Outcome::Violated(violated),
            (true, false) => Outcome::Unknown(unknown),
            (true, true) => Outcome::Holds,
        }
    }
}

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
