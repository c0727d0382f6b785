use super::{List, Origin, Selector, Text};

/// What is known about a tailnet beside its policy. Rules are checked against facts; facts are never emitted.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// People.
    pub users: Vec<User>,
    /// Machines.
    pub devices: Vec<Device>,
    /// Names that only the Rust source knows (`let`s), so that a misspelt one finds its right form.
    pub lets: Vec<String>,
}

/// A person of the tailnet.
#[derive(Clone, Debug)]
pub struct User {
    /// What the policy's Rust source calls them.
    pub name: Text,
    /// Their login, as `alice@example.com`.
    pub email: Text,
    /// `None` if not known, which is not the same as [`Role::Member`].
    pub role: Option<Role>,
    /// The whole fact.
    pub origin: Origin,
}

/// A user's role, as Tailscale's admin console has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the tailnet; an admin too.
    Owner,
    /// May do everything but what the owner may.
    Admin,
    /// Manages users and devices.
    ItAdmin,
    /// Manages the network's settings and this policy.
    NetworkAdmin,
    /// Manages billing.
    BillingAdmin,
    /// Sees everything, changes nothing.
    Auditor,
    /// No more than access.
    Member,
}

/// A machine of the tailnet.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its host name.
    pub name: Text,
    /// The user who owns it; `None` for a tagged device.
    pub owner: Option<Selector>,
    /// Its tags.
    pub tags: List<Selector>,
    /// Its addresses in the tailnet.
    pub addresses: List<Selector>,
    /// The prefixes that it routes to.
    pub routes: List<Selector>,
    /// The whole fact.
    pub origin: Origin,
}
