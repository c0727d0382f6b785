//! Access that a change takes away.

use crate::query::lost_access::accounts::Account;
use policy_core::access::{DeviceId, PortSet};
use policy_core::source::Origin;

/// A source of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asker<'q> {
    /// A device, by its index in the facts.
    Device(DeviceId),
    /// A user by their login, on a device that the facts do not list.
    User(&'q str),
    /// Everyone with a role, such as `autogroup:admin`, whom neither the policy nor the facts name.
    Role(&'q str),
    /// A login, an address, or the name of a user or a device of the facts.
    Name(&'q str),
}

/// Access that a source has under one policy, and that it lacks or may lack under another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LostAccess {
    /// The name of the source. Names from the policy or the facts are in backticks.
    pub source: String,
    /// The name of the destination, in the same form.
    pub destination: String,
    /// The access.
    pub what: AccessKind,
    /// The rule of the old policy that gives it, or the whole policy if it has no rules.
    pub rule: Origin,
    /// The reason why it is not certain that the access is lost. `None` if it is.
    pub doubt: Option<LossDoubt>,
}

/// The kind of access between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum AccessKind {
    /// These ports.
    Ports(PortSet),
    /// Logins over Tailscale SSH to these accounts.
    Logins(Vec<Account>),
}

/// The reason why a loss is not certain. Each condition is a clause that begins with "if".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum LossDoubt {
    /// The new policy gives the access under these conditions, which may or may not hold.
    KeptIf(Vec<String>),
    /// The old policy gives the access under these conditions, which may or may not hold.
    HadIf(Vec<String>),
}
