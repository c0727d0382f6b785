use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// A user's role, as in Tailscale's admin console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Owns the tailnet. Also an admin.
    Owner,
    /// Can do everything that the owner can, except for what is reserved for the owner.
    Admin,
    /// Manages users and devices.
    ItAdmin,
    /// Manages the network's settings and this policy.
    NetworkAdmin,
    /// Manages billing.
    BillingAdmin,
    /// Can see everything, but change nothing.
    Auditor,
    /// Has access, but no rights in the admin console.
    Member,
}

impl Role {
    /// Every role, with its name in facts.
    pub const NAMES: &[(&str, Role)] = &[
        ("owner", Role::Owner),
        ("admin", Role::Admin),
        ("it-admin", Role::ItAdmin),
        ("network-admin", Role::NetworkAdmin),
        ("billing-admin", Role::BillingAdmin),
        ("auditor", Role::Auditor),
        ("member", Role::Member),
    ];

    /// Returns the name of the role in facts.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("member", |(name, _)| name)
    }

    /// Returns the name with an article: `the owner`, `an admin`, `a member`.
    pub fn with_article(self) -> String {
        match self {
            Role::Owner => "the owner".to_owned(),
            Role::Admin | Role::ItAdmin | Role::Auditor => format!("an {}", self.name()),
            _ => format!("a {}", self.name()),
        }
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Role, UnknownName> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, role)| role);
        found.ok_or_else(|| UnknownName::new("role", name))
    }
}
