use std::str::FromStr;

use crate::diagnostic::UnknownName;

/// A user's role, as Tailscale's admin console has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

impl Role {
    /// Every role, with the name that facts have for it.
    pub const NAMES: &[(&str, Role)] = &[
        ("owner", Role::Owner),
        ("admin", Role::Admin),
        ("it-admin", Role::ItAdmin),
        ("network-admin", Role::NetworkAdmin),
        ("billing-admin", Role::BillingAdmin),
        ("auditor", Role::Auditor),
        ("member", Role::Member),
    ];

    /// Returns the name that facts have for the role.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("member", |(name, _)| name)
    }

    /// Returns the name with its article: `the owner`, `an admin`, `a member`.
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
