use std::str::FromStr;

use crate::diagnostic::UnknownName;
use crate::model::Role;

/// A group that Tailscale defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Autogroup {
    /// All members of the tailnet, by their own devices.
    Member,
    /// The owner of the tailnet.
    Owner,
    /// Admins, and the owner.
    Admin,
    /// IT admins.
    ItAdmin,
    /// Network admins.
    NetworkAdmin,
    /// Billing admins.
    BillingAdmin,
    /// Auditors.
    Auditor,
    /// Every tagged device.
    Tagged,
    /// The source user's own devices.
    SelfDevices,
    /// The destinations behind exit nodes.
    Internet,
    /// Users of other tailnets who accepted a device shared from this tailnet.
    Shared,
    /// Every source address.
    DangerAll,
    /// Every account except `root`, in `users` of SSH rules.
    Nonroot,
}

impl Autogroup {
    /// Every autogroup.
    pub const ALL: &[Autogroup] = &[
        Autogroup::Member,
        Autogroup::Owner,
        Autogroup::Admin,
        Autogroup::ItAdmin,
        Autogroup::NetworkAdmin,
        Autogroup::BillingAdmin,
        Autogroup::Auditor,
        Autogroup::Tagged,
        Autogroup::SelfDevices,
        Autogroup::Internet,
        Autogroup::Shared,
        Autogroup::DangerAll,
        Autogroup::Nonroot,
    ];

    /// Returns the name, including `autogroup:`.
    pub const fn name(self) -> &'static str {
        match self {
            Autogroup::Member => "autogroup:member",
            Autogroup::Owner => "autogroup:owner",
            Autogroup::Admin => "autogroup:admin",
            Autogroup::ItAdmin => "autogroup:it-admin",
            Autogroup::NetworkAdmin => "autogroup:network-admin",
            Autogroup::BillingAdmin => "autogroup:billing-admin",
            Autogroup::Auditor => "autogroup:auditor",
            Autogroup::Tagged => "autogroup:tagged",
            Autogroup::SelfDevices => "autogroup:self",
            Autogroup::Internet => "autogroup:internet",
            Autogroup::Shared => "autogroup:shared",
            Autogroup::DangerAll => "autogroup:danger-all",
            Autogroup::Nonroot => "autogroup:nonroot",
        }
    }

    /// The old name of [`Autogroup::Member`]. A policy may use only one of the two names.
    pub const OLD_MEMBER: &str = "autogroup:members";

    /// Returns the role of its users. `autogroup:member` has none, because it stands for users of
    /// every role.
    pub const fn role(self) -> Option<Role> {
        match self {
            Autogroup::Member => Some(Role::Member),
            Autogroup::Owner => Some(Role::Owner),
            Autogroup::Admin => Some(Role::Admin),
            Autogroup::ItAdmin => Some(Role::ItAdmin),
            Autogroup::NetworkAdmin => Some(Role::NetworkAdmin),
            Autogroup::BillingAdmin => Some(Role::BillingAdmin),
            Autogroup::Auditor => Some(Role::Auditor),
            Autogroup::Tagged
            | Autogroup::SelfDevices
            | Autogroup::Internet
            | Autogroup::Shared
            | Autogroup::DangerAll
            | Autogroup::Nonroot => None,
        }
    }

    /// Returns the autogroup of the users with `role`.
    pub const fn of_role(role: Role) -> Autogroup {
        match role {
            Role::Member => Autogroup::Member,
            Role::Owner => Autogroup::Owner,
            Role::Admin => Autogroup::Admin,
            Role::ItAdmin => Autogroup::ItAdmin,
            Role::NetworkAdmin => Autogroup::NetworkAdmin,
            Role::BillingAdmin => Autogroup::BillingAdmin,
            Role::Auditor => Autogroup::Auditor,
        }
    }

    /// Returns whether it stands for the users with some role.
    pub const fn is_role(self) -> bool {
        self.role().is_some()
    }
}

impl FromStr for Autogroup {
    type Err = UnknownName;

    /// Reads the name of an autogroup. Accepts `autogroup:members`, the old name of
    /// `autogroup:member`.
    fn from_str(name: &str) -> Result<Autogroup, UnknownName> {
        if name == Self::OLD_MEMBER {
            return Ok(Autogroup::Member);
        }
        let found = Self::ALL.iter().copied().find(|autogroup| autogroup.name() == name);
        found.ok_or_else(|| UnknownName::new("autogroup", name))
    }
}

impl std::fmt::Display for Autogroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for &autogroup in Autogroup::ALL {
            assert_eq!(autogroup.name().parse::<Autogroup>().ok(), Some(autogroup));
            assert!(autogroup.role().is_none_or(|role| Autogroup::of_role(role) == autogroup));
        }
        assert_eq!("autogroup:members".parse::<Autogroup>().ok(), Some(Autogroup::Member));
        assert_eq!("autogroup:bogus".parse::<Autogroup>().ok(), None);
        assert_eq!("autogroup:Member".parse::<Autogroup>().ok(), None);
    }
}
